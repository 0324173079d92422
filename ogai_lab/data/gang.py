"""Dask as one job: rank 0 has the scheduler and the run, and every rank gives workers.

The scheduler is where ``MASTER_ADDR`` and ``MASTER_PORT`` say, which every rank of a job has; a
process that is in no job is alone, with workers of its own. When the run is over the scheduler
closes, and with it all workers, however many nodes they are on.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

from ogai_lab.core.errors import Unavailable, require

DASK = "dask"
"""The executor's name."""
_JOIN_SECONDS = 120


def is_worker() -> bool:
    """Whether this rank only gives workers."""
    return int(os.environ.get("RANK", "0")) > 0


def work(workers: int) -> None:
    """Give workers to rank 0's scheduler until it closes.

    Raises
    ------
    Unavailable
        When there is no scheduler, or a worker ends badly.
    MissingExtra
        When Dask is not installed.
    """
    require("distributed", "dask")
    address = f"tcp://{os.environ['MASTER_ADDR']}:{os.environ['MASTER_PORT']}"
    options = {"--nworkers": workers, "--nthreads": 1, "--death-timeout": _JOIN_SECONDS}
    words = [str(word) for option in options.items() for word in option]
    command = [sys.executable, "-m", "dask", "worker", address, *words, "--no-dashboard"]
    code = subprocess.run(command, check=False).returncode
    if code:
        raise Unavailable(
            f"The Dask workers of rank {os.environ['RANK']} ended with exit code {code}.",
            cause=f"They were to join the scheduler at {address}.",
            action="See what they printed; the run goes on where it was when it is started again.",
        )


@contextlib.contextmanager
def led(workers: int) -> Iterator[Any]:
    """Open a client of this rank's own scheduler, with workers beside those of other ranks.

    Parameters
    ----------
    workers
        Processes of each rank; those of the other ranks are waited for, so that none comes when
        the scheduler is gone.

    Raises
    ------
    Unavailable
        When another rank's workers do not come.
    MissingExtra
        When Dask is not installed.
    """
    distributed = require("distributed", "dask")
    with (
        distributed.LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            host=os.environ.get("MASTER_ADDR", "127.0.0.1"),
            scheduler_port=int(os.environ.get("MASTER_PORT", "0")),
            dashboard_address=None,
        ) as cluster,
        distributed.Client(cluster, set_as_default=False) as client,
    ):
        expected = workers * int(os.environ.get("WORLD_SIZE", "1"))
        try:
            client.wait_for_workers(expected, _JOIN_SECONDS)
        except TimeoutError as exc:
            raise Unavailable(
                f"Of {expected} Dask workers not all have come within {_JOIN_SECONDS} s.",
                action="See what the job's other ranks printed, then run it again.",
            ) from exc
        yield client
        client.shutdown()
