"""Executors that show what a run owes to none of them: the order of completion, processes."""

from __future__ import annotations

import random
from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any


class Here(Executor):
    """Runs tasks at once, in this thread, and remembers their names."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        self.calls.append(fn.__name__)
        future: Future[Any] = Future()
        future.set_result(fn(*args, **kwargs))
        return future


class Late(Future[Any]):
    """A future whose result is waited for: then its executor does what it has, in any order."""

    def __init__(self, work: Callable[[], None]) -> None:
        super().__init__()
        self._work = work

    def result(self, timeout: float | None = None) -> Any:
        while not self.done():
            self._work()
        return super().result(timeout)


class Shuffled(Executor):
    """Completes tasks in an order of chance, some of them twice, as where a worker was lost."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self._waiting: list[tuple[Late, Callable[[], Any]]] = []

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future = Late(self._one)
        self._waiting.append((future, lambda: fn(*args, **kwargs)))
        return future

    def _one(self) -> None:
        place = self._chance.randrange(len(self._waiting))
        future, work = self._waiting.pop(place)
        if self._chance.random() < 0.2:
            work()
        future.set_result(work())
