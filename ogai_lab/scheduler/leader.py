"""Who leads: of all processes that share a home folder, one carries out the queue.

The lock is a file lock of the operating system, so it dies with its holder, however that dies.
"""

from __future__ import annotations

import fcntl
import json
import os
import socket
import time
import weakref
from pathlib import Path
from typing import Any


class LeaderLock:
    """The lock on a home folder's queue.

    Parameters
    ----------
    path
        The lock file. Its content, for people, says who holds it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    @property
    def held(self) -> bool:
        """Whether this process leads."""
        return self._descriptor is not None

    def acquire(self) -> bool:
        """Try to become the leader; return whether this process leads now."""
        if self._descriptor is not None:
            return True
        descriptor = self._locked(fcntl.LOCK_EX)
        if descriptor is None:
            return False
        self._descriptor = descriptor
        _held.add(self)
        who = {"pid": os.getpid(), "host": socket.gethostname(), "since": time.time()}
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, json.dumps(who).encode(), 0)
        return True

    def release(self) -> None:
        """Lead no more."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
            _held.discard(self)

    def leader(self) -> dict[str, Any] | None:
        """Return who leads (`pid`, `host`, `since`), or None when nobody does."""
        if not self.held:
            probe = self._locked(fcntl.LOCK_SH)
            if probe is not None:
                os.close(probe)
                return None
        try:
            who = json.loads(self._path.read_text())
        except ValueError:
            return {}  # it has the lock and has not written its name yet
        return who if isinstance(who, dict) else {}

    def _locked(self, kind: int) -> int | None:
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return None
        return descriptor


_held: weakref.WeakSet[LeaderLock] = weakref.WeakSet()


def _drop_inherited() -> None:
    # A forked child shares the lock: without this it would keep it when the leader is gone.
    for lock in list(_held):
        lock.release()


os.register_at_fork(after_in_child=_drop_inherited)
