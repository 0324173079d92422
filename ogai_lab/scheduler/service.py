"""The scheduler's operations."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field

from ogai_lab.core.blobs import BlobStore, digest_of
from ogai_lab.core.database import Database
from ogai_lab.core.events import EventLog
from ogai_lab.core.home import Home
from ogai_lab.core.operations import Caller, operation
from ogai_lab.scheduler import (
    admission,
    cancelling,
    deleting,
    explain,
    history,
    listing,
    occupancy,
    scene,
    submission,
    usage,
)
from ogai_lab.scheduler.dispatch import Dispatcher
from ogai_lab.scheduler.engines.base import Engine
from ogai_lab.scheduler.inspection import Inspection
from ogai_lab.scheduler.launch.ground import Ground
from ogai_lab.scheduler.leader import LeaderLock
from ogai_lab.scheduler.ledger import Ledger
from ogai_lab.scheduler.logs.index import LineIndexes
from ogai_lab.scheduler.logs.operations import Logs
from ogai_lab.scheduler.queues import DEFAULT_QUEUE, QueueConfig
from ogai_lab.scheduler.reports import Reports
from ogai_lab.scheduler.snapshot import Snapshots
from ogai_lab.scheduler.spec import JobSpec
from ogai_lab.scheduler.types import Explanation, Job, JobPage, JobState, Node, Queue, Usage

Limit = Annotated[int, Field(ge=1, le=500)]
Key = Annotated[str, Field(min_length=1, max_length=200)]


class Scheduler(Inspection, Logs):
    """Jobs: submitted, placed on nodes, followed, explained.

    Every process that shares a home folder may serve; one of them leads (`lead`) and carries out
    the queue.
    """

    route = "scheduler"
    resource = "ogai:jobs"

    def __init__(
        self,
        database: Database,
        blobs: BlobStore,
        events: EventLog,
        home: Home,
        engine: Engine,
        *,
        queues: Sequence[QueueConfig] = (DEFAULT_QUEUE,),
    ) -> None:
        self._database = database
        self._blobs = blobs
        self._engine = engine
        self._queues = tuple(queues)
        self._ledger = Ledger(events)
        self._reports = Reports(database, self._ledger, engine)
        self._snapshots = Snapshots(blobs, home.path)
        self._lock = LeaderLock(home.path / "leader.lock")
        self._dispatcher = Dispatcher(
            database, self._ledger, self._reports, engine, self._queues, self._lock
        )
        self._indexes = LineIndexes()
        self._closed = False

    @property
    def ground(self) -> Ground:
        """What a job that is only thought of is measured against."""
        return Ground(
            database=self._database,
            ledger=self._ledger,
            snapshots=self._snapshots,
            nodes=self._engine.nodes(),
            queues=self._queues,
            led=self._lock.leader() is not None,
            fits=self._fits,
        )

    def lead(self) -> None:
        """Carry out the queue from now on, or as soon as no other process does."""
        self._dispatcher.start()

    @property
    def leads(self) -> bool:
        """Whether this process carries out the queue now."""
        return self._lock.held

    def close(self) -> None:
        """Stop leading and end all streams. Jobs go on."""
        self._closed = True
        self._dispatcher.close()

    @operation("POST", "/jobs", action="execute")
    def submit(self, spec: JobSpec, caller: Caller, idempotency_key: Key | None = None) -> Job:
        """Enter a job into its queue. Repeated with the same key, it enters one job.

        Raises
        ------
        InvalidInput
            When the job could never run: no node is large enough, its queue does not exist or is
            too small, its script is missing or has a syntax error.
        TooLarge
            When the working folder is larger than what may travel.
        Conflict
            When the key was used for another job.
        """
        key = None
        if idempotency_key is not None:
            key = (idempotency_key, digest_of(spec.model_dump_json().encode()))
            with self._database.read() as connection:
                known = self._ledger.find_key(connection, caller.name, *key)
            if known is not None:
                return self.job(known)
        spec, snapshot = submission.prepare(spec, self._fits, self._snapshots)
        with self._database.write() as connection:
            job_id = self._ledger.add(connection, spec, caller.name, snapshot, key)
        self._dispatcher.wake()
        return self.job(job_id)

    @operation("GET", "/jobs", action="read")
    def jobs(
        self,
        state: list[JobState] | None = None,
        owner: str | None = None,
        queue: str | None = None,
        name: str | None = None,
        label: list[str] | None = None,
        limit: Limit = 50,
        cursor: str | None = None,
    ) -> JobPage:
        """List jobs, newest first. `name` is a part of the name; a label is ``key=value``.

        Raises
        ------
        InvalidInput
            When the cursor or a label is not well formed.
        """
        with self._database.read() as connection:
            return listing.page(
                connection,
                state=state,
                owner=owner,
                queue=queue,
                name=name,
                label=label,
                limit=limit,
                cursor=cursor,
            )

    @operation("GET", "/jobs/{job_id}", action="read")
    def job(self, job_id: str) -> Job:
        """Return one job as it is now.

        Raises
        ------
        NotFound
            When there is no such job.
        """
        self._catch_up(job_id)
        with self._database.read() as connection:
            shown = listing.show(connection, job_id)
        shown.output = self._engine.output(job_id)
        return shown

    @operation("POST", "/jobs/{job_id}/cancel", action="execute")
    def cancel(self, job_id: str, caller: Caller, idempotency_key: Key | None = None) -> Job:
        """Cancel a job: at once while it is queued, else by asking its processes to end.

        A job that is over stays as it is.

        Raises
        ------
        NotFound
            When there is no such job.
        """
        cancelling.cancel(self._database, self._ledger, self._engine, job_id, caller.name)
        self._dispatcher.wake()
        return self.job(job_id)

    @operation("DELETE", "/jobs/{job_id}", action="delete")
    def delete(self, job_id: str, caller: Caller) -> None:
        """Remove a job that is over, with its logs and outputs. What it used stays in the usage.

        Raises
        ------
        NotFound
            When there is no such job.
        Conflict
            When it is not over.
        """
        deleting.delete(self._database, self._ledger, self._engine, job_id)

    @operation("GET", "/jobs/{job_id}/explain", action="read")
    def explain(self, job_id: str) -> Explanation:
        """Say why a job waits, runs or ended as it did, and what would change that.

        Raises
        ------
        NotFound
            When there is no such job.
        """
        job = self.job(job_id)
        led = self._lock.leader() is not None
        if (seen := self._engine.explain(job)) is not None:
            return explain.with_leader(seen, led)
        nodes = self._engine.nodes()
        with self._database.read() as connection:
            around = scene.look(connection, self._ledger, job, nodes, self._queues, led)
        return explain.explain(around)

    @operation("GET", "/nodes", action="read")
    def nodes(self) -> list[Node]:
        """List the nodes: what they have, what is free, whose jobs they run."""
        nodes = self._engine.nodes()
        with self._database.read() as connection:
            active = self._ledger.active(connection, cluster="")
        return occupancy.nodes(nodes, active)

    @operation("GET", "/queues", action="read")
    def queues(self) -> list[Queue]:
        """List the queues: their limits, what is used of them, how many jobs wait."""
        with self._database.read() as connection:
            active = self._ledger.active(connection, cluster="")
            lengths = self._ledger.lengths(connection)
        return occupancy.queues(self._queues, active, lengths)

    @operation("GET", "/usage", action="read")
    def usage(
        self,
        by: Literal["job", "owner", "day"] = "owner",
        since: float | None = None,
        until: float | None = None,
    ) -> list[Usage]:
        """Return core- and GPU-hours between two times (Unix seconds), by job, owner or day (UTC).

        Deleted jobs count; what runs is counted up to now.
        """
        now = time.time()
        with self._database.read() as connection:
            stays = history.stays(connection, since, until)
        return usage.usage(stays, by, since, until, now)

    def _fits(self, spec: JobSpec) -> None:
        """Refuse a job for which there will never be room."""
        self._engine.check(spec)
        if not (spec.cluster or self._engine.queues):
            admission.check_size(spec, self._engine.nodes(), self._queues)
