"""Checks of the machine itself: memory, load, swap, open files, the clock."""

from __future__ import annotations

import ctypes
import os
import resource
import struct
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from ogai_lab.cluster.telemetry.limits import usable_cpus
from ogai_lab.cluster.telemetry.machine import usable_memory
from ogai_lab.cluster.types import Check, Outcome

_PRESSURE = Path("/proc/pressure/memory")
_UNSYNCHRONISED = 0x0040  # STA_UNSYNC in sys/timex.h


@dataclass(frozen=True, kw_only=True)
class MemoryFacts:
    """Memory in bytes, and the kernel's pressure (percent of time that tasks waited for memory).

    `stalled` is the share in which all waited, over 10 s; `waiting` in which some did, over 60 s.
    """

    total: int
    available: int
    waiting: float | None
    stalled: float | None


@dataclass(frozen=True, kw_only=True)
class ClockFacts:
    """The clock: kept by NTP or not, and how far files of ours lie in its future (seconds)."""

    synchronised: bool | None
    ahead: float


def gather_memory(pressure: Path = _PRESSURE) -> MemoryFacts:
    """Return how much memory there is and how hard it is fought for."""
    total, available = usable_memory()
    try:
        found = parse_pressure(pressure.read_text())
    except OSError:  # a kernel without PSI
        found = {}
    return MemoryFacts(
        total=total,
        available=available,
        waiting=found.get("some avg60"),
        stalled=found.get("full avg10"),
    )


def parse_pressure(text: str) -> dict[str, float]:
    """Return the kernel's pressure file as ``{"some avg10": 0.0, …}``."""
    found = {}
    for line in text.splitlines():
        kind, *fields = line.split()
        for field in fields:
            key, _, value = field.partition("=")
            found[f"{kind} {key}"] = float(value)
    return found


def judge_memory(facts: MemoryFacts) -> Check:
    """Judge whether processes get the memory that they ask for."""
    share = facts.available / facts.total
    waiting, stalled = facts.waiting or 0.0, facts.stalled or 0.0
    outcome: Outcome = "warn" if share < 0.1 or waiting > 10 else "ok"
    if share < 0.03 or stalled > 10:
        outcome = "critical"
    return Check(
        name="memory",
        outcome=outcome,
        finding=f"{share:.0%} of the memory is free; processes wait for it {waiting:.0f}% of the "
        "time."
        if facts.waiting is not None
        else f"{share:.0%} of the memory is free.",
        remedy="" if outcome == "ok" else "End what is not needed, or run fewer jobs at once.",
        evidence=asdict(facts),
    )


def judge_load(load: float, cpus: float) -> Check:
    """Judge whether more runs than the cores can carry.

    Parameters
    ----------
    load
        Over 5 minutes.
    cpus
        Cores that we may use.
    """
    ratio = load / cpus
    outcome: Outcome = "critical" if ratio > 4 else "warn" if ratio > 1.5 else "ok"
    return Check(
        name="load",
        outcome=outcome,
        finding=f"{load:.1f} processes want to run on {cpus:g} cores.",
        remedy="" if outcome == "ok" else "Run fewer jobs at once, or look for runaway programs.",
        evidence={"load": load, "cpus": cpus},
    )


def judge_swap(total: int, used: int) -> Check:
    """Judge whether memory lives on disk. Sizes in bytes."""
    share = used / total if total else 0.0
    outcome: Outcome = "critical" if share > 0.9 else "warn" if share > 0.5 else "ok"
    return Check(
        name="swap",
        outcome=outcome,
        finding=f"{share:.0%} of the swap is used." if total else "There is no swap.",
        remedy="" if outcome == "ok" else "Memory is too small for what runs: run less of it.",
        evidence={"total": total, "used": used},
    )


def gather_open_files() -> tuple[int, int | None]:
    """Return how many files this process may have open, and how many it has."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        return soft, psutil.Process().num_fds()
    except psutil.Error:
        return soft, None


def judge_open_files(limit: int, used: int | None) -> Check:
    """Judge whether a process can open the files and sockets that it needs; -1 is no limit."""
    outcome: Outcome = "ok"
    if limit >= 0:
        share = (used or 0) / max(1, limit)
        if limit < 1024 or share > 0.7:
            outcome = "warn"
        if limit < 256 or share > 0.9:
            outcome = "critical"
    bound = "without limit" if limit < 0 else f"of {limit}"
    return Check(
        name="open files",
        outcome=outcome,
        finding=f"{'Unknown' if used is None else used} {bound} are open in the server.",
        remedy="" if outcome == "ok" else "Raise it before the server starts: ulimit -n 65536.",
        evidence={"limit": limit, "used": used},
    )


def gather_clock(home: Path) -> ClockFacts:
    """Return how the clock is kept, and whether files in the home folder come from its future."""
    newest = 0.0
    try:
        with os.scandir(home) as entries:
            newest = max((entry.stat().st_mtime for entry in entries), default=0.0)
    except OSError:
        pass  # the disk check speaks of it
    return ClockFacts(synchronised=_synchronised(), ahead=max(0.0, newest - time.time()))


def judge_clock(facts: ClockFacts) -> Check:
    """Judge whether times can be trusted: queue order, timeouts and checkpoints rest on them."""
    outcome: Outcome = "ok"
    finding, remedy = "The clock is synchronised.", ""
    service = "Start a time service: systemctl enable --now chronyd (or systemd-timesyncd)."
    if facts.ahead > 60:
        outcome, remedy = "critical", "Set the clock right. " + service
        finding = f"The clock jumped back: files of ours are {facts.ahead:.0f} s in its future."
    elif facts.synchronised is None:
        outcome, remedy = "unknown", service
        finding = "The system does not tell whether its clock is synchronised."
    elif not facts.synchronised:
        outcome, remedy = "warn", service
        finding = "Nothing keeps the clock synchronised, as far as the kernel knows."
    return Check(
        name="clock", outcome=outcome, finding=finding, remedy=remedy, evidence=asdict(facts)
    )


def checks(home: Path) -> list[Check]:
    """Run the checks of this room."""
    swap = psutil.swap_memory()
    return [
        judge_memory(gather_memory()),
        judge_load(psutil.getloadavg()[1], usable_cpus()),
        judge_swap(swap.total, swap.used),
        judge_open_files(*gather_open_files()),
        judge_clock(gather_clock(home)),
    ]


def _synchronised() -> bool | None:
    """Ask the kernel (adjtimex, read only) whether something keeps its clock."""
    try:
        adjtimex = ctypes.CDLL(None).adjtimex
    except (AttributeError, OSError):  # not Linux
        return None
    if ctypes.sizeof(ctypes.c_long) != 8:
        return None
    answer = ctypes.create_string_buffer(512)  # struct timex; its first field, modes, is 0: read
    if adjtimex(answer) < 0:
        return None
    (status,) = struct.unpack_from("i", answer, 40)
    return not status & _UNSYNCHRONISED
