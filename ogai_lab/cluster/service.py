"""The cluster's operations: this machine as a node."""

from __future__ import annotations

from typing import ClassVar, Literal

from ogai_lab.cluster.types import Check, GpuProcess, Machine, MachineUse
from ogai_lab.core.home import Home
from ogai_lab.core.operations import Service, operation


class Cluster(Service):
    """What the machine has, what it does, and whether it is well.

    Parameters
    ----------
    home
        The home folder, whose disk is watched.
    """

    route: ClassVar[str] = "cluster"
    resource: ClassVar[str] = "ogai:cluster"

    def __init__(self, home: Home) -> None:
        from ogai_lab.cluster.telemetry.use import Meter

        self._home = home
        self._meter = Meter()

    @operation("GET", "/machine", action="read")
    def machine(self) -> Machine:
        """Return what this machine has, and what is free of it."""
        from ogai_lab.cluster.telemetry.machine import machine

        return machine(self._home.path)

    @operation("GET", "/use", action="read")
    def use(self) -> MachineUse:
        """Return what this machine does now."""
        return self._meter.look()

    @operation("GET", "/checks", action="read")
    def checks(self, profile: Literal["quick"] = "quick") -> list[Check]:
        """Run the health checks of a profile and return what they found, worst first."""
        from ogai_lab.cluster.health.quick import run

        return run(self._home.path)

    @operation("GET", "/processes", action="read")
    def gpu_processes(self) -> list[GpuProcess]:
        """Return the processes that hold memory of a GPU."""
        from ogai_lab.cluster.telemetry.gpus import processes

        return processes()
