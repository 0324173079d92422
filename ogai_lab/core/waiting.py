"""Waiting inside a stream: how a producer learns that its reader has gone.

The transport that runs a stream says `listening_to(event)` around the producer's thread and sets
the event when the reader leaves. A producer that waits for news calls `pause` instead of
`time.sleep`, or asks `abandoned`; outside of a transport nobody ever leaves.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from contextvars import ContextVar

_gone: ContextVar[threading.Event | None] = ContextVar("ogai_reader_gone", default=None)


@contextlib.contextmanager
def listening_to(gone: threading.Event) -> Iterator[None]:
    """Let `pause` and `abandoned` follow `gone` in this thread while the block runs."""
    token = _gone.set(gone)
    try:
        yield
    finally:
        _gone.reset(token)


def abandoned() -> bool:
    """Whether the reader of the stream that this thread produces has gone."""
    gone = _gone.get()
    return gone is not None and gone.is_set()


def pause(seconds: float) -> bool:
    """Sleep for `seconds`, less when the reader goes; return whether it is still there."""
    gone = _gone.get()
    if gone is None:
        time.sleep(seconds)
        return True
    return not gone.wait(seconds)
