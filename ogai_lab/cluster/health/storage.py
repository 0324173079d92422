"""Checks of disks: space, inodes, shared memory."""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass
from pathlib import Path

from ogai_lab.cluster.types import Check, Outcome

_GIB = 1 << 30
_SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - the mount itself is looked at, nothing is written


@dataclass(frozen=True, kw_only=True)
class DiskFacts:
    """A file system. Sizes in bytes; `inodes` is 0 where the file system has no fixed number."""

    path: str
    total: int
    free: int
    inodes: int
    inodes_free: int


def gather(path: Path) -> DiskFacts | None:
    """Return the facts of the file system that holds `path`, None when it does not answer."""
    try:
        status = os.statvfs(path)
    except OSError:
        return None
    return DiskFacts(
        path=str(path),
        total=status.f_blocks * status.f_frsize,
        free=status.f_bavail * status.f_frsize,
        inodes=status.f_files,
        inodes_free=status.f_favail,
    )


def gather_shared_memory() -> DiskFacts | None:
    """Return the facts of /dev/shm, None where there is none."""
    return gather(_SHARED_MEMORY)


def judge_space(name: str, facts: DiskFacts | None) -> Check:
    """Judge whether checkpoints and logs will fit."""
    if facts is None or facts.total == 0:
        return _silent(name)
    share = facts.free / facts.total
    outcome: Outcome = "ok"
    if facts.free < 10 * _GIB or share < 0.05:
        outcome = "warn"
    if facts.free < 2 * _GIB or share < 0.01:
        outcome = "critical"
    return Check(
        name=name,
        outcome=outcome,
        finding=f"{facts.path}: {_gib(facts.free)} of {_gib(facts.total)} free.",
        remedy=""
        if outcome == "ok"
        else "Delete old jobs and files there, or set OGAI_HOME to a larger disk.",
        evidence=asdict(facts),
    )


def judge_inodes(name: str, facts: DiskFacts | None) -> Check:
    """Judge whether more files can be made."""
    if facts is None:
        return _silent(name)
    share = facts.inodes_free / facts.inodes if facts.inodes else 1.0
    outcome: Outcome = "critical" if share < 0.01 else "warn" if share < 0.05 else "ok"
    return Check(
        name=name,
        outcome=outcome,
        finding=f"{facts.path}: {share:.0%} of the inodes free.",
        remedy="" if outcome == "ok" else "Delete folders with very many small files there.",
        evidence=asdict(facts),
    )


def judge_shared_memory(facts: DiskFacts | None) -> Check:
    """Judge whether torch's data loaders and NCCL find the shared memory that they need."""
    name = "shared memory"
    if facts is None:
        return _silent(name)
    outcome: Outcome = "ok"
    if facts.total < _GIB or facts.free < 0.1 * facts.total:
        outcome = "warn"
    if facts.total < _GIB // 8 or facts.free < _GIB // 32:
        outcome = "critical"
    return Check(
        name=name,
        outcome=outcome,
        finding=f"{facts.path}: {_gib(facts.free)} of {_gib(facts.total)} free.",
        remedy=""
        if outcome == "ok"
        else "Start the container with --shm-size=8g (Kubernetes: an emptyDir of medium Memory), "
        "or end what fills /dev/shm.",
        evidence=asdict(facts),
    )


def _silent(name: str) -> Check:
    return Check(
        name=name,
        outcome="unknown",
        finding="The file system does not answer.",
        remedy="Check that it is mounted and that its server is up.",
    )


def _gib(size: int) -> str:
    return f"{size / _GIB:.1f} GiB"
