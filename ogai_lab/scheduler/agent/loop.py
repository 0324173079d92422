"""The one loop of an agent: descriptors, timers and signals, in a single thread."""

from __future__ import annotations

import contextlib
import heapq
import itertools
import os
import selectors
import signal
import time
from typing import Any, Callable, Dict, List, Optional, Tuple

Callback = Callable[[], None]


class Timer:
    """A call that will be made later, unless it is cancelled."""

    def __init__(self, call: Callback) -> None:
        self.call: Optional[Callback] = call

    def cancel(self) -> None:
        """Do not make the call. Cancelling twice, or too late, is fine."""
        self.call = None


class Loop:
    """Waits for whatever comes next and calls who asked for it.

    `after` is called once a round, when all that was ready has been read.
    """

    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()
        self._timers: List[Tuple[float, int, Timer]] = []
        self._order = itertools.count()
        self._signals: Dict[int, Callback] = {}
        self._running = True
        self.after: Callback = lambda: None
        self._wake_read, wake_write = os.pipe()
        os.set_blocking(self._wake_read, False)
        os.set_blocking(wake_write, False)
        signal.set_wakeup_fd(wake_write, warn_on_full_buffer=False)
        self.watch(self._wake_read, self._on_signal)

    def watch(self, descriptor: Any, call: Callback) -> None:
        """Call `call` whenever `descriptor` can be read."""
        self._selector.register(descriptor, selectors.EVENT_READ, call)

    def unwatch(self, descriptor: Any) -> None:
        """Stop watching a descriptor; one that is not watched is fine."""
        with contextlib.suppress(KeyError, ValueError):
            self._selector.unregister(descriptor)

    def later(self, seconds: float, call: Callback) -> Timer:
        """Call `call` after `seconds` of the monotonic clock."""
        timer = Timer(call)
        heapq.heappush(self._timers, (time.monotonic() + seconds, next(self._order), timer))
        return timer

    def on_signal(self, number: int, call: Callback) -> None:
        """Call `call` in the loop when the signal arrives."""
        self._signals[number] = call
        signal.signal(number, lambda *_: None)

    def stop(self) -> None:
        """Leave `run` after this round, or as soon as it is called."""
        self._running = False

    def run(self) -> None:
        """Serve until `stop`; then it can be run again."""
        while self._running:
            for key, _ in self._selector.select(self._patience()):
                # One callback may close what another was ready for.
                if key.fd in self._selector.get_map():
                    key.data()
            self.after()
            self._run_timers()
        self._running = True

    def _patience(self) -> Optional[float]:
        while self._timers and self._timers[0][2].call is None:
            heapq.heappop(self._timers)
        return max(0.0, self._timers[0][0] - time.monotonic()) if self._timers else None

    def _run_timers(self) -> None:
        now = time.monotonic()
        while self._timers and self._timers[0][0] <= now:
            call = heapq.heappop(self._timers)[2].call
            if call is not None:
                call()

    def _on_signal(self) -> None:
        with contextlib.suppress(BlockingIOError):
            for number in dict.fromkeys(os.read(self._wake_read, 4096)):
                call = self._signals.get(number)
                if call is not None:
                    call()
