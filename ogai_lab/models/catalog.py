"""What the registry knows, read: models, versions, and which version a revision means."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from ogai_lab.core.blobs import BlobStore
from ogai_lab.core.database import Database
from ogai_lab.core.errors import Conflict, NotFound
from ogai_lab.models import tables, tensors
from ogai_lab.models.hub_layout import HubLayout
from ogai_lab.models.names import MAIN, check_model, is_commit, version_number
from ogai_lab.models.types import Alias, Lineage, Model, Version, VersionManifest


class Catalog:
    """The models and versions of one home, to look up.

    Parameters
    ----------
    database
        Where they are listed.
    store
        Where their manifests and bytes are.
    hub
        Where their folders can be seen.
    """

    def __init__(self, database: Database, store: BlobStore, hub: HubLayout) -> None:
        self.store = store
        self._database = database
        self._hub = hub

    def models(self) -> list[Model]:
        """Return all models, those with the newest version first."""
        versions, names = tables.versions, tables.models
        query = (
            sa.select(
                names.c.name,
                names.c.created,
                sa.func.count().label("count"),
                sa.func.max(versions.c.number).label("latest"),
                sa.func.sum(versions.c.stored).label("size"),
            )
            .join(versions, versions.c.model == names.c.name)
            .group_by(names.c.name, names.c.created)
            .order_by(sa.func.max(versions.c.created).desc())
        )
        with self._database.read() as connection:
            rows = connection.execute(query).all()
            found = connection.execute(
                sa.select(tables.aliases).order_by(tables.aliases.c.alias)
            ).all()
        given: dict[str, list[Alias]] = {}
        for row in found:
            given.setdefault(row.model, []).append(Alias(name=row.alias, revision=f"v{row.number}"))
        return [
            Model(
                name=row.name,
                created=row.created,
                versions=row.count,
                latest=f"v{row.latest}",
                aliases=given.get(row.name, []),
                size=int(row.size),
            )
            for row in rows
        ]

    def versions(self, name: str, limit: int, before: int | None) -> list[Version]:
        """Return versions of a model, newest first.

        Raises
        ------
        NotFound
            When there is no such model.
        """
        check_model(name)
        table = tables.versions
        query = sa.select(table).where(table.c.model == name)
        if before is not None:
            query = query.where(table.c.number < before)
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(table.c.number.desc()).limit(limit)).all()
            if not rows and before is None:
                raise _no_model(connection, name)
            given = aliases_of(connection, name)
        return [self._version(row, given) for row in rows]

    def version(self, name: str, revision: str, *, note: str | None = None) -> Version:
        """Return the version that `revision` (v2, an alias, main, a commit) means.

        Raises
        ------
        NotFound
            When there is none; the message says which there are.
        """
        check_model(name)
        with self._database.read() as connection:
            row = find(connection, name, revision)
            given = aliases_of(connection, name)
        found = self._version(row, given)
        return found if note is None else found.model_copy(update={"note": note})

    def manifest(self, version: Version) -> VersionManifest:
        """Return the list of everything that a version holds."""
        return tensors.load(self.store, version.manifest)

    def registered(self, owner: str, key: str, name: str) -> Version | None:
        """Return the version that `owner` registered under an idempotency key, if there is one.

        Raises
        ------
        Conflict
            When the key was used for another model.
        """
        keys = tables.registrations
        query = sa.select(keys).where(keys.c.owner == owner, keys.c.key == key)
        with self._database.read() as connection:
            row = connection.execute(query).first()
        if row is None:
            return None
        if row.model != name:
            raise Conflict(
                f"The idempotency key {key!r:.80} was used to register {row.model!r}.",
                action="Use a new key for a new registration.",
            )
        return self.version(row.model, f"v{row.number}")

    def refs(self, name: str) -> dict[str, str]:
        """Return all revisions of a model by their names, and the commit each means."""
        table = tables.versions
        query = sa.select(table.c.number, table.c.manifest).where(table.c.model == name)
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(table.c.number)).all()
            given = aliases_of(connection, name)
        commits = {row.number: row.manifest.removeprefix("sha256:")[:40] for row in rows}
        refs = {f"v{number}": commit for number, commit in commits.items()}
        refs |= {alias: commits[number] for alias, number in given.items()}
        return refs | ({MAIN: commits[max(commits)]} if commits else {})

    def names(self) -> list[str]:
        """Return the names of all models, of those without a version too."""
        with self._database.read() as connection:
            return list(connection.scalars(sa.select(tables.models.c.name)))

    def manifests(self) -> set[str]:
        """Return the digests of the manifests of all versions."""
        with self._database.read() as connection:
            return set(connection.scalars(sa.select(tables.versions.c.manifest).distinct()))

    def _version(self, row: sa.Row[Any], given: Mapping[str, int]) -> Version:
        commit = row.manifest.removeprefix("sha256:")[:40]
        path = self._hub.snapshot(row.model, commit)
        return Version(
            model=row.model,
            number=row.number,
            revision=f"v{row.number}",
            commit=commit,
            manifest=row.manifest,
            created=row.created,
            owner=row.owner,
            size=row.size,
            stored=row.stored,
            tensors=row.tensors,
            parameters=row.parameters,
            aliases=sorted(alias for alias, number in given.items() if number == row.number),
            tags=row.tags,
            metrics=row.metrics,
            lineage=Lineage.model_validate(row.lineage),
            path=None if path is None else str(path),
            note=row.note,
        )


def aliases_of(connection: sa.Connection, name: str) -> dict[str, int]:
    """Return the aliases of a model and the number of the version that each points to."""
    table = tables.aliases
    query = sa.select(table.c.alias, table.c.number).where(table.c.model == name)
    return {row.alias: row.number for row in connection.execute(query)}


def find(connection: sa.Connection, name: str, revision: str) -> sa.Row[Any]:
    """Return the row of the version that `revision` (v2, an alias, main, a commit) means.

    Raises
    ------
    NotFound
        When there is none; the message says which there are.
    """
    table = tables.versions
    query = sa.select(table).where(table.c.model == name)
    number = version_number(revision)
    if number is None and not is_commit(revision) and revision != MAIN:
        number = aliases_of(connection, name).get(revision, -1)
    if number is not None:
        query = query.where(table.c.number == number)
    elif is_commit(revision):
        query = query.where(table.c.manifest.startswith(f"sha256:{revision}"))
    row = connection.execute(query.order_by(table.c.number.desc())).first()
    if row is None:
        raise _no_version(connection, name, revision)
    return row


def _no_version(connection: sa.Connection, name: str, revision: str) -> NotFound:
    table = tables.versions
    numbers = list(
        connection.scalars(
            sa.select(table.c.number)
            .where(table.c.model == name)
            .order_by(table.c.number.desc())
            .limit(10)
        )
    )
    if not numbers:
        return _no_model(connection, name)
    names = [f"v{number}" for number in numbers] + sorted(aliases_of(connection, name))
    return NotFound(
        f"{name!r} has no version {revision!r:.80}.", action=f"It has: {', '.join(names)}."
    )


def _no_model(connection: sa.Connection, name: str) -> NotFound:
    names = list(connection.scalars(sa.select(tables.versions.c.model).distinct().limit(10)))
    return NotFound(
        f"There is no model {name!r}.",
        action=f"There are: {', '.join(names)}." if names else "Register one first.",
    )
