"""Cancelling a job, in whatever state it is."""

from __future__ import annotations

import time

from ogai_lab.core.database import Database
from ogai_lab.scheduler.entries import Entry
from ogai_lab.scheduler.ledger import Ledger
from ogai_lab.scheduler.types import Exit, ExitKind, JobState


def cancel(database: Database, ledger: Ledger, job_id: str, by: str) -> Entry:
    """Cancel a job and return its entry: over if it was queued, else ``stopping``.

    A job that is over, or stopping, stays as it is. The engine has yet to be asked.

    Raises
    ------
    NotFound
        When there is no such job.
    """
    reason = f"Cancelled by {by}."
    while True:
        with database.write() as connection:
            entry = ledger.entry(connection, job_id)
            if entry.state.final or entry.state is JobState.STOPPING:
                return entry
            if entry.state is JobState.QUEUED:
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
