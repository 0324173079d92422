"""The first time that something is done in a process, one thread does it alone."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator

_done: set[str] = set()
_LOCK = threading.RLock()


@contextlib.contextmanager
def alone(what: str) -> Iterator[None]:
    """Hold other threads off while `what` is done for the first time.

    Extension modules that two threads import at once are found half-made by one of them
    (``cannot import name 'HTMLTree' from 'resiliparse.parse.html'``), and kernels would be compiled
    once a thread.
    """
    if what in _done:
        yield
        return
    with _LOCK:
        yield
        _done.add(what)
