"""Where the tasks of a run are computed: any `concurrent.futures.Executor` will do.

The bytes of a run do not depend on it. Tasks reach the store by its URL, so workers on other
machines need one that they see, too.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from typing import Any

from ogai_lab.core.errors import InvalidInput, Unavailable, require
from ogai_lab.data import gang
from ogai_lab.data.pool import process_pool

_CONNECT_SECONDS = 30


@contextlib.contextmanager
def executor(name: str, workers: int = 1) -> Iterator[Executor]:
    """Open an executor while the block lasts.

    Parameters
    ----------
    name
        ``processes`` (a pool on this machine), ``threads``, ``dask`` (a scheduler and workers of
        this job, see `gang`), or the address of a Dask scheduler: ``tcp://host:8786``.
    workers
        Processes or threads; Dask's workers are what they are.

    Raises
    ------
    InvalidInput
        When it is none of these.
    Unavailable
        When no Dask scheduler answers at the address.
    MissingExtra
        When Dask is not installed.
    """
    if name == "processes":
        with process_pool(workers) as pool:
            yield pool
    elif name == "threads":
        with ThreadPoolExecutor(workers) as threads:
            yield threads
    elif name == gang.DASK or "://" in name:
        with gang.led(workers) if name == gang.DASK else _dask(name) as client, _translated():
            yield client.get_executor(pure=False)
    else:
        raise InvalidInput(
            f"There is no executor {name!r}.",
            action="Use processes, threads, dask, or a Dask scheduler's address: tcp://host:8786.",
            field="executor",
        )


@contextlib.contextmanager
def _dask(address: str) -> Iterator[Any]:
    distributed = require("distributed", "dask")
    try:
        client = distributed.Client(address, timeout=_CONNECT_SECONDS, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as exc:
        raise Unavailable(
            f"No Dask scheduler answers at {address!r}.",
            cause=str(exc).partition("\n")[0],
            action="Start one (dask scheduler), or use executor='processes'.",
        ) from exc
    with client:
        yield client


@contextlib.contextmanager
def _translated() -> Iterator[None]:
    from distributed.scheduler import KilledWorker

    try:
        yield
    except KilledWorker as exc:
        raise Unavailable(
            "A task ended several Dask workers, one after the other.",
            cause=str(exc).partition("\n")[0],
            action="Give the workers more memory, then run it again: what was finished is kept.",
        ) from exc
