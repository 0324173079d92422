"""Where the course of a job is written down: in events, attempts and the records of agents."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from ogai_lab.core.events import events
from ogai_lab.scheduler import history
from ogai_lab.scheduler.engines.base import Engine
from ogai_lab.scheduler.entries import Entry
from ogai_lab.scheduler.ledger import JOB_EVENT
from ogai_lab.scheduler.timeline import Change, Timeline, marks, phases
from ogai_lab.scheduler.types import JobState

_BYTES = 1 << 22
_MOST_BYTES = 1 << 27
"""How much of a job's records is searched for events; what ranks print is passed over."""

_SLACK = 60.0
"""Seconds by which clocks of several processes may differ."""


def timeline(connection: sa.Connection, engine: Engine, entry: Entry) -> Timeline:
    """Return the course of a job up to now."""
    attempts = history.attempts(connection, entry.id)
    found, left_out = marks(_event_records(engine, entry.id))
    return Timeline(
        created=entry.created,
        now=max(time.time(), entry.ended or entry.created),
        ended=entry.ended,
        phases=phases(entry.created, entry.ended, _changes(connection, entry), attempts),
        attempts=attempts,
        marks=found,
        more_marks=left_out,
    )


def _changes(connection: sa.Connection, entry: Entry) -> list[Change]:
    """Return every change of a job's state that was told."""
    query = (
        sa.select(events.c.time, events.c.data)
        .where(
            events.c.seq >= _first_since(connection, entry.created - _SLACK),
            events.c.schema == JOB_EVENT,
            events.c.data["job"].as_string() == entry.id,
        )
        .order_by(events.c.seq)
    )
    if entry.ended is not None:
        last = _first_since(connection, entry.ended + _SLACK)
        query = query.where(events.c.seq <= last)
    return [
        Change(row.time, JobState(row.data["state"]), row.data["attempt"])
        for row in connection.execute(query)
    ]


def _first_since(connection: sa.Connection, moment: float) -> int:
    """Return the number of an event at about `moment`: they are numbered as time goes on.

    All events of a large cluster would take seconds to look through; this takes twenty steps.
    """
    low, high = 0, int(connection.scalar(sa.select(sa.func.max(events.c.seq))) or 0)
    while low < high:
        middle = (low + high) // 2
        query = sa.select(events.c.seq, events.c.time).where(events.c.seq >= middle)
        row = connection.execute(query.order_by(events.c.seq).limit(1)).one()
        if row.time < moment:
            low = row.seq + 1
        else:
            high = middle
    return low


def _event_records(engine: Engine, job_id: str) -> Iterator[dict[str, Any]]:
    offset = 0
    while offset < _MOST_BYTES:
        chunk = engine.read(job_id, offset, _BYTES, text=False)
        if chunk.offset == offset:
            return
        offset = chunk.offset
        yield from (record for record in chunk.records if record.get("kind") == "event")
