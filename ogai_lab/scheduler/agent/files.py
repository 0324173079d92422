"""Small files that must be whole: written aside, synced, renamed; and room for the last one."""

from __future__ import annotations

import contextlib
import errno
import json
import os
from typing import Any, Dict, List, Optional, Sequence

RESERVED = 1 << 16
NO_ROOM = 1 << 20
"""A disk with fewer bytes than this is full: what failed to be written was larger."""
FULL = (errno.ENOSPC, errno.EDQUOT)


def read_json(path: str) -> Optional[Dict[str, Any]]:
    """Return the object in a file, or None when there is no file, or not a whole object in it."""
    try:
        with open(path, encoding="utf-8") as file:
            value = json.load(file)
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return None
    return value if isinstance(value, dict) else None


def write_json(path: str, value: Dict[str, Any], sync: bool = True) -> None:
    """Replace a file by a JSON object; a reader sees the old one or the new one.

    Raises
    ------
    OSError
        When it cannot be written; the old file is as it was.
    """
    temporary = f"{path}.{os.getpid()}.part"
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            _write(descriptor, _encoded(value), sync)
        finally:
            os.close(descriptor)
        os.replace(temporary, path)
    except OSError:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise


def without_room(folders: Sequence[str]) -> List[str]:
    """Return those of `folders` whose disk has no room left for an ordinary file."""
    return [folder for folder in folders if _room(folder) < NO_ROOM]


def _room(folder: str) -> int:
    try:
        disk = os.statvfs(folder)
    except OSError:
        return NO_ROOM
    return disk.f_bavail * disk.f_frsize


class Reserve:
    """A file whose blocks are allocated in advance, so that the last word fits on a full disk."""

    def __init__(self, path: str) -> None:
        self._path = path

    def fill(self) -> None:
        """Allocate the reserve. Raises OSError when the disk has no room for it."""
        try:
            with open(self._path, "wb") as file:
                if hasattr(os, "posix_fallocate"):
                    os.posix_fallocate(file.fileno(), 0, RESERVED)
                else:
                    file.write(bytes(RESERVED))
                    file.flush()
                    os.fsync(file.fileno())
        except OSError:
            with contextlib.suppress(OSError):
                os.unlink(self._path)
            raise

    def write_json(self, path: str, value: Dict[str, Any]) -> None:
        """Write `value` to `path`; on a full disk, into the reserve, which then becomes `path`."""
        try:
            write_json(path, value)
        except OSError as exc:
            if exc.errno not in FULL:
                raise
            data = _encoded(value)[:RESERVED]
            descriptor = os.open(self._path, os.O_WRONLY)
            try:
                _write(descriptor, data, sync=False)
                os.ftruncate(descriptor, len(data))
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
            os.replace(self._path, path)


def _encoded(value: Dict[str, Any]) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def _write(descriptor: int, data: bytes, sync: bool) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]
    if sync:
        os.fsync(descriptor)
