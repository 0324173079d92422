"""Tasks in an executor: looked up first, then computed, their results taken in order.

A task whose worker was lost is done once more, in a process of its own; when it loses that one,
too, the documents at fault are set aside (`sparing`), or the run ends where they cannot be.

At most `_WINDOW` tasks are under way at a time, and of each only its result is kept (a few digests
and counts), so that memory does not grow with the documents.
"""

from __future__ import annotations

import contextlib
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future
from dataclasses import dataclass
from typing import Any, NamedTuple

from ogai_lab.core.blobs import BlobStore, Digest
from ogai_lab.core.errors import Unavailable
from ogai_lab.data import sparing
from ogai_lab.data.cache import TaskCache
from ogai_lab.data.pool import ProcessPool, WorkerLost
from ogai_lab.data.types import Phase

Result = dict[str, Any]
Call = tuple[Digest | None, tuple[Any, ...]]
"""A task's key, and the arguments after the store's URL. Without a key it is never looked up."""
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
        waiting: deque[_Task] = deque()
        try:
            for key, arguments in calls:
                known = None if key is None else self.cache.get(key)
                task = _Task(function, key, arguments, known)
                self._submit(task)
                waiting.append(task)
                if len(waiting) >= _WINDOW:
                    yield self._taken(waiting.popleft(), waiting)
            while waiting:
                yield self._taken(waiting.popleft(), waiting)
        finally:
            for task in waiting:
                if task.future is not None:
                    task.future.cancel()

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

    def _submit(self, task: _Task) -> None:
        if task.known is None:
            task.future = self.executor.submit(task.function, self.blobs.url, *task.arguments)

    def _taken(self, task: _Task, others: Iterable[_Task]) -> Result:
        if task.known is not None or task.future is None:
            return task.known or {}
        keep = True
        try:
            found = task.future.result()
        except BrokenExecutor:
            if not isinstance(self.executor, ProcessPool):
                raise
            found, keep = self._again(self.executor, task)
            for other in others:
                if other.future is not None and _lost(other.future):
                    self._submit(other)
        for stage, spent in found.pop("spent", {}).items():
            before = self.stages.get(stage, Spent())
            self.stages[stage] = Spent(*(a + b for a, b in zip(before, spent, strict=True)))
        if keep and task.key is not None:
            self.cache.put(task.key, found)
        return found

    def _again(self, pool: ProcessPool, task: _Task) -> tuple[Result, bool]:
        """Return the result of a task whose worker was lost, and whether it is to be kept.

        What was made without the documents that no worker survives is not: with more memory, a
        later run may well read them.
        """
        try:
            return sparing.again(pool, task.function, self.blobs.url, task.arguments)
        except WorkerLost as exc:
            raise Unavailable(
                f"A worker died twice on the same piece of work: {task.function.__name__} ({exc}).",
                cause="It was alone in its process, and no single document is at fault.",
                action="Give it more memory, then run it again: what was finished is kept.",
            ) from exc


@dataclass
class _Task:
    function: Callable[..., Result]
    key: Digest | None
    arguments: tuple[Any, ...]
    known: Result | None
    future: Future[Result] | None = None


def _lost(future: Future[Result]) -> bool:
    return (
        future.done() and not future.cancelled() and isinstance(future.exception(), BrokenExecutor)
    )
