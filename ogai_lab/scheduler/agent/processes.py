"""Processes: who one is (a pid alone may be another tomorrow), and how to end all of a job's."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys
from collections.abc import Collection, Iterator
from typing import Any, Dict, NamedTuple, Optional

LINUX = sys.platform == "linux"
_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER = 1, 36
_libc = ctypes.CDLL(None, use_errno=True) if LINUX else None


class Stat(NamedTuple):
    """What the kernel says of a process: its state letter, parent, group, session and start."""

    state: str
    parent: int
    group: int
    session: int
    start: str


def boot_id() -> str:
    """Return what names this boot of this machine; it changes when the machine restarts."""
    if LINUX:
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
            return file.read().strip()
    return _output("sysctl", "-n", "kern.boottime")


def stat(pid: int) -> Optional[Stat]:
    """Return what is known of a process, or None when there is none (a zombie is none)."""
    found = _proc_stat(pid) if LINUX else _ps_stat(pid)
    return None if found is None or found.state in "ZX" else found


def identity(pid: int) -> Dict[str, Any]:
    """Return what tells this process from any other that ever has its pid."""
    found = stat(pid)
    return {"pid": pid, "start": found.start if found else "", "boot_id": boot_id()}


def alive(who: Dict[str, Any]) -> bool:
    """Whether the process of an `identity` still runs."""
    found = stat(int(who["pid"]))
    return found is not None and found.start == who["start"] and who["boot_id"] == boot_id()


def die_with_parent(parent: int) -> None:
    """Make the kernel SIGKILL this process when its parent `parent` dies."""
    if _libc is not None:
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(137)


def adopt_orphans() -> None:
    """Become the parent of descendants whose own parent dies, so that none escapes."""
    if _libc is not None:
        _libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def kill_group(group: int, number: int = signal.SIGKILL) -> None:
    """Signal every process of a group; one that is gone is fine."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


def kill(pid: int, number: int = signal.SIGKILL) -> None:
    """Signal a process; one that is gone is fine."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(pid, number)


def every() -> Iterator[int]:
    """Yield the pids of all processes that can be seen."""
    if LINUX:
        yield from (int(name) for name in os.listdir("/proc") if name.isdigit())
    else:
        yield from (int(word) for word in _output("ps", "-axo", "pid=").split())


def with_environment(*entries: str, spare: Collection[int] = ()) -> Iterator[int]:
    """Yield the processes whose environment holds all the entries ``NAME=value``."""
    wanted = [os.fsencode(entry) for entry in entries]
    for pid in every():
        if pid in spare or pid == os.getpid() or stat(pid) is None:
            continue
        held = environment(pid)
        if all(entry in held for entry in wanted):
            yield pid


def environment(pid: int) -> Collection[bytes]:
    """Return the environment that a process was started with (empty where it may not be read)."""
    if not LINUX:
        return set(os.fsencode(_output("ps", "-Eww", "-o", "command=", "-p", str(pid))).split(b" "))
    try:
        with open(f"/proc/{pid}/environ", "rb") as file:
            return set(file.read().split(b"\0"))
    except OSError:
        return ()


def group_members(groups: Collection[int]) -> Iterator[int]:
    """Yield the processes of these process groups."""
    for pid in every():
        found = stat(pid)
        if found is not None and found.group in groups:
            yield pid


def children(parent: int) -> Iterator[int]:
    """Yield the direct children of a process."""
    for pid in every():
        found = stat(pid)
        if found is not None and found.parent == parent:
            yield pid


def resident(pid: int, exact: bool = False) -> int:
    """Return the bytes of memory a process holds; `exact` divides shared pages by their sharers."""
    try:
        if exact:
            with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
                return sum(int(line.split()[1]) * 1024 for line in file if line.startswith("Pss:"))
        with open(f"/proc/{pid}/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError):
        return 0


def out_of_memory_kills() -> int:
    """Return how many processes the kernel has killed for memory, as far as can be seen here."""
    total = 0
    for path, name in (("/proc/vmstat", "oom_kill"), (_cgroup_events(), "oom_kill")):
        with contextlib.suppress(OSError, ValueError), open(path, encoding="ascii") as file:
            total += sum(int(line.split()[1]) for line in file if line.split()[0] == name)
    return total


def _cgroup_events() -> str:
    with contextlib.suppress(OSError), open("/proc/self/cgroup", encoding="utf-8") as file:
        for line in file:
            if line.startswith("0::"):
                return f"/sys/fs/cgroup{line[3:].strip()}/memory.events"
    return "/sys/fs/cgroup/memory.events"


def _proc_stat(pid: int) -> Optional[Stat]:
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            fields = file.read().rpartition(b") ")[2].split()
    except OSError:
        return None
    if len(fields) < 20:
        return None
    state, parent, group, session = fields[0].decode(), *(int(field) for field in fields[1:4])
    return Stat(state, parent, group, session, fields[19].decode())


def _ps_stat(pid: int) -> Optional[Stat]:
    line = _output("ps", "-o", "state=,ppid=,pgid=,sess=,lstart=", "-p", str(pid)).split(None, 4)
    if len(line) < 5:
        return None
    return Stat(line[0][:1], int(line[1]), int(line[2]), 0, line[4].strip())


def _output(*argv: str) -> str:
    import subprocess  # costs 10 ms that an agent on Linux need not wait for

    return subprocess.run(argv, capture_output=True, text=True, check=False).stdout.strip()
