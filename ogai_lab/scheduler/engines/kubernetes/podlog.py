"""One pod's log, followed in a thread of its own until all of it has been read."""

from __future__ import annotations

import random
import re
import threading
from collections.abc import Callable, Iterator
from typing import Protocol

from ogai_lab.core.errors import NotFound, OgaiError
from ogai_lab.scheduler.engines.kubernetes import paths, podends
from ogai_lab.scheduler.engines.kubernetes.api import Api
from ogai_lab.scheduler.engines.kubernetes.journal import Mark
from ogai_lab.scheduler.engines.kubernetes.names import CONTAINER
from ogai_lab.scheduler.engines.kubernetes.objects import PodObject
from ogai_lab.scheduler.engines.kubernetes.podlines import PodLines
from ogai_lab.scheduler.engines.kubernetes.streams import Stream

_PAUSES = 0.2, 2.0
_CONCLUDE_SECONDS = 1.0


class Taker(Protocol):
    """Takes in what pods say."""

    def take(self, uid: str, lines: bytes, mark: Mark) -> None:
        """Take in the records of some lines of a pod, and how far its log is read with them."""


class PodLog:
    """Follows the log of one pod, from where it was read before; begins at once.

    What breaks off is taken up again. The log is at its end when an answer that was asked for
    after the container's end is: what broke off before might have had more to say, and what goes
    on is broken off a little later, for not every node ends it by itself.

    Parameters
    ----------
    look
        Returns the pod as it is now; None when it is gone.
    mark, later
        See `podlines.PodLines`.
    """

    def __init__(
        self,
        api: Api,
        pod: PodObject,
        look: Callable[[], PodObject | None],
        taker: Taker,
        mark: Mark,
        later: int,
    ) -> None:
        self._api, self._pod, self._look, self._taker = api, pod, look, taker
        self._lines = PodLines(mark, later)
        self._lock = threading.Lock()
        self._stream: Stream | None = None
        self._follows = False
        self._closing = threading.Event()
        self._last_call: threading.Timer | None = None
        self._thread = threading.Thread(target=self._run, name=f"ogai-log-{pod.name}", daemon=True)
        self._thread.start()

    @property
    def over(self) -> bool:
        """Whether all that the pod said has been read."""
        return self._lines.mark.over

    def conclude(self) -> None:
        """Note that its container has ended. Idempotent."""
        with self._lock:
            if self._last_call is None:
                self._last_call = threading.Timer(_CONCLUDE_SECONDS, self._break_off)
                self._last_call.daemon = True
                self._last_call.start()

    def close(self) -> None:
        """Stop reading; does not wait. Idempotent."""
        self._closing.set()
        if self._last_call is not None:
            self._last_call.cancel()
        self._break_off()

    def _break_off(self) -> None:
        with self._lock:
            if self._stream is not None and (self._follows or self._closing.is_set()):
                self._stream.close()

    def join(self) -> None:
        """Wait until nothing more is taken in."""
        self._thread.join()

    def _run(self) -> None:
        pause = _PAUSES[0]
        while not self._closing.is_set():
            before = self._lines.mark
            try:
                done = self._read()
            except OgaiError:
                done = False  # its container has not started, or what broke off comes back
            if done and not self._closing.is_set():
                self._end()
                return
            pause = _PAUSES[0] if self._lines.mark != before else min(2 * pause, _PAUSES[1])
            self._closing.wait(pause * random.uniform(0.5, 1.0))  # noqa: S311

    def _read(self) -> bool:
        """Read on, as far as there is something; return whether that was all there will be."""
        now = self._look()
        over = now is None or podends.is_over(now)
        try:
            for block in self._blocks(follow=not over):
                self._take(self._lines.feed(block))
        except NotFound:
            return self._look() is None
        return over

    def _blocks(self, *, follow: bool) -> Iterator[bytes]:
        self._lines.again()
        since = re.sub(r"\.\d+", "", self._lines.mark.stamp)
        stream = self._api.stream(
            paths.pods(self._pod.namespace, self._pod.name, "log"),
            container=CONTAINER,
            follow="true" if follow else None,
            timestamps="true",
            sinceTime=since or None,
        )
        with stream:
            with self._lock:
                self._stream, self._follows = stream, follow
            if self._closing.is_set():
                return
            yield from stream

    def _take(self, lines: bytes) -> None:
        if lines:
            self._taker.take(self._pod.uid, lines, self._lines.mark)

    def _end(self) -> None:
        self._take(self._lines.flush())
        mark = self._lines.mark
        self._lines.mark = Mark(mark.number, mark.stamp, over=True)
        self._taker.take(self._pod.uid, b"", self._lines.mark)
