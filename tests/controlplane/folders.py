"""The folder of a plane: in memory where there is room, and gone when its owner is."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from pathlib import Path
from typing import IO

_PREFIX = "ogai-plane-"
_ROOM = 2 << 30


class Folder:
    """A new folder, held by a lock that dies with this process."""

    def __init__(self) -> None:
        base = _base()
        _sweep(base)
        self.path = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=base))
        self._held: IO[str] = (self.path / "held").open("w")
        fcntl.flock(self._held, fcntl.LOCK_EX)

    def remove(self) -> None:
        """Remove the folder; idempotent."""
        shutil.rmtree(self.path, ignore_errors=True)
        self._held.close()


def _base() -> Path:
    memory = Path("/dev/shm")
    fits = os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > _ROOM
    return memory if fits else Path(tempfile.gettempdir())


def _sweep(base: Path) -> None:
    """Remove what killed runs have left."""
    for held in base.glob(f"{_PREFIX}*/held"):
        try:
            with held.open() as probe:
                fcntl.flock(probe, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(held.parent, ignore_errors=True)
        except (BlockingIOError, FileNotFoundError, PermissionError):
            continue
