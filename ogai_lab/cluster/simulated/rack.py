"""A simulated rack: nodes that look and behave like real ones and are not there.

For dashboards, tours and tests at a size that nobody has on the desk. ``OGAI_SIMULATED=1000x8``
gives a workbench 1,000 nodes of 8 GPUs. Names, faults and loads are the same in every run; a GPU is
busy while a job holds it. Its jobs are rows in the ledger: a workbench on a simulated rack never
leads, for there is nothing on which it could start a process.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ogai_lab.cluster.simulated import parts
from ogai_lab.cluster.simulated.parts import CORES, MEMORY
from ogai_lab.cluster.telemetry.recorder import HISTORY_SECONDS, SAMPLE_SECONDS
from ogai_lab.cluster.telemetry.source import Glance, unknown
from ogai_lab.cluster.types import (
    Check,
    GpuProcess,
    Machine,
    MachineUse,
    UseSample,
)
from ogai_lab.core.errors import InvalidInput

_SIZE = re.compile(r"(\d{1,5})x(\d{1,2})")
_FRESH_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Holding:
    """What running jobs hold of a node."""

    cpus: float = 0.0
    gpus: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Size:
    """How large a simulated rack is."""

    nodes: int
    gpus: int

    @classmethod
    def parse(cls, text: str) -> Size:
        """Return the size in a text such as ``1000x8``: nodes, and GPUs a node.

        Raises
        ------
        InvalidInput
            When it is not one.
        """
        match = _SIZE.fullmatch(text.strip())
        if match is None or not int(match[1]):
            raise InvalidInput(
                f"OGAI_SIMULATED={text[:40]!r} is not the size of a rack.",
                action="Give nodes x GPUs a node, such as 1000x8.",
                field="OGAI_SIMULATED",
            )
        return cls(int(match[1]), int(match[2]))


class SimulatedRack:
    """See `telemetry.source.Source` for what each call promises.

    Parameters
    ----------
    size
        How many nodes, and GPUs a node.
    held
        Returns what running jobs hold, by node.
    clock
        Returns the time (Unix seconds) that all loads follow.
    """

    def __init__(
        self,
        size: Size,
        held: Callable[[], Mapping[str, Holding]] = dict,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._size, self._held, self._clock = size, held, clock
        self._numbers = {parts.name(number): number for number in range(size.nodes)}
        self._lock = threading.Lock()
        self._made: tuple[float, list[Glance]] | None = None

    def glances(self) -> list[Glance]:
        """Return every node at a glance; for a second the same."""
        now = self._clock()
        with self._lock:
            if self._made is None or not 0 <= now - self._made[0] < _FRESH_SECONDS:
                held = self._held()
                self._made = (now, [self._glance(name, now, held) for name in self._numbers])
            return self._made[1]

    def machine(self, node: str | None) -> Machine:
        """Return what a node has."""
        glance = self._one(node)
        return Machine(
            name=glance.name,
            boot_id=f"simulated-{self._numbers[glance.name]}",
            system="Linux",
            kernel="6.8.0-simulated",
            architecture="x86_64",
            python="3.12.3",
            cpu="Simulated Processor, 2 sockets",
            cores=CORES,
            cpus=CORES,
            memory=MEMORY,
            memory_available=MEMORY - (glance.memory_used or 0),
            swap=0,
            disks=parts.disks(self._numbers[glance.name]),
            interfaces=parts.interfaces(self._numbers[glance.name]),
            gpus=list(glance.gpus),
            driver="570.86.15" if glance.gpus else None,
            cuda="12.8" if glance.gpus else None,
            gpu_problem="" if glance.gpus else "This node has no GPU.",
        )

    def use(self, node: str | None) -> MachineUse:
        """Return what a node does now."""
        return self._use(self._one(node), self._clock())

    def history(self, node: str | None, since: float) -> list[UseSample]:
        """Return what a node would have done since then with what it does now, an hour at most."""
        name, now, held = self._one(node).name, self._clock(), self._held()
        first = max(since, now - HISTORY_SECONDS)
        steps = int((now - first) / SAMPLE_SECONDS)
        moments = [now - step * SAMPLE_SECONDS for step in range(steps, -1, -1)]
        return [UseSample.of(self._use(self._glance(name, at, held), at)) for at in moments]

    def checks(self, node: str | None) -> list[Check]:
        """Return what checks of a node find, worst first."""
        glance = self._one(node)
        if glance.state == "unreachable":
            silent = f"{glance.name} does not answer since this rack was simulated."
            remedy = "Look at its console through its management controller, then power-cycle it."
            return [Check(name="agent", outcome="critical", finding=silent, remedy=remedy)]
        found = [
            Check(
                name=f"GPU {gpu.index}",
                outcome="critical",
                finding=gpu.problem,
                remedy="Drain the node, reset the GPU; if it falls off again, replace it.",
                evidence={"xid": 79},
            )
            for gpu in glance.gpus
            if gpu.problem
        ]
        if glance.health == "warn":
            found.append(
                Check(
                    name="GPU memory (ECC)",
                    outcome="warn",
                    finding="GPU 0 has corrected 18 memory errors since it was started.",
                    remedy="Watch it; replace it when the rows that can be remapped run out.",
                    evidence={"corrected": 18},
                )
            )
        space = Check(name="disk space (home)", outcome="ok", finding="72% is free.")
        clock = Check(name="clock", outcome="ok", finding="It is 2 ms off.")
        return [*found, space, clock]

    def processes(self, node: str | None) -> list[GpuProcess]:
        """Return a process for each GPU that a job holds."""
        glance = self._one(node)
        held = self._held().get(glance.name, Holding())
        return [
            GpuProcess(
                gpu=gpu.index,
                pid=10_000 + self._numbers[glance.name] * 16 + gpu.index,
                name="python",
                memory=gpu.memory_used,
            )
            for gpu in glance.gpus
            if gpu.index in held.gpus and not gpu.problem
        ]

    def close(self) -> None:
        """Nothing is kept."""

    def _use(self, glance: Glance, now: float) -> MachineUse:
        number, cpu = self._numbers[glance.name], glance.cpu or 0.0
        cores = [
            min(1.0, max(0.0, cpu * (0.7 + 0.6 * parts.noise(number, core, int(now)))))
            for core in range(CORES)
        ]
        traffic = cpu * 4e9
        return MachineUse(
            time=now,
            cpu=cpu,
            cores=cores,
            load=(cpu * CORES, cpu * CORES * 0.95, cpu * CORES * 0.9),
            memory=MEMORY,
            memory_used=glance.memory_used or 0,
            swap_used=0,
            disk_read=traffic * 0.3 * (0.5 + parts.noise(number, 1, int(now))),
            disk_written=traffic * 0.05 * (0.5 + parts.noise(number, 2, int(now))),
            received=traffic * (0.5 + parts.noise(number, 3, int(now))),
            sent=traffic * (0.5 + parts.noise(number, 4, int(now))),
            gpus=list(glance.gpus),
        )

    def _one(self, node: str | None) -> Glance:
        number = 0 if node is None else self._numbers.get(node)
        if number is None:
            raise unknown(node or "")
        return self.glances()[number]

    def _glance(self, name: str, now: float, held: Mapping[str, Holding]) -> Glance:
        number, has = self._numbers[name], held.get(name, Holding())
        state = parts.state(number)
        answers = state != "unreachable"
        gpus = [
            parts.gpu(number, index, now, answers, index in has.gpus)
            for index in range(self._size.gpus)
        ]
        cpu = parts.load(number, 99, now) * min(1.0, max(0.02, has.cpus / CORES))
        return Glance(
            name=name,
            state=state,
            health=parts.health(number, gpus, answers),
            rack=parts.rack(number),
            labels={"simulated": "yes", "gpu": "h100"} if gpus else {"simulated": "yes"},
            cpus=CORES,
            cpu=cpu if answers else None,
            memory=MEMORY,
            memory_used=int(MEMORY * (0.04 + 0.5 * cpu)) if answers else None,
            gpus=gpus,
        )
