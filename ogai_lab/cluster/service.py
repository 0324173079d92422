"""The cluster's operations: nodes, what they do, and whether they are well."""

from __future__ import annotations

from typing import ClassVar, Literal

from ogai_lab.cluster.telemetry.source import Glance, Source
from ogai_lab.cluster.types import Check, GpuProcess, Machine, MachineUse
from ogai_lab.core.operations import Service, operation


class Cluster(Service):
    """What nodes have, what they do, and whether they are well.

    Every operation takes the name of a node; without one it means the first, which on one machine
    is this one.

    Parameters
    ----------
    source
        What is known of the nodes.
    """

    route: ClassVar[str] = "cluster"
    resource: ClassVar[str] = "ogai:cluster"

    def __init__(self, source: Source) -> None:
        self._source = source

    def glances(self) -> list[Glance]:
        """Return every node at a glance."""
        return self._source.glances()

    @operation("GET", "/machine", action="read")
    def machine(self, node: str | None = None) -> Machine:
        """Return what a node has, and what is free of it.

        Raises
        ------
        NotFound
            When there is no such node.
        """
        return self._source.machine(node)

    @operation("GET", "/use", action="read")
    def use(self, node: str | None = None) -> MachineUse:
        """Return what a node does now.

        Raises
        ------
        NotFound
            When there is no such node.
        """
        return self._source.use(node)

    @operation("GET", "/checks", action="read")
    def checks(self, node: str | None = None, profile: Literal["quick"] = "quick") -> list[Check]:
        """Run the health checks of a profile on a node; return what they found, worst first.

        Raises
        ------
        NotFound
            When there is no such node.
        """
        return self._source.checks(node)

    @operation("GET", "/processes", action="read")
    def gpu_processes(self, node: str | None = None) -> list[GpuProcess]:
        """Return the processes that hold memory of a node's GPUs.

        Raises
        ------
        NotFound
            When there is no such node.
        """
        return self._source.processes(node)
