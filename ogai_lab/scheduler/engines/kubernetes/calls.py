"""Calls to the cluster beside the dispatcher, which never waits for one."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from ogai_lab.core.errors import Unavailable
from ogai_lab.scheduler.retries import Retries

_CALLERS = 8


class Calls:
    """Makes calls in other threads, one of each name at a time.

    Parameters
    ----------
    stir
        Called with a job when there is something to be heard of a call about it, or it is to be
        made again.
    """

    def __init__(self, stir: Callable[[str], None]) -> None:
        self._stir = stir
        self._pool = ThreadPoolExecutor(_CALLERS, thread_name_prefix="ogai-kubernetes")
        self._made: dict[str, Future[bool | None]] = {}
        self._retries = Retries()
        self._lock = threading.Lock()

    def make(
        self, what: str, job_id: str, call: Callable[..., bool | None], *given: object
    ) -> bool | None:
        """Make a call about a job, or return what the one said that was made before.

        Returns
        -------
        bool or None
            None while it is being made, and while the cluster does not answer; then it is made
            again, later each time.

        Raises
        ------
        OgaiError
            What the one before raised.
        """
        key = f"{what} {job_id}"
        with self._lock:
            last = self._made.get(key)
            if last is None and self._retries.due(key):
                self._made[key] = self._pool.submit(call, *given)
                self._made[key].add_done_callback(lambda _: self._stir(job_id))
                return None
            if last is not None and last.done():
                del self._made[key]
        if last is None:
            self._stir(job_id)
            return None
        if not last.done():
            return None
        try:
            said = last.result()
        except Unavailable:
            self._retries.failed(key)
            self._stir(job_id)
            return None
        self._retries.clear(key)
        return said

    def beside(self, call: Callable[[], None]) -> None:
        """Make a call of which nothing is to be heard."""
        self._pool.submit(call)
