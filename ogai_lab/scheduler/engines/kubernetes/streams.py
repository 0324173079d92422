"""Answers that go on: bytes as they arrive, and the events of a watch."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from typing import Any, Self

from ogai_lab.core.errors import OgaiError

_BLOCK = 1 << 16


class Stream(Iterator[bytes]):
    """The bytes of an answer, in blocks as they arrive; `close` from any thread ends it.

    Parameters
    ----------
    response
        What urllib3 opened.
    translate
        Makes our error of one that urllib3 raised.
    """

    def __init__(self, response: Any, translate: Callable[[Exception], OgaiError]) -> None:
        self._response = response
        self._translate = translate
        self._closed = threading.Event()

    def __next__(self) -> bytes:
        from urllib3.exceptions import HTTPError

        if self._closed.is_set():
            raise StopIteration
        try:
            block = self._response.read1(_BLOCK)
        except (HTTPError, OSError, ValueError, AttributeError) as exc:
            ended = self._closed.is_set()  # closed under the reader's hands
            self._give_back()
            if ended:
                raise StopIteration from None
            raise self._translate(exc) from exc
        if not block:
            self._give_back()
            raise StopIteration
        return bytes(block)

    def close(self) -> None:
        """End the stream, also while another thread waits in it. Idempotent."""
        if not self._closed.is_set():
            self._closed.set()
            with contextlib.suppress(ValueError, RuntimeError, OSError):
                self._response.shutdown()

    def _give_back(self) -> None:
        self._closed.set()
        with contextlib.suppress(OSError):
            self._response.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
        self._give_back()


class Watch(Iterator[dict[str, Any]]):
    """The events of a watch: ``{"type": "ADDED", "object": {…}}``, bookmarks included.

    It ends when the server has kept it as long as it was asked to; that is no error.

    Parameters
    ----------
    stream
        The bytes of the answer.
    refuse
        Makes our error of a Status that came as an event.
    """

    def __init__(self, stream: Stream, refuse: Callable[[dict[str, Any]], OgaiError]) -> None:
        self._stream = stream
        self._refuse = refuse
        self._events = self._decoded()

    def __next__(self) -> dict[str, Any]:
        return next(self._events)

    def _decoded(self) -> Iterator[dict[str, Any]]:
        import orjson

        for line in lines(self._stream):
            event: dict[str, Any] = orjson.loads(line)
            if event.get("type") == "ERROR":
                self.close()
                raise self._refuse(event.get("object") or {})
            yield event

    def close(self) -> None:
        """End the watch, also while another thread waits in it. Idempotent."""
        self._stream.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *parts: object) -> None:
        self._stream.__exit__(*parts)


def lines(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the whole lines of blocks of bytes; what comes after the last line end is dropped."""
    rest: list[bytes] = []
    for block in blocks:
        first, *others = block.split(b"\n")
        rest.append(first)
        if not others:
            continue
        yield b"".join(rest)
        yield from others[:-1]
        rest = [others[-1]]
