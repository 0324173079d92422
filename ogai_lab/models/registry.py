"""The registry: versions and the names they have, over the database, the store and the cache.

A version becomes real in one transaction, after all its blobs are durable; then the cache is made
to show it (and shows it at the next start if the process dies in between). Numbers are never used
again. The registry's blobs live in a store of their own (``<blobs>/models``), so that removing
what no version needs can never touch another layer's blobs.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ogai_lab.core.blobs import BlobStore, Digest
from ogai_lab.core.database import Database
from ogai_lab.core.errors import Conflict
from ogai_lab.core.events import EventLog
from ogai_lab.core.home import Home
from ogai_lab.models import tensors
from ogai_lab.models.catalog import Catalog, aliases_of, find
from ogai_lab.models.changes import Changes
from ogai_lab.models.collection import Collection
from ogai_lab.models.hub_layout import HubLayout
from ogai_lab.models.labels import check_metrics, check_tags
from ogai_lab.models.names import check_alias, check_model
from ogai_lab.models.stores import model_store
from ogai_lab.models.types import Lineage, Verification, Version, VersionManifest
from ogai_lab.models.verifying import verify


class Registry(Catalog):
    """The models of one home: what `Catalog` finds, and all that changes it.

    Parameters
    ----------
    database, blobs, events, home
        What the home is made of; versions appear in ``home.hub_cache``.
    """

    def __init__(self, database: Database, blobs: BlobStore, events: EventLog, home: Home) -> None:
        store = model_store(blobs)
        super().__init__(database, store, HubLayout(home.hub_cache, store))
        self._changes = Changes(events)
        self._collection = Collection(store, home.path / "models.lock")

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

        Of a safetensors file above 64 MiB only tensors that the store does not have yet take
        space; a smaller file is kept whole, so one changed tensor costs all of it.

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
        if key is not None and (done := self.registered(owner, key, name)) is not None:
            return done
        self._hub.check_free(name)
        with self._collection.keeping():
            kept = tensors.keep(folder, self.store)
            with self._database.write() as connection:
                number, note = self._changes.add(
                    connection,
                    name,
                    kept,
                    owner=owner,
                    aliases=aliases,
                    tags=tags,
                    metrics=metrics,
                    lineage=lineage,
                    key=key,
                )
            if note:
                self._mend(kept, folder)
        notes = [note, self._sync(name)]
        if kept.left_out:
            notes.append(f"Left out, for they are pickles: {', '.join(kept.left_out[:10])}.")
        return self.version(name, f"v{number}", note=" ".join(filter(None, notes)))

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
            row = find(connection, name, revision)
            now = aliases_of(connection, name).get(alias)
            held = "" if now is None else f"v{now}"
            if expected is not None and expected != held:
                raise Conflict(
                    f"The alias {alias!r} of {name!r} is at {held or 'no version'}, not at "
                    f"{expected or 'no version'}.",
                    cause="Somebody moved it meanwhile.",
                    action="Look at it again, then decide.",
                )
            self._changes.point(connection, name, alias, row.number)
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
            row = find(connection, name, revision)
            merged = {**row.tags, **tags}
            kept = {key: value for key, value in merged.items() if value is not None}
            check_tags(kept)
            self._changes.tag(connection, name, row.number, kept)
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
            row = find(connection, name, revision)
            self._changes.remove(connection, name, row.number)
        self._sync(name)
        self.collect()

    def verify(self, name: str, revision: str) -> Verification:
        """Read everything a version holds and say what is damaged."""
        version = self.version(name, revision)
        checked, damages = verify(self.manifest(version), self.store)
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
        return self._collection.run(self.manifests)

    def show_all(self) -> None:
        """Make the cache show every version (after a process was killed, or a folder removed)."""
        for name in self.names():
            self._sync(name)

    def _mend(self, kept: tensors.Kept, folder: Path) -> None:
        """Write what is damaged in the store anew, from a folder that has the same content."""
        _, damages = verify(kept.manifest, self.store)
        if damages:
            tensors.keep(folder, self.store, replacing={Digest(d.blob) for d in damages})

    def _sync(self, name: str) -> str:
        return self._hub.sync(name, lambda: self.refs(name), lambda c: self._by_commit(name, c))

    def _by_commit(self, name: str, commit: str) -> VersionManifest:
        return self.manifest(self.version(name, commit))
