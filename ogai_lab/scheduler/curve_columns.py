"""The curves of a job in columns, one for each metric, rank and attempt, to draw and to go on with.

What a picture needs is a few thousand numbers a curve, and then only what came since: `cursor`
says where a reader stands.
"""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from pydantic import BaseModel, Field

from ogai_lab.scheduler.curves import decimate
from ogai_lab.scheduler.tables import metrics


class Curve(BaseModel):
    """One metric as one rank reported it in one attempt. The columns are equally long."""

    name: str
    rank: int
    attempt: int
    step: list[int | None]
    value: list[float | None] = Field(description="None where it was not a number.")
    time: list[float] = Field(description="Unix seconds.")


class Curves(BaseModel):
    """Curves of a job, and from where to ask for what will follow."""

    curves: list[Curve]
    cursor: int = Field(description="Ask with `after` for what came later.")


def read(
    connection: sa.Connection,
    job_id: str,
    *,
    names: Sequence[str] | None,
    rank: int | None,
    after: int,
    points: int,
) -> Curves:
    """Return the points of a job that came after number `after`.

    Each curve has at most `points` of them; every spike is kept.
    """
    table = metrics.c
    newest = sa.select(sa.func.max(table.seq)).where(table.job_id == job_id)
    cursor = max(after, int(connection.scalar(newest) or 0))
    wanted = [table.job_id == job_id, table.seq > after, table.seq <= cursor]
    if names:
        wanted.append(table.name.in_(names))
    if rank is not None:
        wanted.append(table.rank == rank)
    which = (
        sa.select(table.name, table.rank, table.attempt)
        .where(*wanted)
        .distinct()
        .order_by(table.name, table.rank, table.attempt)
    )
    found = []
    for name, of_rank, attempt in connection.execute(which).all():
        curve = [table.name == name, table.rank == of_rank, table.attempt == attempt]
        query = (
            sa.select(table.step, table.value, table.time)
            .where(*wanted, *curve)
            .order_by(table.seq)
        )
        rows = connection.execute(query).all()
        kept = decimate([(place, row.value) for place, row in enumerate(rows)], points)
        found.append(
            Curve(
                name=name,
                rank=of_rank,
                attempt=attempt,
                step=[rows[place].step for place in kept],
                value=[rows[place].value for place in kept],
                time=[rows[place].time for place in kept],
            )
        )
    return Curves(curves=found, cursor=cursor)
