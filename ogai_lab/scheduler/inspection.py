"""Operations that look into one job: its attempts, its curves, its course, its code, its cost."""

from __future__ import annotations

import time
from typing import Annotated

from pydantic import Field

from ogai_lab.core.blobs import BlobStore
from ogai_lab.core.database import Database
from ogai_lab.core.errors import NotFound
from ogai_lab.core.operations import Service, operation
from ogai_lab.scheduler import course, curve_columns, history, snapshot_files, usage
from ogai_lab.scheduler.curve_columns import Curves
from ogai_lab.scheduler.engines.base import Engine
from ogai_lab.scheduler.ledger import Ledger
from ogai_lab.scheduler.reports import Reports
from ogai_lab.scheduler.snapshot_files import SnapshotFiles, SnapshotText
from ogai_lab.scheduler.timeline import Timeline
from ogai_lab.scheduler.types import Attempt, MetricPoint, Snapshot
from ogai_lab.scheduler.usage import JobUsage

_READ_SECONDS = 0.005

Points = Annotated[int, Field(ge=2, le=100_000)]
Number = Annotated[int, Field(ge=0)]


class Inspection(Service):
    """The part of the scheduler that looks into one job and changes nothing."""

    _database: Database
    _blobs: BlobStore
    _engine: Engine
    _ledger: Ledger
    _reports: Reports

    @operation("GET", "/jobs/{job_id}/attempts", action="read")
    def attempts(self, job_id: str) -> list[Attempt]:
        """Return the tries of a job, first to last.

        Raises
        ------
        NotFound
            When there is no such job.
        """
        with self._database.read() as connection:
            self._ledger.entry(connection, job_id)
            return history.attempts(connection, job_id)

    @operation("GET", "/jobs/{job_id}/metrics", action="read")
    def metrics(
        self, job_id: str, name: list[str] | None = None, points: Points = 2000
    ) -> list[MetricPoint]:
        """Return the curves of a job, `points` a curve at most; every spike is kept.

        Raises
        ------
        NotFound
            When there is no such job.
        """
        self._catch_up(job_id)
        with self._database.read() as connection:
            return history.curves(connection, job_id, name, points)

    @operation("GET", "/jobs/{job_id}/curves", action="read")
    def curves(
        self,
        job_id: str,
        name: list[str] | None = None,
        rank: int | None = None,
        after: Number = 0,
        points: Points = 2000,
    ) -> Curves:
        """Return the curves of a job in columns, or what came after the `cursor` of an answer.

        There is one curve for each metric, rank and attempt, of `points` points at most.

        Raises
        ------
        NotFound
            When there is no such job.
        """
        self._catch_up(job_id)
        with self._database.read() as connection:
            return curve_columns.read(
                connection, job_id, names=name, rank=rank, after=after, points=points
            )

    @operation("GET", "/jobs/{job_id}/timeline", action="read")
    def timeline(self, job_id: str) -> Timeline:
        """Return the course of a job: its phases, its attempts, and what went wrong when.

        Raises
        ------
        NotFound
            When there is no such job.
        """
        self._catch_up(job_id)
        with self._database.read() as connection:
            entry = self._ledger.entry(connection, job_id)
            return course.timeline(connection, self._engine, entry)

    @operation("GET", "/jobs/{job_id}/usage", action="read")
    def job_usage(self, job_id: str) -> JobUsage:
        """Return the core- and GPU-hours of a job and of each of its attempts, up to now.

        Raises
        ------
        NotFound
            When there is no such job.
        """
        with self._database.read() as connection:
            self._ledger.entry(connection, job_id)
            held = history.held(connection, job_id)
        return usage.of_job(held, time.time())

    @operation("GET", "/jobs/{job_id}/snapshot", action="read")
    def snapshot(self, job_id: str) -> SnapshotFiles:
        """List the files that travelled with a job, and what was left out of them.

        Raises
        ------
        NotFound
            When there is no such job, or nothing travelled with it.
        """
        return snapshot_files.files(self._blobs, self._travelled(job_id))

    @operation("GET", "/jobs/{job_id}/snapshot/file", action="read")
    def snapshot_file(self, job_id: str, path: str) -> SnapshotText:
        """Return the text of one of these files, its first 1 MiB.

        Raises
        ------
        InvalidInput
            When `path` leads out of the working folder.
        NotFound
            When there is no such job or file.
        """
        return snapshot_files.text(self._blobs, self._travelled(job_id), path)

    def _travelled(self, job_id: str) -> Snapshot:
        with self._database.read() as connection:
            _, snapshot = self._ledger.asked(connection, job_id)
        if snapshot is None:
            raise NotFound(
                f"No working folder travelled with the job {job_id!r}.",
                action="Submit with workdir=… to keep the code with the job.",
            )
        return snapshot

    def _catch_up(self, job_id: str) -> None:
        """Take in what an active job has newly reported, as far as that takes a moment."""
        with self._database.read() as connection:
            entry = self._ledger.entry(connection, job_id)
        if entry.state.active:
            self._reports.ingest(entry, _READ_SECONDS)
