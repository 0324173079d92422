"""What was: the attempts of a job, its curves, and who held how much for how long."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from ogai_lab.scheduler.curves import decimate
from ogai_lab.scheduler.tables import attempts as attempts_table
from ogai_lab.scheduler.tables import metrics
from ogai_lab.scheduler.types import Attempt, Exit, MetricPoint
from ogai_lab.scheduler.usage import Held, Stay


def attempts(connection: sa.Connection, job_id: str) -> list[Attempt]:
    """Return the tries of a job, first to last."""
    table = attempts_table.c
    query = sa.select(attempts_table).where(table.job_id == job_id).order_by(table.number)
    return [
        Attempt(
            number=row.number,
            started=row.started,
            ended=row.ended,
            exit=Exit.model_validate(row.exit) if row.exit else None,
        )
        for row in connection.execute(query)
    ]


def curves(
    connection: sa.Connection, job_id: str, names: Sequence[str] | None, points: int
) -> list[MetricPoint]:
    """Return the curves of a job, one for each metric and rank, `points` long at most."""
    of_job = [metrics.c.job_id == job_id]
    if names:
        of_job.append(metrics.c.name.in_(names))
    which = (
        sa.select(metrics.c.name, metrics.c.rank, sa.func.count())
        .where(*of_job)
        .group_by(metrics.c.name, metrics.c.rank)
        .order_by(metrics.c.name, metrics.c.rank)
    )
    found: list[MetricPoint] = []
    for name, rank, count in connection.execute(which).all():
        curve = [metrics.c.job_id == job_id, metrics.c.name == name, metrics.c.rank == rank]
        chosen = None
        if count > points:
            values = sa.select(metrics.c.seq, metrics.c.value).where(*curve).order_by(metrics.c.seq)
            chosen = decimate(connection.execute(values).all(), points)
        found += _points(connection, curve, chosen)
    return found


def stays(connection: sa.Connection, since: float | None, until: float | None) -> list[Stay]:
    """Return who held what between two times, in Unix seconds."""
    table = attempts_table.c
    query = sa.select(
        table.job_id, table.owner, table.cpus, table.gpus, table.started, table.ended
    ).order_by(table.started)
    if since is not None:
        query = query.where(sa.or_(table.ended.is_(None), table.ended > since))
    if until is not None:
        query = query.where(table.started < until)
    return [Stay(*row) for row in connection.execute(query)]


def held(connection: sa.Connection, job_id: str) -> list[Held]:
    """Return what each attempt of a job held and for how long, first to last."""
    table = attempts_table.c
    query = (
        sa.select(table.number, table.cpus, table.gpus, table.started, table.ended)
        .where(table.job_id == job_id)
        .order_by(table.number)
    )
    return [Held(*row) for row in connection.execute(query)]


def _points(
    connection: sa.Connection, curve: list[sa.ColumnElement[bool]], chosen: list[int] | None
) -> list[MetricPoint]:
    columns = [metrics.c[name] for name in MetricPoint.model_fields]
    query = sa.select(*columns).where(*curve).order_by(metrics.c.seq)
    if chosen is None:
        rows = list(connection.execute(query).mappings())
    else:
        rows = []
        for start in range(0, len(chosen), 500):  # databases limit the values of one statement
            some = query.where(metrics.c.seq.in_(chosen[start : start + 500]))
            rows += connection.execute(some).mappings()
    return [MetricPoint(**row) for row in rows]
