"""One follower of the event log a process: tells whoever asked that something has changed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from ogai_lab.core.errors import OgaiError
from ogai_lab.core.waiting import listening_to

if TYPE_CHECKING:
    from ogai_lab.core.events import Event
    from ogai_lab.workbench import Workbench

Listener = Callable[["Event"], None]
_RETRY_SECONDS = 1.0


class Feed:
    """Follows the event log while anybody listens; listeners are called in its thread.

    Parameters
    ----------
    workbench
        Whose events.
    """

    def __init__(self, workbench: Workbench) -> None:
        self._workbench = workbench
        self._lock = threading.Lock()
        self._listeners: list[Listener] = []
        self._stop: threading.Event | None = None

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` with every event from now on; the returned function ends that."""
        with self._lock:
            self._listeners.append(listener)
            if self._stop is None:
                self._stop = threading.Event()
                thread = threading.Thread(
                    target=self._follow, args=(self._stop,), name="ogai-feed", daemon=True
                )
                thread.start()

        def end() -> None:
            with self._lock:
                if listener in self._listeners:
                    self._listeners.remove(listener)
                if not self._listeners and self._stop is not None:
                    self._stop.set()
                    self._stop = None

        return end

    def _follow(self, stop: threading.Event) -> None:
        after: int | None = None
        while not stop.is_set():
            try:
                with listening_to(stop):
                    for event in self._workbench.activity.follow(after):
                        if stop.is_set():
                            return
                        if event is not None:
                            after = event.seq
                            self._tell(event)
            except OgaiError:  # the server restarts, or the network is away
                pass
            stop.wait(_RETRY_SECONDS)

    def _tell(self, event: Event) -> None:
        with self._lock:
            listeners = list(self._listeners)
        for listener in listeners:
            listener(event)


class Throttle:
    """Calls a function at most once an interval, in a thread of its own, the last call never lost.

    Parameters
    ----------
    call
        What to call.
    seconds
        The interval.
    """

    def __init__(self, call: Callable[[], None], seconds: float) -> None:
        self._call = call
        self._seconds = seconds
        self._lock = threading.Lock()
        self._last = 0.0
        self._timer: threading.Timer | None = None
        self._stopped = False

    def ask(self) -> None:
        """Have the function called as soon as the interval allows."""
        with self._lock:
            if self._timer is not None or self._stopped:
                return
            wait = max(0.0, self._last + self._seconds - time.monotonic())
            self._timer = threading.Timer(wait, self._run)
            self._timer.daemon = True
            self._timer.start()

    def stop(self) -> None:
        """Call no more."""
        with self._lock:
            self._stopped = True
            if self._timer is not None:
                self._timer.cancel()

    def _run(self) -> None:
        with self._lock:
            self._timer = None
            self._last = time.monotonic()
        self._call()


_feeds: dict[int, Feed] = {}
_feeds_lock = threading.Lock()


def feed_of(workbench: Workbench) -> Feed:
    """Return the one feed of a workbench."""
    with _feeds_lock:
        feed = _feeds.get(id(workbench))
        if feed is None or feed._workbench is not workbench:
            feed = _feeds[id(workbench)] = Feed(workbench)
        return feed
