"""What a kubelet changes on the machine that it runs on, kept apart and put back."""

from __future__ import annotations

import contextlib
import fcntl
import itertools
import json
import os
import time
from collections.abc import Iterator
from pathlib import Path

_CGROUPS = Path("/sys/fs/cgroup")
_PREFIX = "ogai-test-"
_KEPT = Path("/run/ogai-test-sysctls.json")
_SYSCTLS = (
    *("vm/overcommit_memory", "vm/panic_on_oom", "kernel/panic", "kernel/panic_on_oops"),
    *("kernel/keys/root_maxkeys", "kernel/keys/root_maxbytes", "net/ipv4/ip_forward"),
)
_CPUSETS = ("cpuset.cpus", "cpuset.mems")
_V2_CONTROLLERS = "+cpu +cpuset +memory +pids"
_numbers = itertools.count()


class Settings:
    """The sysctls that the kubelet and the bridge plugin write.

    Nodes of several runs may be up at once. The first keeps what was there, the last puts it back;
    what a run that was killed has left, the next to be alone puts back.
    """

    def __init__(self) -> None:
        self._users = _KEPT.with_suffix(".users").open("w")
        with _only_one():
            if not _KEPT.exists():
                _KEPT.write_text(json.dumps({name: _sysctl(name).read_text() for name in _SYSCTLS}))
            fcntl.flock(self._users, fcntl.LOCK_SH)

    def put_back(self) -> None:
        """Write the values that were there, if no other node is up; idempotent."""
        with _only_one(), contextlib.suppress(BlockingIOError, FileNotFoundError):
            fcntl.flock(self._users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            for name, value in json.loads(_KEPT.read_text()).items():
                if _sysctl(name).read_text() != value:
                    _sysctl(name).write_text(value)
            _KEPT.unlink()
        fcntl.flock(self._users, fcntl.LOCK_UN)


@contextlib.contextmanager
def _only_one() -> Iterator[None]:
    with _KEPT.with_suffix(".lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def _sysctl(name: str) -> Path:
    return Path("/proc/sys") / name


class Cgroup:
    """A cgroup of one node's own, so that kubelets do not reap each other's pods.

    Attributes
    ----------
    name : str
        Its path below each hierarchy's root, with a slash in front.
    """

    def __init__(self) -> None:
        _sweep()
        self.name = f"/{_PREFIX}{os.getpid()}-{next(_numbers)}"
        for hierarchy in _hierarchies():
            own = hierarchy / self.name[1:]
            if hierarchy == _CGROUPS:
                (hierarchy / "cgroup.subtree_control").write_text(_V2_CONTROLLERS)
            own.mkdir()
            for name in _CPUSETS:
                # Version 1 gives a new group no processors; version 2 inherits.
                if (hierarchy / name).exists() and (own / name).exists():
                    (own / name).write_text((hierarchy / name).read_text())

    def remove(self) -> None:
        """Remove it and what is below, once the last process has left; idempotent."""
        deadline = time.monotonic() + 10
        while _remove(self.name[1:]) and time.monotonic() < deadline:
            time.sleep(0.05)


def _hierarchies() -> Iterator[Path]:
    if (_CGROUPS / "cgroup.controllers").exists():
        yield _CGROUPS
        return
    for folder in _CGROUPS.iterdir():
        if folder.is_dir() and not folder.is_symlink():
            yield folder


def _remove(name: str) -> bool:
    """Remove a cgroup in all hierarchies; tell whether something of it is left."""
    left = False
    for hierarchy in _hierarchies():
        for folder, _, _ in os.walk(hierarchy / name, topdown=False):
            try:
                Path(folder).rmdir()
            except OSError:
                left = True
    return left


def _sweep() -> None:
    """Remove the cgroups of runs that were killed."""
    for hierarchy in _hierarchies():
        for own in hierarchy.glob(f"{_PREFIX}*"):
            pid = own.name.removeprefix(_PREFIX).split("-")[0]
            if not Path(f"/proc/{pid}").exists():
                _remove(own.name)
