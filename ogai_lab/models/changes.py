"""Changes to what the registry knows: each with its event, in the caller's transaction."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from ogai_lab.core.errors import Conflict
from ogai_lab.core.events import EventLog
from ogai_lab.models import tables
from ogai_lab.models.catalog import aliases_of
from ogai_lab.models.labels import check_tags
from ogai_lab.models.tensors import Kept
from ogai_lab.models.types import Lineage

SCHEMA = "https://schemas.ogai-lab.org/models/version/v1"


class Changes:
    """Writes versions, aliases and tags, and says so in the event log."""

    def __init__(self, events: EventLog) -> None:
        self._events = events

    def add(
        self,
        connection: sa.Connection,
        name: str,
        kept: Kept,
        *,
        owner: str,
        aliases: list[str],
        tags: Mapping[str, str],
        metrics: Mapping[str, float],
        lineage: Lineage,
        key: str | None,
    ) -> tuple[int, str]:
        """Write a version, or find the one with this content; return its number and a note.

        Raises
        ------
        InvalidInput, Conflict
            When the version would have too many tags, or somebody else took its number.
        """
        table = tables.versions
        now = time.time()
        same = sa.select(table).where(table.c.model == name, table.c.manifest == kept.digest)
        row = connection.execute(same).first()
        if row is not None:
            number, note = row.number, f"This content is v{row.number} already."
            merged = {**row.tags, **tags}
            check_tags(merged)
            _update(connection, name, number, tags=merged)
        else:
            number, note = _next_number(connection, name, now), ""
            connection.execute(
                table.insert().values(
                    model=name,
                    number=number,
                    manifest=kept.digest,
                    created=now,
                    owner=owner,
                    size=kept.manifest.size,
                    stored=kept.stored,
                    tensors=len(kept.manifest.tensors),
                    parameters=sum(math.prod(t.shape) for t in kept.manifest.tensors),
                    tags=dict(tags),
                    metrics=dict(metrics),
                    lineage=lineage.model_dump(),
                    note="",
                )
            )
            self._tell(connection, "registered", name, number, job=lineage.job)
        for alias in aliases:
            self.point(connection, name, alias, number)
        if key is not None:
            connection.execute(
                tables.registrations.insert().values(
                    owner=owner, key=key, model=name, number=number, created=now
                )
            )
        return number, note

    def point(self, connection: sa.Connection, name: str, alias: str, number: int) -> None:
        """Point an alias to a version, wherever it pointed."""
        table = tables.aliases
        here = (table.c.model == name) & (table.c.alias == alias)
        if connection.execute(table.update().where(here).values(number=number)).rowcount == 0:
            connection.execute(table.insert().values(model=name, alias=alias, number=number))
        self._tell(connection, "aliased", name, number, alias=alias)

    def tag(
        self, connection: sa.Connection, name: str, number: int, tags: Mapping[str, str]
    ) -> None:
        """Give a version these tags, in place of those it has."""
        _update(connection, name, number, tags=dict(tags))
        self._tell(connection, "tagged", name, number)

    def remove(self, connection: sa.Connection, name: str, number: int) -> None:
        """Remove a version and what is known of it; its bytes stay.

        Raises
        ------
        Conflict
            When an alias points to it.
        """
        given = [a for a, n in aliases_of(connection, name).items() if n == number]
        if given:
            raise Conflict(
                f"v{number} of {name!r} has the alias {given[0]!r}.",
                action="Point the alias to another version first.",
            )
        for table in (tables.registrations, tables.evaluations, tables.versions):
            connection.execute(
                table.delete().where(table.c.model == name, table.c.number == number)
            )
        self._tell(connection, "removed", name, number)

    def _tell(
        self, connection: sa.Connection, action: str, name: str, number: int, **more: Any
    ) -> None:
        data = {"action": action, "model": name, "revision": f"v{number}", **more}
        self._events.emit(connection, SCHEMA, data)


def _next_number(connection: sa.Connection, name: str, now: float) -> int:
    table = tables.models
    last = connection.scalar(sa.select(table.c.last_number).where(table.c.name == name))
    if last is None:
        connection.execute(table.insert().values(name=name, created=now, last_number=1))
        return 1
    here = (table.c.name == name) & (table.c.last_number == last)
    taken = connection.execute(table.update().where(here).values(last_number=last + 1))
    if taken.rowcount != 1:
        raise Conflict(
            f"Somebody else registered a version of {name!r} at this moment.",
            action="Register it again.",
        )
    return int(last) + 1


def _update(connection: sa.Connection, name: str, number: int, **values: Any) -> None:
    table = tables.versions
    here = (table.c.model == name) & (table.c.number == number)
    connection.execute(table.update().where(here).values(**values))
