"""What this machine does now: shares and rates between two looks."""

from __future__ import annotations

import threading
import time
from typing import Any, NamedTuple

from ogai_lab.cluster.types import MachineUse

_SHORTEST = 0.1
"""Seconds between two looks below which a share says nothing."""


class _Counters(NamedTuple):
    time: float
    cores: tuple[tuple[float, float], ...]  # busy and all seconds
    read: int
    written: int
    received: int
    sent: int


class Meter:
    """Reads the machine's counters and turns two readings into shares and rates.

    Several callers may share one: a look that follows another at once is compared with the one
    before it.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._before: _Counters | None = None
        self._latest: _Counters | None = None

    def look(self) -> MachineUse:
        """Return what the machine does now; the first look takes a tenth of a second."""
        import psutil

        from ogai_lab.cluster.telemetry import gpus
        from ogai_lab.cluster.telemetry.machine import usable_memory

        with self._lock:
            before, now = self._step()
        cores = _core_shares(before, now)
        seconds = max(now.time - before.time, 1e-6)
        memory, available = usable_memory()
        return MachineUse(
            time=time.time(),
            cpu=_mean(cores),
            cores=cores,
            load=psutil.getloadavg(),
            memory=memory,
            memory_used=memory - available,
            swap_used=psutil.swap_memory().used,
            disk_read=(now.read - before.read) / seconds,
            disk_written=(now.written - before.written) / seconds,
            received=(now.received - before.received) / seconds,
            sent=(now.sent - before.sent) / seconds,
            gpus=list(gpus.survey().gpus),
        )

    def busy(self) -> float | None:
        """Return the share of all cores that was busy since the last look; None at the first."""
        with self._lock:
            if self._latest is None:
                self._before = self._latest = _counters()
                return None
            before, now = self._step()
        return _mean(_core_shares(before, now))

    def _step(self) -> tuple[_Counters, _Counters]:
        now = _counters()
        if self._latest is None:
            self._before = self._latest = now
            time.sleep(_SHORTEST)
            now = _counters()
        if now.time - self._latest.time >= _SHORTEST or self._before is None:
            self._before, self._latest = self._latest, now
        return self._before, now


def _core_shares(before: _Counters, now: _Counters) -> list[float]:
    return [
        _share(busy - busy_before, all_ - all_before)
        for (busy_before, all_before), (busy, all_) in zip(before.cores, now.cores, strict=False)
    ]


def _mean(shares: list[float]) -> float:
    return sum(shares) / len(shares) if shares else 0.0


def _counters() -> _Counters:
    import psutil

    disk: Any = psutil.disk_io_counters()
    network: Any = psutil.net_io_counters()
    return _Counters(
        time.monotonic(),
        tuple(_busy(times) for times in psutil.cpu_times(percpu=True)),
        disk.read_bytes if disk else 0,
        disk.write_bytes if disk else 0,
        network.bytes_recv if network else 0,
        network.bytes_sent if network else 0,
    )


def _busy(times: Any) -> tuple[float, float]:
    # Linux counts guest time in user time too; the first eight fields are the whole.
    whole = sum(times[:8])
    return whole - times.idle - getattr(times, "iowait", 0.0), whole


def _share(part: float, whole: float) -> float:
    return min(1.0, max(0.0, part / whole)) if whole > 0 else 0.0
