"""Templates: parts of specs, kept under a name, for oneself or for all."""

from __future__ import annotations

import json
import time
from typing import Any

import sqlalchemy as sa

from ogai_lab.core.database import Database, metadata
from ogai_lab.core.errors import Conflict, InvalidInput, NotFound, TooLarge
from ogai_lab.core.events import EventLog
from ogai_lab.scheduler.launch.types import Template
from ogai_lab.scheduler.spec import JobSpec

SCHEMA = "https://schemas.ogai-lab.org/scheduler/template/v1"
LARGEST = 256 << 10
"""Bytes of a template's fields as JSON."""

templates = sa.Table(
    "job_templates",
    metadata,
    sa.Column("owner", sa.String(200), primary_key=True),
    sa.Column("name", sa.String(200), primary_key=True),
    sa.Column("shared", sa.Boolean, nullable=False),
    sa.Column("spec", sa.JSON, nullable=False),
    sa.Column("updated", sa.Float, nullable=False),
)


class Templates:
    """The templates of one database."""

    def __init__(self, database: Database, events: EventLog) -> None:
        self._database = database
        self._events = events

    def visible(self, owner: str) -> list[Template]:
        """Return those of `owner`, then those that others share; by name."""
        mine = templates.c.owner == owner
        query = sa.select(templates).where(mine | templates.c.shared)
        with self._database.read() as connection:
            rows = connection.execute(query).all()
        return sorted(map(_template, rows), key=lambda one: (one.owner != owner, one.name.lower()))

    def save(self, owner: str, name: str, spec: dict[str, Any], shared: bool) -> Template:
        """Keep fields of a spec under a name; what `owner` kept under it before is replaced.

        Raises
        ------
        InvalidInput, TooLarge
            When a field is none of a spec, or they are too many bytes.
        """
        _check(spec)
        made = Template(name=name, owner=owner, shared=shared, spec=spec, updated=time.time())
        with self._database.write() as connection:
            connection.execute(templates.delete().where(_is(owner, name)))
            connection.execute(templates.insert().values(made.model_dump()))
            self._tell(connection, "saved", made)
        return made

    def rename(self, owner: str, name: str, to: str) -> Template:
        """Give a template another name.

        Raises
        ------
        NotFound, Conflict
            When `owner` has no template of this name, or has one of the other.
        """
        with self._database.write() as connection:
            found = self._find(connection, owner, name)
            if to == name:
                return found
            if connection.scalar(sa.select(templates.c.name).where(_is(owner, to))) is not None:
                raise Conflict(
                    f"There is a template {to!r} already.",
                    action="Choose another name, or delete that one first.",
                    field="to",
                )
            renamed = found.model_copy(update={"name": to, "updated": time.time()})
            values = {"name": to, "updated": renamed.updated}
            connection.execute(templates.update().where(_is(owner, name)).values(values))
            self._tell(connection, "renamed", renamed, before=name)
        return renamed

    def remove(self, owner: str, name: str) -> None:
        """Remove a template.

        Raises
        ------
        NotFound
            When `owner` has no template of this name.
        """
        with self._database.write() as connection:
            found = self._find(connection, owner, name)
            connection.execute(templates.delete().where(_is(owner, name)))
            self._tell(connection, "removed", found)

    def _find(self, connection: sa.Connection, owner: str, name: str) -> Template:
        row = connection.execute(sa.select(templates).where(_is(owner, name))).first()
        if row is None:
            raise NotFound(
                f"You have no template {name!r}.",
                action="List those there are; one that somebody else shares is changed by saving "
                "it under a name of your own.",
                field="name",
            )
        return _template(row)

    def _tell(
        self, connection: sa.Connection, action: str, template: Template, **more: str
    ) -> None:
        data = template.model_dump(include={"name", "owner", "shared"}) | {"action": action} | more
        self._events.emit(connection, SCHEMA, data)


def _is(owner: str, name: str) -> sa.ColumnElement[bool]:
    return (templates.c.owner == owner) & (templates.c.name == name)


def _template(row: sa.Row[Any]) -> Template:
    return Template(
        name=row.name, owner=row.owner, shared=row.shared, spec=row.spec, updated=row.updated
    )


def _check(spec: dict[str, Any]) -> None:
    unknown = next((name for name in spec if name not in JobSpec.model_fields), None)
    if unknown is not None:
        raise InvalidInput(
            f"{unknown[:100]!r} is no field of a job.",
            action=f"Known fields: {', '.join(JobSpec.model_fields)}.",
            field=f"spec.{unknown[:100]}",
        )
    size = len(json.dumps(spec).encode())
    if size > LARGEST:
        raise TooLarge(
            f"The template has {size:,} bytes; {LARGEST:,} may be kept.",
            action="Put what is long into a file of the working folder.",
            field="spec",
        )
