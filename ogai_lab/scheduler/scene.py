"""What a job's explanation is made from: the job, and everything around it that matters."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from ogai_lab.scheduler.dispatch import held_of, is_due, need_of
from ogai_lab.scheduler.entries import Entry
from ogai_lab.scheduler.ledger import Ledger
from ogai_lab.scheduler.placement import Held, Need
from ogai_lab.scheduler.progress import progress_of
from ogai_lab.scheduler.queues import QueueConfig
from ogai_lab.scheduler.spec import JobSpec
from ogai_lab.scheduler.tables import reports
from ogai_lab.scheduler.types import Job, JobAhead, JobState, Node

IMAGINED = "preview"
"""The id of a job that does not exist (yet)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Other:
    """Another job: how it is shown, what it wants or holds."""

    shown: JobAhead
    held: Held


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A job and what is around it. `active` hold resources; `before` stand before it in order."""

    job: Job
    need: Need
    nodes: Sequence[Node]
    active: Sequence[Other]
    before: Sequence[Other]
    queues: Sequence[QueueConfig]
    led: bool
    delayed: float
    """Seconds of restart delay that are left."""
    now: float


def look(
    connection: sa.Connection,
    ledger: Ledger,
    job: Job,
    nodes: Sequence[Node],
    queues: Sequence[QueueConfig],
    led: bool,
) -> Scene:
    """Gather what explains a job."""
    now = time.time()
    entry = ledger.entry(connection, job.id)
    delayed = 0.0
    if entry.requeued is not None and not is_due(entry, now):
        delayed = entry.requeued + entry.delay - now
    return Scene(
        job=job,
        need=need_of(entry),
        nodes=nodes,
        active=active(connection, ledger, now),
        before=_before(connection, ledger, queues, (-entry.priority, entry.seq), now),
        queues=queues,
        led=led,
        delayed=delayed,
        now=now,
    )


def imagine(
    connection: sa.Connection,
    ledger: Ledger,
    spec: JobSpec,
    owner: str,
    nodes: Sequence[Node],
    queues: Sequence[QueueConfig],
    led: bool,
) -> Scene:
    """Gather what would be around a job that was submitted now."""
    now = time.time()
    job = Job(
        id=IMAGINED,
        name=spec.name,
        owner=owner,
        spec=spec,
        state=JobState.QUEUED,
        version=0,
        created=now,
    )
    need = Need(
        id=IMAGINED,
        queue=spec.queue,
        nodes=spec.nodes,
        cpus=spec.cpus_per_node,
        gpus=spec.gpus,
        memory=spec.memory or 0,
        lasts=spec.timeout,
    )
    return Scene(
        job=job,
        need=need,
        nodes=nodes,
        active=active(connection, ledger, now),
        before=_before(connection, ledger, queues, (-spec.priority, math.inf), now),
        queues=queues,
        led=led,
        delayed=0.0,
        now=now,
    )


def active(connection: sa.Connection, ledger: Ledger, now: float) -> list[Other]:
    """Return the jobs that hold a part of the nodes here, and how long each will, where known."""
    return [
        _other(one, _left(connection, one, now)) for one in ledger.active(connection, cluster="")
    ]


def _before(
    connection: sa.Connection,
    ledger: Ledger,
    queues: Sequence[QueueConfig],
    place: tuple[int, float],
    now: float,
) -> list[Other]:
    waiting = ledger.waiting(connection, [queue.name for queue in queues])
    return [
        _other(one, None)
        for one in waiting
        if (-one.priority, one.seq) < place and is_due(one, now)
    ]


def _other(entry: Entry, seconds_left: float | None) -> Other:
    shown = JobAhead(
        id=entry.id,
        name=entry.name,
        owner=entry.owner,
        state=entry.state,
        cpus=entry.cpus * entry.nodes,
        gpus=entry.gpus * entry.nodes,
        seconds_left=seconds_left,
    )
    return Other(shown=shown, held=held_of(entry))


def _left(connection: sa.Connection, entry: Entry, now: float) -> float | None:
    """Return how long an active job will take: what it reports, its timeout at most."""
    query = sa.select(reports).where(reports.c.job_id == entry.id)
    report = connection.execute(query).mappings().first()
    progress = progress_of(report, now) if report is not None else None
    ends = held_of(entry).ends
    known = [
        seconds
        for seconds in (
            progress.seconds_left if progress else None,
            None if ends is None else max(0.0, ends - now),
        )
        if seconds is not None
    ]
    return min(known, default=None)
