"""What this machine did: a ring of samples, filled only while that is of use to somebody."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable

from ogai_lab.cluster.types import UseSample

SAMPLE_SECONDS = 5.0
HISTORY_SECONDS = 3600.0

_log = logging.getLogger(__name__)


class Recorder:
    """Takes a sample every five seconds while somebody looks or jobs run, and keeps an hour.

    A look starts a thread; it ends by itself when nobody has looked for two minutes and no job
    runs. So a server that idles takes no sample and has no thread for it.

    Parameters
    ----------
    sample
        Returns what the machine does now.
    jobs_run
        Returns whether jobs run now. Asked only when nobody has looked for a while.
    seconds
        How far apart samples are.
    patience
        For how many seconds after the last look samples are taken, whether jobs run or not.
    """

    def __init__(
        self,
        sample: Callable[[], UseSample],
        jobs_run: Callable[[], bool],
        seconds: float = SAMPLE_SECONDS,
        patience: float = 120.0,
    ) -> None:
        self._sample, self._jobs_run = sample, jobs_run
        self._seconds, self._patience = seconds, patience
        self._samples: deque[UseSample] = deque(maxlen=int(HISTORY_SECONDS / seconds))
        self._lock = threading.Lock()
        self._looked = 0.0
        self._ending = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def running(self) -> bool:
        """Whether samples are taken now."""
        return self._thread is not None

    def touch(self) -> None:
        """Take samples from now on: somebody looks."""
        with self._lock:
            self._looked = time.monotonic()
            if self._thread is None and not self._ending.is_set():
                self._thread = threading.Thread(target=self._run, name="ogai-recorder", daemon=True)
                self._thread.start()

    def since(self, moment: float) -> list[UseSample]:
        """Return the samples from a time (Unix seconds) on, oldest first."""
        with self._lock:
            return [sample for sample in self._samples if sample.time >= moment]

    def close(self) -> None:
        """Take no more samples. Idempotent."""
        self._ending.set()
        thread = self._thread
        if thread is not None:
            thread.join()

    def _run(self) -> None:
        try:
            while not self._ending.wait(self._seconds) and self._wanted():
                self._take()
        finally:
            with self._lock:
                if self._thread is threading.current_thread():
                    self._thread = None

    def _take(self) -> None:
        try:
            sample = self._sample()
        except OSError:  # a counter that cannot be read now: the curve has a gap there
            _log.debug("No sample of this machine could be taken.", exc_info=True)
            return
        with self._lock:
            self._samples.append(sample)

    def _wanted(self) -> bool:
        """Whether to go on; where not, the next look finds no thread and starts one."""
        if self._was_looked_at() or self._jobs_run():
            return True
        with self._lock:
            if self._was_looked_at():
                return True
            self._thread = None
            return False

    def _was_looked_at(self) -> bool:
        return time.monotonic() - self._looked < self._patience
