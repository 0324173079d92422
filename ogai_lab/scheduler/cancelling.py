"""Cancelling a job, in whatever state it is."""

from __future__ import annotations

import contextlib
import time

from ogai_lab.core.database import Database
from ogai_lab.core.errors import OgaiError
from ogai_lab.scheduler.engines.base import Engine
from ogai_lab.scheduler.entries import Entry
from ogai_lab.scheduler.ledger import Ledger
from ogai_lab.scheduler.spec import ExitKind
from ogai_lab.scheduler.steps import GRACE_SECONDS
from ogai_lab.scheduler.types import Exit, JobState


def cancel(database: Database, ledger: Ledger, engine: Engine, job_id: str, by: str) -> None:
    """Cancel a job: at once while it is queued, else by asking its processes to end.

    A job that is over stays as it is; one that is stopping is asked once more.

    Raises
    ------
    NotFound
        When there is no such job.
    """
    entry = _enter(database, ledger, job_id, by)
    if entry.state is JobState.STOPPING:
        with contextlib.suppress(OgaiError, OSError):  # the leader asks it again
            engine.stop(job_id, ExitKind.CANCELLED.value, GRACE_SECONDS)


def _enter(database: Database, ledger: Ledger, job_id: str, by: str) -> Entry:
    """Write down that a job is cancelled; return its entry: over, or ``stopping``."""
    reason = f"Cancelled by {by}."
    while True:
        with database.write() as connection:
            entry = ledger.entry(connection, job_id)
            if entry.state.final or entry.state is JobState.STOPPING:
                return entry
            if entry.state is JobState.QUEUED and not entry.handed:
                after = ledger.change(
                    connection,
                    entry,
                    JobState.CANCELLED,
                    reason,
                    ended=max(time.time(), entry.created),
                    exit=Exit(kind=ExitKind.CANCELLED, message=reason),
                )
            else:
                after = ledger.change(
                    connection,
                    entry,
                    JobState.STOPPING,
                    f"{reason} Its processes are being ended.",
                    stop_kind=ExitKind.CANCELLED.value,
                )
        if after is not None:
            return after
