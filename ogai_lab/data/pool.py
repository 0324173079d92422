"""The process pool that a run uses on one machine."""

from __future__ import annotations

import multiprocessing
import multiprocessing.connection
import os
import threading
from concurrent.futures import ProcessPoolExecutor


def process_pool(workers: int) -> ProcessPoolExecutor:
    """Return a pool of processes that end when this one does, however it ends."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["ogai_lab.data.tasks", "pyarrow.parquet", "tokenizers"])
    return ProcessPoolExecutor(workers, context, initializer=_prepare)


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
