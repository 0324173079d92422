"""How jobs are shown: one, or a page of many, newest first."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from ogai_lab.core.errors import InvalidInput
from ogai_lab.scheduler.entries import spec_of, unknown
from ogai_lab.scheduler.progress import progress_of
from ogai_lab.scheduler.tables import jobs, labels, reports, specs
from ogai_lab.scheduler.types import Exit, Job, JobPage, JobState, Snapshot

_SHOWN = [
    *(column for column in jobs.c if column.name not in {"cpus", "gpus", "memory", "nodes"}),
    *(column for column in reports.c if column.name not in {"job_id", "offset", "attempt"}),
    *(specs.c.spec, specs.c.snapshot),
]
_TABLES = jobs.join(specs, specs.c.job_id == jobs.c.id).join(reports, reports.c.job_id == jobs.c.id)
_ONE = (
    sa.select(*_SHOWN, specs.c.payload)
    .select_from(_TABLES)
    .where(jobs.c.id == sa.bindparam("job_id"))
)
# Statements that are made once cost a third of those that are made for each call.
_QUEUED = (jobs.c.state == JobState.QUEUED.value) & (jobs.c.cluster == "")
_LENGTHS = (
    sa.select(jobs.c.queue, jobs.c.priority, sa.func.count())
    .where(_QUEUED)
    .group_by(jobs.c.queue, jobs.c.priority)
)
_ALIKE = sa.and_(
    _QUEUED,
    jobs.c.queue == sa.bindparam("queue"),
    jobs.c.priority == sa.bindparam("priority"),
)
_EARLIER = sa.select(sa.func.count()).where(_ALIKE, jobs.c.seq < sa.bindparam("first"))
_BETWEEN = (
    sa.select(jobs.c.seq)
    .where(_ALIKE, jobs.c.seq.between(sa.bindparam("first"), sa.bindparam("last")))
    .order_by(jobs.c.seq)
)


def show(connection: sa.Connection, job_id: str) -> Job:
    """Return one job, complete.

    Raises
    ------
    NotFound
        When there is no such job.
    """
    row = connection.execute(_ONE, {"job_id": job_id}).mappings().first()
    if row is None:
        raise unknown(job_id)
    positions = _positions(connection, [row])
    return _job(row, positions.get(row["seq"]), row["payload"])


def page(
    connection: sa.Connection,
    *,
    state: Sequence[JobState] | None = None,
    owner: str | None = None,
    queue: str | None = None,
    name: str | None = None,
    label: Sequence[str] | None = None,
    limit: int = 50,
    cursor: str | None = None,
) -> JobPage:
    """Return the newest jobs that match, and the cursor of the next page.

    The payload of a function is left out of lists: it may be megabytes.

    Raises
    ------
    InvalidInput
        When `cursor` or a label is not well formed.
    """
    conditions = list(_conditions(state, owner, queue, name, label))
    total = connection.scalar(sa.select(sa.func.count()).select_from(jobs).where(*conditions))
    if cursor is not None:
        conditions.append(jobs.c.seq < _position_of(cursor))
    newest = sa.select(jobs.c.seq).where(*conditions).order_by(jobs.c.seq.desc()).limit(limit + 1)
    query = sa.select(*_SHOWN).select_from(_TABLES).where(jobs.c.seq.in_(newest))
    rows = connection.execute(query.order_by(jobs.c.seq.desc())).mappings().all()
    shown = rows[:limit]
    positions = _positions(connection, shown)
    return JobPage(
        items=[_job(row, positions.get(row["seq"]), None) for row in shown],
        total=total or 0,
        cursor=f"s{shown[-1]['seq']}" if len(rows) > limit else None,
    )


def _conditions(
    state: Sequence[JobState] | None,
    owner: str | None,
    queue: str | None,
    name: str | None,
    label: Sequence[str] | None,
) -> Iterable[sa.ColumnElement[bool]]:
    if state:
        values = [one.value for one in state]
        yield jobs.c.state == values[0] if len(values) == 1 else jobs.c.state.in_(values)
    if owner is not None:
        yield jobs.c.owner == owner
    if queue is not None:
        yield jobs.c.queue == queue
    if name:
        yield jobs.c.name.icontains(name, autoescape=True)
    for one in label or ():
        key, equals, value = one.partition("=")
        if not equals or not key:
            raise InvalidInput(
                f"{one[:80]!r} is not a label.", action="Write key=value.", field="label"
            )
        having = sa.select(labels.c.job_id).where(labels.c.key == key, labels.c.value == value)
        yield jobs.c.id.in_(having)


def _position_of(cursor: str) -> int:
    if cursor[:1] != "s" or not cursor[1:].isascii() or not cursor[1:].isdigit():
        raise InvalidInput(
            f"{cursor[:40]!r} is not a cursor.",
            action="Pass the cursor of the page before, unchanged.",
            field="cursor",
        )
    return int(cursor[1:19])


def _positions(connection: sa.Connection, rows: Sequence[Mapping[Any, Any]]) -> dict[int, int]:
    """Return the place in its queue, from 1, of each queued job among `rows`, by `seq`."""
    groups: dict[tuple[str, int], list[int]] = {}
    for row in rows:
        if row["state"] == JobState.QUEUED and not row["cluster"]:
            groups.setdefault((row["queue"], row["priority"]), []).append(row["seq"])
    if not groups:
        return {}
    lengths = connection.execute(_LENGTHS).all()
    places: dict[int, int] = {}
    for (queue, priority), seqs in groups.items():
        group = {"queue": queue, "priority": priority, "first": min(seqs), "last": max(seqs)}
        ahead = sum(count for name, other, count in lengths if name == queue and other > priority)
        ahead += connection.scalar(_EARLIER, group) or 0
        in_order = connection.execute(_BETWEEN, group).scalars()
        places |= {seq: ahead + place for place, seq in enumerate(in_order, start=1)}
    return places


def _job(row: Mapping[Any, Any], position: int | None, payload: str | None) -> Job:
    state = JobState(row["state"])
    return Job.model_construct(  # not checked again: all of it was, when it was stored
        id=row["id"],
        name=row["name"],
        owner=row["owner"],
        spec=spec_of(row["spec"], payload),
        state=state,
        version=row["version"],
        created=row["created"],
        started=row["started"],
        ended=row["ended"],
        attempt=row["attempt"],
        restarts=row["restarts"],
        reason=row["reason"],
        exit=Exit.model_validate(row["exit"]) if row["exit"] else None,
        progress=progress_of(row, time.time() if state.active else None),
        metrics=row["metrics"] or {},
        queue_position=position,
        snapshot=Snapshot.model_validate(row["snapshot"]) if row["snapshot"] else None,
        node_names=list(dict.fromkeys(one["node"] for one in row["placements"])),
        outputs=row["outputs"] or {},
    )
