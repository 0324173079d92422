"""Tasks in an executor: looked up first, then computed, their results taken in order.

At most `_WINDOW` tasks are under way at a time, and of each only its result is kept (a few digests
and counts), so that memory does not grow with the documents.
"""

from __future__ import annotations

import contextlib
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future
from typing import Any, NamedTuple

from ogai_lab.core.blobs import BlobStore, Digest
from ogai_lab.data.cache import TaskCache
from ogai_lab.data.types import Phase

Result = dict[str, Any]
Call = tuple[Digest, tuple[Any, ...]]
"""A task's key, and the arguments after the store's URL."""
_WINDOW = 256


class Progress(NamedTuple):
    """How far a run is: its phase, tasks done and in all, documents and bytes read so far."""

    phase: Phase
    done: int
    total: int
    documents: int
    bytes: int


class Spent(NamedTuple):
    """What a stage has cost in this run: seconds of all workers, documents and bytes of text."""

    seconds: float = 0.0
    documents: int = 0
    bytes: int = 0


class Engine:
    """Runs the tasks of one run.

    Parameters
    ----------
    blobs
        Where results go; the tasks open it by its URL.
    executor
        Where tasks run.
    report
        Is told how far the run is.
    """

    def __init__(
        self, blobs: BlobStore, executor: Executor, report: Callable[[Progress], None]
    ) -> None:
        self.blobs = blobs
        self.executor = executor
        self.cache = TaskCache(blobs)
        self.seconds: dict[str, float] = {}
        """Seconds of each phase, as the clock on the wall has them."""
        self.stages: dict[str, Spent] = {}
        """What each stage has cost; what was known before cost nothing."""
        self._report = report
        self.progress = Progress("plan", 0, 0, 0, 0)

    @contextlib.contextmanager
    def phase(self, name: Phase, tasks: int = 0) -> Iterator[None]:
        """Time a phase that adds so many tasks to what there is to do."""
        total = self.progress.total + tasks
        self.progress = self.progress._replace(phase=name, total=total)
        if total:
            self._report(self.progress)
        start = time.monotonic()
        yield
        self.seconds[name] = self.seconds.get(name, 0.0) + time.monotonic() - start

    def all(self, function: Callable[..., Result], calls: Iterable[Call]) -> Iterator[Result]:
        """Yield the result of each call, in order; only what is not known yet is computed."""
        waiting: deque[tuple[Digest, Result | None, Future[Result] | None]] = deque()
        try:
            for key, arguments in calls:
                known = self.cache.get(key)
                future = None if known is not None else self._submitted(function, arguments)
                waiting.append((key, known, future))
                if len(waiting) >= _WINDOW:
                    yield self._taken(*waiting.popleft())
            while waiting:
                yield self._taken(*waiting.popleft())
        finally:
            for _, _, future in waiting:
                if future is not None:
                    future.cancel()

    def once(self, key: Digest, work: Callable[[], Result]) -> Result:
        """Return the result of one piece of work that is done here, if it is not known yet."""
        known = self.cache.get(key)
        if known is None:
            known = work()
            self.cache.put(key, known)
        return known

    def advance(self, documents: int = 0, size: int = 0) -> None:
        """Count one task as done, and the documents and bytes that it has read."""
        before = self.progress
        self.progress = before._replace(
            done=before.done + 1,
            documents=before.documents + documents,
            bytes=before.bytes + size,
        )
        self._report(self.progress)

    def _submitted(
        self, function: Callable[..., Result], arguments: tuple[Any, ...]
    ) -> Future[Result]:
        return self.executor.submit(function, self.blobs.url, *arguments)

    def _taken(self, key: Digest, known: Result | None, future: Future[Result] | None) -> Result:
        if known is None and future is not None:
            known = future.result()
            for stage, spent in known.pop("spent", {}).items():
                before = self.stages.get(stage, Spent())
                self.stages[stage] = Spent(*(a + b for a, b in zip(before, spent, strict=True)))
            self.cache.put(key, known)
        return known or {}
