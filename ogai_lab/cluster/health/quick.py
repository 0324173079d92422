"""The quick profile: checks that take well under a second and disturb nothing."""

from __future__ import annotations

import tempfile
from pathlib import Path

from ogai_lab.cluster.health import gpu, software, storage, system
from ogai_lab.cluster.types import Check, Outcome

_ORDER: dict[Outcome, int] = {"critical": 0, "warn": 1, "unknown": 2, "ok": 3}


def run(home: Path) -> list[Check]:
    """Return what the quick checks find, worst first.

    Parameters
    ----------
    home
        The home folder, whose disk and clock are checked.
    """
    disk, temporary = storage.gather(home), storage.gather(Path(tempfile.gettempdir()))
    found = [
        storage.judge_space("disk space (home)", disk),
        storage.judge_space("disk space (temporary)", temporary),
        storage.judge_inodes("inodes (home)", disk),
        storage.judge_inodes("inodes (temporary)", temporary),
        storage.judge_shared_memory(storage.gather_shared_memory()),
        *system.checks(home),
        *gpu.judge(gpu.gather()),
        *software.judge(software.gather()),
    ]
    return sorted(found, key=lambda check: _ORDER[check.outcome])
