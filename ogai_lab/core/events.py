"""Events: every change of state, told once, in order, to whoever listens.

An event is written in the transaction that makes the change it tells, so there is no event
without its change and no change without its event. Followers in this process are woken at once;
those of other processes look for new rows a few times a second.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from pydantic import BaseModel

from ogai_lab.core.database import Database, after_commit, metadata

events = sa.Table(
    "events",
    metadata,
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("time", sa.Float, nullable=False),
    sa.Column("schema", sa.String(100), nullable=False),
    sa.Column("data", sa.JSON, nullable=False),
    sqlite_autoincrement=True,
)
_LOOK_SECONDS = 0.1
_PAGE = 500


class Event(BaseModel):
    """One change of state.

    `seq` grows without gaps that matter: ask for what came after the last one you have seen.
    `schema_id` names the YAML schema (with its version) that `data` follows.
    """

    seq: int
    time: float
    schema_id: str
    data: dict[str, Any]


class EventLog:
    """The events of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._news = threading.Condition()
        self._newest = 0
        self._looked = 0.0

    def emit(self, connection: sa.Connection, schema_id: str, data: dict[str, Any]) -> None:
        """Write one event in the transaction of `connection`, and wake followers once it holds.

        `connection` is one that `Database.write` opened.
        """
        connection.execute(events.insert().values(time=time.time(), schema=schema_id, data=data))
        after_commit(connection, self._wake)

    def last(self) -> int:
        """Return the sequence number of the newest event, 0 when there is none."""
        with self._database.read() as connection:
            return int(connection.scalar(sa.select(sa.func.max(events.c.seq))) or 0)

    def read(self, after: int, limit: int = _PAGE) -> list[Event]:
        """Return the events that came after number `after`, oldest first."""
        query = sa.select(events).where(events.c.seq > after).order_by(events.c.seq).limit(limit)
        with self._database.read() as connection:
            rows = connection.execute(query).all()
        return [
            Event(seq=row.seq, time=row.time, schema_id=row.schema, data=row.data) for row in rows
        ]

    def wait(self, after: int) -> list[Event]:
        """Return the events after number `after`, waiting a short while for them to come."""
        if not self._is_newer(after):
            with self._news:
                self._news.wait(_LOOK_SECONDS)
            if not self._is_newer(after):
                return []
        return self.read(after)

    def follow(self, after: int, stopped: Callable[[], bool] = lambda: False) -> Iterator[Event]:
        """Yield the events after number `after` as they come, until `stopped()` is true."""
        while not stopped():
            for event in self.wait(after):
                after = event.seq
                yield event

    def _is_newer(self, after: int) -> bool:
        # One look at the database serves every follower of this process.
        with self._news:
            now = time.monotonic()
            if self._newest <= after and now - self._looked >= _LOOK_SECONDS:
                self._newest, self._looked = self.last(), now
            return self._newest > after

    def _wake(self) -> None:
        with self._news:
            self._looked = 0.0
            self._news.notify_all()


@cache
def schema_files() -> tuple[Path, ...]:
    """Return the YAML schemas of all events, of every layer."""
    package = Path(__file__).parent.parent
    return tuple(sorted(package.glob("*/event_schemas/**/*.yaml")))
