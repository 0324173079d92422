"""The file of a job's records, read in parts; one that is not there yet is empty."""

from __future__ import annotations

from pathlib import Path


def raw(path: Path, offset: int, limit: int) -> bytes:
    """Return up to `limit` bytes from byte `offset` on."""
    try:
        with path.open("rb", buffering=0) as file:
            file.seek(offset)
            return file.read(limit)
    except FileNotFoundError:
        return b""


def size(path: Path) -> int:
    """Return how many bytes there are."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
