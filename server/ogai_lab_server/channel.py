"""A channel: carries the lines of one stream from its thread to the event loop, never too many.

The producer waits while the reader is behind, and is told when the reader has gone.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Iterator

from ogai_lab.core import waiting

_LIMIT = 1 << 20
"""Bytes that wait for a slow reader before the producer does."""


class Channel:
    """One stream on its way. The producer's side is for its thread, the rest for the loop's."""

    def __init__(self, loop: asyncio.AbstractEventLoop, limit: int = _LIMIT) -> None:
        self._loop = loop
        self._limit = limit
        self._lines: deque[bytes] = deque()
        self._size = 0
        self._ended = False
        self._room = threading.Condition()
        self._news = asyncio.Event()
        self.gone = threading.Event()
        self.failure: BaseException | None = None

    def produce(self, lines: Callable[[], Iterator[bytes]]) -> None:
        """Start a thread that sends what `lines()` yields until it ends or the reader goes."""
        threading.Thread(target=self._run, args=(lines,), name="ogai-stream", daemon=True).start()

    async def take(self, timeout: float) -> bytes | None:
        """Return the lines that wait, empty after `timeout` s without any, None at the end."""
        try:
            await asyncio.wait_for(self._news.wait(), timeout)
        except TimeoutError:
            return b""
        with self._room:
            data = b"".join(self._lines)
            self._lines.clear()
            self._size = 0
            if data or not self._ended:
                if not self._ended:
                    self._news.clear()
                self._room.notify_all()
                return data
        return None

    def leave(self) -> None:
        """Tell the producer that nobody reads any more; idempotent."""
        self.gone.set()
        with self._room:
            self._room.notify_all()

    def _run(self, lines: Callable[[], Iterator[bytes]]) -> None:
        try:
            with waiting.listening_to(self.gone):
                produced = lines()
                for line in produced:
                    if not self._put(line):
                        break
        except Exception as exc:  # noqa: BLE001 - handed to the reader, which answers it
            self.failure = exc
        finally:
            self._ended = True
            self._tell()

    def _put(self, line: bytes) -> bool:
        with self._room:
            while self._size >= self._limit and not self.gone.is_set():
                self._room.wait()
            if self.gone.is_set():
                return False
            self._lines.append(line)
            self._size += len(line)
        self._tell()
        return True

    def _tell(self) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._news.set)
