"""Removing a job that is over."""

from __future__ import annotations

import time

from ogai_lab.core.database import Database
from ogai_lab.core.errors import Conflict
from ogai_lab.scheduler.engines.base import Engine
from ogai_lab.scheduler.ledger import Ledger

_LEAVE_SECONDS = 5.0


def delete(database: Database, ledger: Ledger, engine: Engine, job_id: str) -> None:
    """Remove a job's logs and outputs, then what the ledger knows of it except its usage.

    Raises
    ------
    NotFound
        When there is no such job.
    Conflict
        When it is not over.
    """
    with database.read() as connection:
        entry = ledger.entry(connection, job_id)
    if not entry.state.final:
        raise Conflict(
            f"The job {job_id} is {entry.state.value}; only a job that is over can be deleted.",
            action=f"Cancel it first: ogai cancel {job_id}",
        )
    _forget(engine, job_id)
    with database.write() as connection:
        ledger.remove(connection, entry)


def _forget(engine: Engine, job_id: str) -> None:
    deadline = time.monotonic() + _LEAVE_SECONDS
    while True:
        try:
            return engine.forget(job_id)
        except Conflict:  # its agent has said the last word and is on its way out
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
