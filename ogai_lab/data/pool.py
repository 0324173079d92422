"""The process pool that a run uses on one machine. It outlasts its processes."""

from __future__ import annotations

import multiprocessing
import multiprocessing.connection
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any


class WorkerLost(Exception):  # noqa: N818 - it says what happened
    """A process ended before it had an answer; the text says how."""


class ProcessPool(Executor):
    """Processes that end when this one does, however it ends; where one is lost, new ones come.

    The futures of work that was under way when a process was lost raise `BrokenExecutor`; who
    waits for them submits it again, or does it `apart`.

    Parameters
    ----------
    workers
        How many processes.
    """

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._pool = self._new()

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Do it in one of the processes."""
        try:
            return self._pool.submit(fn, *args, **kwargs)
        except BrokenProcessPool:
            self._pool.shutdown(wait=True)
            self._pool = self._new()
            return self._pool.submit(fn, *args, **kwargs)

    def apart(
        self,
        function: Callable[..., Any],
        *arguments: Any,
        told: Callable[[Any], None] | None = None,
    ) -> Any:
        """Return the function's result, from a new process that does nothing else.

        With `told` the function gets another argument, the last one: a function of a value, which
        `told` is called with here.

        Raises
        ------
        WorkerLost
            When that process ends without a result.
        """
        here, there = multiprocessing.Pipe(duplex=False)
        given = (there, function, arguments, told is not None)
        process = _context().Process(target=_answer, args=given)
        process.start()
        there.close()
        with here:
            while True:
                try:
                    kind, value = here.recv()
                except EOFError:
                    process.join()
                    raise WorkerLost(_how(process.exitcode)) from None
                if kind != "told":
                    break
                if told is not None:
                    told(value)
        process.join()
        if kind == "raised":
            raise value
        return value

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the processes."""
        self._pool.shutdown(wait, cancel_futures=cancel_futures)

    def _new(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(self._workers, _context(), initializer=_prepare)


def process_pool(workers: int) -> ProcessPool:
    """Return a pool of so many processes."""
    return ProcessPool(workers)


def _context() -> multiprocessing.context.ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["ogai_lab.data.tasks", "pyarrow.parquet", "tokenizers"])
    return context


def _prepare() -> None:
    import pyarrow as pa

    # One thread a process: the pool is the parallelism.
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    pa.set_cpu_count(1)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """End this process when its parent is gone, for a killed parent cannot say goodbye."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        multiprocessing.connection.wait([parent.sentinel])
        os._exit(1)


def _answer(
    connection: multiprocessing.connection.Connection,
    function: Callable[..., Any],
    arguments: tuple[Any, ...],
    telling: bool,
) -> None:
    _prepare()
    if telling:
        arguments = (*arguments, lambda value: connection.send(("told", value)))
    try:
        answer = ("done", function(*arguments))
    except Exception as exc:  # noqa: BLE001 - it is raised where it was asked for
        answer = ("raised", exc)
    connection.send(answer)
    connection.close()


def _how(code: int | None) -> str:
    if code == -signal.SIGKILL:
        return "signal 9, probably out of memory"
    return f"signal {-code}" if code is not None and code < 0 else f"exit code {code}"
