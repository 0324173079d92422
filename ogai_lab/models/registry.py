"""The registry: versions and the names they have, over the database, the store and the cache.

A version becomes real in one transaction, after all its blobs are durable; then the cache is made
to show it (and shows it at the next start if the process dies in between). Numbers are never used
again. The registry's blobs live in a store of their own (``<blobs>/models``), so that removing
what no version needs can never touch another layer's blobs.
"""

from __future__ import annotations

import contextlib
import fcntl
import math
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from ogai_lab.core.blobs import BlobStore, Digest
from ogai_lab.core.database import Database
from ogai_lab.core.errors import Conflict, InvalidInput, NotFound
from ogai_lab.core.events import EventLog
from ogai_lab.core.home import Home
from ogai_lab.models import tables, tensors
from ogai_lab.models.hub_layout import HubLayout
from ogai_lab.models.names import MAIN, check_alias, check_model, is_commit, version_number
from ogai_lab.models.stores import model_store
from ogai_lab.models.types import Alias, Lineage, Model, Verification, Version, VersionManifest

SCHEMA = "https://schemas.ogai-lab.org/models/version/v1"
_MOST_TAGS = 100
_AT_ONCE = -60.0  # seconds; a clock that jumped back must not keep anything alive
_REMOTE_GRACE = 86_400.0  # seconds; registrations of other machines cannot be locked out


class Registry:
    """The models of one home.

    Parameters
    ----------
    database, blobs, events, home
        What the home is made of; versions appear in ``home.hub_cache``.
    """

    def __init__(self, database: Database, blobs: BlobStore, events: EventLog, home: Home) -> None:
        self.store = model_store(blobs)
        self._database = database
        self._events = events
        self._home = home
        self._hub = HubLayout(home.hub_cache, self.store)

    def register(
        self,
        name: str,
        folder: Path,
        *,
        owner: str,
        aliases: list[str],
        tags: Mapping[str, str],
        metrics: Mapping[str, float],
        lineage: Lineage,
        key: str | None = None,
    ) -> Version:
        """Make a folder the next version of a model, or find that it is one already.

        The same content is the same version: registered again under the same name, it gets its
        tags and aliases, keeps its number, metrics and lineage, and says so in `Version.note`.

        Raises
        ------
        NotFound, InvalidInput, Corrupt, Conflict, StorageFull
            When the folder, the name or an alias cannot be used; no version was made.
        """
        check_model(name)
        for alias in aliases:
            check_alias(alias)
        check_tags(tags)
        check_metrics(metrics)
        if key is not None and (done := self._done(owner, key, name)) is not None:
            return done
        self._hub.check_free(name)
        with self._keeping():
            kept = tensors.keep(folder, self.store)
            number, note = self._record(name, kept, owner, aliases, tags, metrics, lineage, key)
            if note:
                self._mend(kept, folder)
        notes = [note, self._sync(name)]
        if kept.left_out:
            notes.append(f"Left out, for they are pickles: {', '.join(kept.left_out[:10])}.")
        return self.version(name, f"v{number}", note=" ".join(filter(None, notes)))

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
                raise self._no_model(connection, name)
            given = _aliases(connection, name)
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
            row = self._find(connection, name, revision)
            given = _aliases(connection, name)
        found = self._version(row, given)
        return found if note is None else found.model_copy(update={"note": note})

    def manifest(self, version: Version) -> VersionManifest:
        """Return the list of everything that a version holds."""
        return tensors.load(self.store, version.manifest)

    def alias(self, name: str, alias: str, revision: str, expected: str | None) -> Version:
        """Point an alias to a version.

        Parameters
        ----------
        expected
            The version that the alias is thought to point to, ``""`` for none; when it does not
            (any more), nothing is changed.

        Raises
        ------
        InvalidInput, NotFound, Conflict
            When the alias cannot be used, there is no such version, or somebody else moved it.
        """
        check_model(name)
        check_alias(alias)
        with self._database.write() as connection:
            row = self._find(connection, name, revision)
            now = _aliases(connection, name).get(alias)
            held = "" if now is None else f"v{now}"
            if expected is not None and expected != held:
                raise Conflict(
                    f"The alias {alias!r} of {name!r} is at {held or 'no version'}, not at "
                    f"{expected or 'no version'}.",
                    cause="Somebody moved it meanwhile.",
                    action="Look at it again, then decide.",
                )
            self._point(connection, name, alias, row.number)
        self._sync(name)
        return self.version(name, f"v{row.number}")

    def tag(self, name: str, revision: str, tags: Mapping[str, str | None]) -> Version:
        """Set tags of a version; a value of None removes the tag.

        Raises
        ------
        InvalidInput, NotFound
            When a tag cannot be used, or there is no such version.
        """
        check_model(name)
        with self._database.write() as connection:
            row = self._find(connection, name, revision)
            merged = {**row.tags, **tags}
            kept = {key: value for key, value in merged.items() if value is not None}
            check_tags(kept)
            _update(connection, name, row.number, tags=kept)
            self._tell(connection, "tagged", name, row.number)
        return self.version(name, f"v{row.number}")

    def remove(self, name: str, revision: str) -> None:
        """Remove a version, and the bytes that no other version needs.

        Raises
        ------
        NotFound, Conflict
            When there is no such version, or an alias still points to it.
        """
        check_model(name)
        with self._database.write() as connection:
            row = self._find(connection, name, revision)
            given = [a for a, n in _aliases(connection, name).items() if n == row.number]
            if given:
                raise Conflict(
                    f"v{row.number} of {name!r} has the alias {given[0]!r}.",
                    action="Point the alias to another version first.",
                )
            table, keys = tables.versions, tables.registrations
            connection.execute(
                keys.delete().where(keys.c.model == name, keys.c.number == row.number)
            )
            evaluations = tables.evaluations
            connection.execute(
                evaluations.delete().where(
                    evaluations.c.model == name, evaluations.c.number == row.number
                )
            )
            connection.execute(
                table.delete().where(table.c.model == name, table.c.number == row.number)
            )
            self._tell(connection, "removed", name, row.number)
        self._sync(name)
        self.collect()

    def verify(self, name: str, revision: str) -> Verification:
        """Read everything a version holds and say what is damaged."""
        version = self.version(name, revision)
        checked, damages = tensors.verify(self.manifest(version), self.store)
        return Verification(
            model=name,
            revision=version.revision,
            intact=not damages,
            checked=checked,
            damages=damages,
        )

    def collect(self) -> int:
        """Remove the blobs that no version needs; return how many bytes that frees.

        While something is being registered nothing is removed: the next call does it.
        """
        with self._exclusive() as alone:
            if not alone:
                return 0
            table = tables.versions
            with self._database.read() as connection:
                manifests = set(connection.scalars(sa.select(table.c.manifest).distinct()))
            reachable = {Digest(digest) for digest in manifests}
            for manifest in manifests:
                reachable |= {
                    Digest(digest) for digest in tensors.load(self.store, manifest).digests
                }
            local = self.store.path(Digest(f"sha256:{0:064}")) is not None
            return self.store.collect(reachable, older_than=_AT_ONCE if local else _REMOTE_GRACE)

    def show_all(self) -> None:
        """Make the cache show every version (after a process was killed, or a folder removed)."""
        with self._database.read() as connection:
            names = list(connection.scalars(sa.select(tables.models.c.name)))
        for name in names:
            self._sync(name)

    def _record(
        self,
        name: str,
        kept: tensors.Kept,
        owner: str,
        aliases: list[str],
        tags: Mapping[str, str],
        metrics: Mapping[str, float],
        lineage: Lineage,
        key: str | None,
    ) -> tuple[int, str]:
        """Write the version, in one transaction; return its number and a note."""
        table = tables.versions
        now = time.time()
        same = sa.select(table).where(table.c.model == name, table.c.manifest == kept.digest)
        with self._database.write() as connection:
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
                self._point(connection, name, alias, number)
            if key is not None:
                connection.execute(
                    tables.registrations.insert().values(
                        owner=owner, key=key, model=name, number=number, created=now
                    )
                )
        return number, note

    def _mend(self, kept: tensors.Kept, folder: Path) -> None:
        """Write what is damaged in the store anew, from a folder that has the same content."""
        _, damages = tensors.verify(kept.manifest, self.store)
        if damages:
            tensors.keep(folder, self.store, replacing={Digest(d.blob) for d in damages})

    def _done(self, owner: str, key: str, name: str) -> Version | None:
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

    def _find(self, connection: sa.Connection, name: str, revision: str) -> sa.Row[Any]:
        table = tables.versions
        query = sa.select(table).where(table.c.model == name)
        number = version_number(revision)
        if number is None and not is_commit(revision) and revision != MAIN:
            number = _aliases(connection, name).get(revision, -1)
        if number is not None:
            query = query.where(table.c.number == number)
        elif is_commit(revision):
            query = query.where(table.c.manifest.startswith(f"sha256:{revision}"))
        row = connection.execute(query.order_by(table.c.number.desc())).first()
        if row is None:
            raise self._no_version(connection, name, revision)
        return row

    def _no_version(self, connection: sa.Connection, name: str, revision: str) -> NotFound:
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
            return self._no_model(connection, name)
        names = [f"v{number}" for number in numbers] + sorted(_aliases(connection, name))
        return NotFound(
            f"{name!r} has no version {revision!r:.80}.", action=f"It has: {', '.join(names)}."
        )

    def _no_model(self, connection: sa.Connection, name: str) -> NotFound:
        names = list(connection.scalars(sa.select(tables.versions.c.model).distinct().limit(10)))
        return NotFound(
            f"There is no model {name!r}.",
            action=f"There are: {', '.join(names)}." if names else "Register one first.",
        )

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

    def _point(self, connection: sa.Connection, name: str, alias: str, number: int) -> None:
        table = tables.aliases
        here = (table.c.model == name) & (table.c.alias == alias)
        if connection.execute(table.update().where(here).values(number=number)).rowcount == 0:
            connection.execute(table.insert().values(model=name, alias=alias, number=number))
        self._tell(connection, "aliased", name, number, alias=alias)

    def _tell(
        self, connection: sa.Connection, action: str, name: str, number: int, **more: Any
    ) -> None:
        data = {"action": action, "model": name, "revision": f"v{number}", **more}
        self._events.emit(connection, SCHEMA, data)

    def _sync(self, name: str) -> str:
        return self._hub.sync(name, lambda: self._refs(name), lambda c: self._by_commit(name, c))

    def _refs(self, name: str) -> dict[str, str]:
        table = tables.versions
        query = sa.select(table.c.number, table.c.manifest).where(table.c.model == name)
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(table.c.number)).all()
            given = _aliases(connection, name)
        commits = {row.number: row.manifest.removeprefix("sha256:")[:40] for row in rows}
        refs = {f"v{number}": commit for number, commit in commits.items()}
        refs |= {alias: commits[number] for alias, number in given.items()}
        return refs | ({MAIN: commits[max(commits)]} if commits else {})

    def _by_commit(self, name: str, commit: str) -> VersionManifest:
        return self.manifest(self.version(name, commit))

    @contextlib.contextmanager
    def _keeping(self) -> Iterator[None]:
        """Hold off the removal of blobs: those that exist already are not written again."""
        with self._lock().open("w") as file:
            fcntl.flock(file, fcntl.LOCK_SH)
            yield

    @contextlib.contextmanager
    def _exclusive(self) -> Iterator[bool]:
        with self._lock().open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
                return
            yield True

    def _lock(self) -> Path:
        return self._home.path / "models.lock"


def check_tags(tags: Mapping[str, str]) -> None:
    """Refuse tags that cannot be kept: too many, too long, or without a name."""
    if len(tags) > _MOST_TAGS:
        raise InvalidInput(
            f"{len(tags)} tags are more than a version may have ({_MOST_TAGS}).", field="tags"
        )
    for key, value in tags.items():
        if not 1 <= len(key) <= 100 or len(value) > 1000 or "\0" in key + value:
            raise InvalidInput(
                f"The tag {key!r:.120} cannot be kept: a name has 1 to 100 characters, a value "
                "up to 1,000, and none is NUL.",
                field="tags",
            )


def check_metrics(metrics: Mapping[str, float]) -> None:
    """Refuse metrics that are not finite numbers with a name of 1 to 100 characters."""
    for key, value in metrics.items():
        if not 1 <= len(key) <= 100 or not math.isfinite(value):
            raise InvalidInput(
                f"The metric {key!r:.120} = {value} cannot be kept: a name has 1 to 100 "
                "characters, a value is a finite number.",
                field="metrics",
            )


def _aliases(connection: sa.Connection, name: str) -> dict[str, int]:
    table = tables.aliases
    query = sa.select(table.c.alias, table.c.number).where(table.c.model == name)
    return {row.alias: row.number for row in connection.execute(query)}


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
