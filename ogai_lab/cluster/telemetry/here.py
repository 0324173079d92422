"""The machine we run on, as the one node there is."""

from __future__ import annotations

import functools
import socket
import time
from collections.abc import Callable
from pathlib import Path

from ogai_lab.cluster.telemetry.recorder import Recorder
from ogai_lab.cluster.telemetry.source import Glance, unknown
from ogai_lab.cluster.telemetry.use import Meter
from ogai_lab.cluster.types import Check, GpuProcess, Machine, MachineUse, Outcome, UseSample

_CHECKED_SECONDS = 900.0
"""So long what the last checks found is the node's health; then it is unknown again."""


class ThisMachine:
    """See `telemetry.source.Source` for what each call promises.

    Parameters
    ----------
    home
        The home folder, whose disk and clock are watched.
    jobs_run
        Returns whether jobs run now: as long as they do, what the machine does is kept.
    """

    def __init__(self, home: Path, jobs_run: Callable[[], bool] = bool) -> None:
        self._home = home
        self._recorder = Recorder(self._sample, jobs_run)
        self._meter = Meter()
        self._checked: tuple[float, Outcome] | None = None

    def glances(self) -> list[Glance]:
        """Return this machine at a glance.

        The scheduler asks before it starts a job, so what a job does is kept from its start.
        """
        self._recorder.touch()
        machine = self.machine(None)
        return [
            Glance(
                name=machine.name,
                health=self._health(),
                cpus=machine.cpus,
                cpu=self._meter.busy(),
                memory=machine.memory,
                memory_used=machine.memory - machine.memory_available,
                gpus=machine.gpus,
            )
        ]

    def machine(self, node: str | None) -> Machine:
        """Return what this machine has, and what is free of it."""
        from ogai_lab.cluster.telemetry.machine import machine

        _check(node)
        return machine(self._home)

    def use(self, node: str | None) -> MachineUse:
        """Return what this machine does now."""
        _check(node)
        return self._meter.look()

    def history(self, node: str | None, since: float) -> list[UseSample]:
        """Return what was kept while somebody looked or jobs ran."""
        _check(node)
        self._recorder.touch()
        return self._recorder.since(since)

    def checks(self, node: str | None) -> list[Check]:
        """Run the quick checks, worst first; what they find is the health for a while."""
        from ogai_lab.cluster.health.quick import run

        _check(node)
        found = run(self._home)
        self._checked = (time.monotonic(), found[0].outcome if found else "unknown")
        return found

    def processes(self, node: str | None) -> list[GpuProcess]:
        """Return the processes that hold memory of a GPU."""
        from ogai_lab.cluster.telemetry.gpus import processes

        _check(node)
        return processes()

    def close(self) -> None:
        """Keep nothing any more. Idempotent."""
        self._recorder.close()

    def _sample(self) -> UseSample:
        return UseSample.of(self._meter.look())

    def _health(self) -> Outcome:
        if self._checked is None or time.monotonic() - self._checked[0] > _CHECKED_SECONDS:
            return "unknown"
        return self._checked[1]


def _check(node: str | None) -> None:
    if node is not None and node != _name():
        raise unknown(node)


@functools.cache
def _name() -> str:
    return socket.gethostname()
