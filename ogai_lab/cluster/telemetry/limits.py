"""How many cores and how much memory this process may use: affinity and cgroups, v1 and v2."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_ROOT = Path("/")


@dataclass(frozen=True, slots=True)
class MemoryLimit:
    """A cgroup's memory limit and what is used of it, in bytes; caches that can go are not use."""

    limit: int
    used: int


def usable_cpus(root: Path = _ROOT) -> float:
    """Return the number of cores that this process may keep busy."""
    # os.sched_getaffinity is missing on macOS, where there is no affinity to respect.
    affinity = getattr(os, "sched_getaffinity", None)
    cores = float(len(affinity(0)) if affinity else os.cpu_count() or 1)
    return min([cores, *_cpu_quotas(root)])


def memory_limit(root: Path = _ROOT) -> MemoryLimit | None:
    """Return the limit that leaves the least memory, or None where no cgroup has one."""
    limits = list(_memory_limits(root))
    return min(limits, key=lambda found: found.limit - found.used, default=None)


def _cpu_quotas(root: Path) -> Iterator[float]:
    for folder, version in _folders(root, "cpu"):
        if version == 2:
            quota, _, period = _text(folder / "cpu.max").partition(" ")
        else:
            quota = _text(folder / "cpu.cfs_quota_us")
            period = _text(folder / "cpu.cfs_period_us")
        if quota.isdigit() and period.isdigit() and int(period) > 0:
            yield int(quota) / int(period)


def _memory_limits(root: Path) -> Iterator[MemoryLimit]:
    for folder, version in _folders(root, "memory"):
        limit, usage, inactive = (
            ("memory.max", "memory.current", "inactive_file")
            if version == 2
            else ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")
        )
        text, used = _text(folder / limit), _text(folder / usage)
        if not (text.isdigit() and used.isdigit()) or int(text) >= 1 << 60:  # v1: "no limit"
            continue
        stat = dict(line.split(" ", 1) for line in _text(folder / "memory.stat").splitlines())
        yield MemoryLimit(int(text), max(0, int(used) - int(stat.get(inactive, "0"))))


def _folders(root: Path, controller: str) -> Iterator[tuple[Path, int]]:
    """Yield our cgroup's folder for `controller` and those of its parents, with the version."""
    paths: dict[str, str] = {}
    for line in _text(root / "proc/self/cgroup").splitlines():
        _, controllers, path = line.split(":", 2)
        for name in controllers.split(","):
            paths[name] = path
    for line in _text(root / "proc/self/mountinfo").splitlines():
        fields, _, tail = line.partition(" - ")
        kind, _, options = tail.split(" ", 2)
        mounted, point = fields.split(" ")[3:5]
        if kind == "cgroup2" and "" in paths:
            version, path = 2, paths[""]
        elif kind == "cgroup" and controller in options.split(",") and controller in paths:
            version, path = 1, paths[controller]
        else:
            continue
        top = root / point.lstrip("/")
        # A container sees its own cgroup as the mount's root, whatever its path says.
        inside = path.removeprefix(mounted.rstrip("/")) if path.startswith(mounted) else ""
        folder = top / inside.lstrip("/")
        while folder != top:
            yield folder, version
            folder = folder.parent
        yield top, version


def _text(path: Path) -> str:
    try:
        return path.read_text(errors="replace").strip()
    except OSError:
        return ""
