"""What a manifest answers: the funnel, what was dropped, the fate of any document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ogai_lab.core.blobs import BlobStore, Digest
from ogai_lab.core.errors import Conflict, InvalidInput, NotFound
from ogai_lab.data import corpus, tables
from ogai_lab.data.accounts import Document, Documents, Duplicates, Fate, Funnel, FunnelStep
from ogai_lab.data.quarantine import QUARANTINE
from ogai_lab.data.sources.files import portion
from ogai_lab.data.types import Count, Drop, LedgerPage, Manifest, Pipeline

if TYPE_CHECKING:
    import pyarrow as pa


def pipeline_of(blobs: BlobStore, manifest: Manifest) -> Pipeline:
    """Return the pipeline that a manifest was made by.

    Raises
    ------
    NotFound
        When the store does not have it.
    """
    from pydantic import ValidationError

    try:
        return Pipeline.model_validate_json(blobs.get(Digest(manifest.pipeline)))
    except ValidationError as exc:
        raise Conflict(
            f"The pipeline of the manifest {manifest.name!r} is of another version of OGAI Lab.",
            action="Run it again with this version.",
        ) from exc


def funnel(manifest: Manifest) -> Funnel:
    """Return where every document went, in the order in which it was decided."""
    left = manifest.read
    steps = [_step("read", "read", Count(), left)]
    taken = [(QUARANTINE, QUARANTINE, manifest.quarantined)]
    taken += [(reason, "drop", count) for reason, count in manifest.dropped.items()]
    taken += [("heldout", "heldout", manifest.heldout_kept)]
    for name, kind, count in taken:
        left = Count(documents=left.documents - count.documents, bytes=left.bytes - count.bytes)
        if count.documents:
            steps.append(_step(name, kind, count, left))
    steps.append(_step("kept", "kept", manifest.kept, left))
    return Funnel(name=manifest.name, policy=manifest.policy, steps=steps)


def dropped(
    blobs: BlobStore, manifest: Manifest, reason: str | None, sample: int, seed: int
) -> LedgerPage:
    """Return dropped documents taken by chance, the same for the same seed.

    Raises
    ------
    InvalidInput
        When nothing was dropped for this reason.
    """
    import pyarrow.compute as pc

    table = tables.load(blobs, Digest(manifest.ledger))
    counted = pc.value_counts(table["reason"]).to_pylist()
    reasons = {row["values"]: row["counts"] for row in counted}
    if reason is not None:
        if reason not in reasons:
            raise InvalidInput(
                f"Nothing was dropped for the reason {reason!r}.",
                action=f"Reasons: {', '.join(sorted(reasons)) or 'none'}.",
                field="reason",
            )
        table = table.filter(pc.equal(table["reason"], reason))
    names = table["doc_id"].to_pylist()
    ranked = sorted(range(len(names)), key=lambda row: portion(names[row], f"show {seed}"))
    rows = table.take(sorted(ranked[:sample])).to_pylist()
    return LedgerPage(items=_drops(rows), total=len(names), reasons=reasons)


def duplicates(blobs: BlobStore, manifest: Manifest, limit: int, offset: int) -> Duplicates:
    """Return documents that were dropped for another one, in the corpus's order."""
    import pyarrow.compute as pc

    table = tables.load(blobs, Digest(manifest.ledger))
    table = table.filter(pc.is_valid(table["kept_id"]))
    rows = table.slice(offset, limit).to_pylist()
    return Duplicates(items=_drops(rows), total=table.num_rows)


def documents(
    blobs: BlobStore,
    manifest: Manifest,
    doc_id: str | None,
    path: str | None,
    state: Fate | None,
    limit: int,
    offset: int,
) -> Documents:
    """Return what became of documents: of all, or of those with this id, path and fate.

    Raises
    ------
    NotFound
        When there is no document with this id.
    """
    found: list[Document] = []
    total = 0
    for rows in _fates(blobs, manifest):
        fitting = _fitting(rows, doc_id, path, state)
        begin = max(0, offset - total)
        room = limit - len(found)
        found += [Document(**row) for row in fitting.slice(begin, room).to_pylist()]
        total += fitting.num_rows
    if doc_id is not None and not total:
        raise NotFound(
            f"The manifest {manifest.name!r} has no document {doc_id!r}.",
            action="Ids are those of the ledger and of the output's files: doc_id.",
        )
    return Documents(items=found, total=total)


def _fates(blobs: BlobStore, manifest: Manifest) -> Any:
    """Yield the documents of each table with their fate, then those that were set aside."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if not manifest.tables:
        raise Conflict(
            f"The manifest {manifest.name!r} does not list its documents.",
            cause="An older version of OGAI Lab made it.",
            action="Run its pipeline again.",
        )
    whole = tables.load(blobs, Digest(manifest.decisions))
    start = 0
    for table in corpus.loaded(blobs, Digest(manifest.tables)):
        rows = tables.load_parts(blobs, table.parts, ["doc_id", "path", "kind", "bytes"])
        why = whole.slice(start, rows.num_rows)
        start += rows.num_rows
        gone = pc.is_valid(why["reason"])
        kept = pc.if_else(why["heldout"], "heldout", "kept")
        for name in ("stage", "reason", "value", "kept_id"):
            rows = rows.append_column(name, why[name])
        rows = rows.append_column("error", pa.nulls(rows.num_rows, pa.string()))
        yield rows.append_column("state", pc.if_else(gone, "dropped", kept))
        for digest in table.quarantine:
            aside = tables.load(blobs, Digest(digest)).drop_columns(["excerpt"])
            none = pa.nulls(aside.num_rows)
            aside = aside.append_column("reason", none).append_column("value", none)
            states = pa.array([QUARANTINE] * aside.num_rows, pa.string())
            yield aside.append_column("kept_id", none).append_column("state", states)


def _fitting(rows: pa.Table, doc_id: str | None, path: str | None, state: str | None) -> pa.Table:
    import pyarrow.compute as pc

    for name, wanted in (("doc_id", doc_id), ("path", path), ("state", state)):
        if wanted is not None:
            rows = rows.filter(pc.equal(rows[name], wanted))
    return rows


def _step(name: str, kind: Any, count: Count, left: Count) -> FunnelStep:
    return FunnelStep(
        name=name,
        kind=kind,
        documents=count.documents,
        bytes=count.bytes,
        left_documents=left.documents,
        left_bytes=left.bytes,
    )


def _drops(rows: list[dict[str, Any]]) -> list[Drop]:
    return [Drop.model_validate(row) for row in rows]
