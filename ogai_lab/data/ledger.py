"""The drop ledger: for every document that was not kept, which rule dropped it and why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ogai_lab.core.blobs import BlobStore, Digest
from ogai_lab.data import tables
from ogai_lab.data.quarantine import QUARANTINE
from ogai_lab.data.types import Drop, LedgerPage

if TYPE_CHECKING:
    import pyarrow as pa

    from ogai_lab.data.policy import Decisions

_EXCERPT = 200


def schema() -> pa.Schema:
    """Return the columns of a ledger."""
    import pyarrow as pa

    texts = ("doc_id", "path", "kind", "split", "stage", "reason")
    return pa.schema(
        [
            *((name, pa.string()) for name in texts),
            ("value", pa.float64()),
            ("kept_id", pa.string()),
            ("error", pa.string()),
            ("bytes", pa.int64()),
            ("excerpt", pa.large_string()),
        ]
    )


def decided(decisions: Decisions, doc_ids: pa.ChunkedArray, makers: dict[str, str]) -> pa.Table:
    """Return decisions as a table, one row a document of the corpus, in its order.

    Parameters
    ----------
    decisions
        What becomes of each document.
    doc_ids
        Their ids.
    makers
        The stage that makes each column.
    """
    import numpy as np
    import pyarrow as pa

    kept_none = decisions.kept < 0
    indices = pa.array(decisions.reason, mask=decisions.reason < 0)
    reasons = pa.array(decisions.reasons, pa.string())
    stages = pa.array([makers[column] for column in decisions.columns], pa.string())
    return pa.table(
        {
            "heldout": pa.array(decisions.heldout),
            "stage": stages.take(indices),
            "reason": reasons.take(indices),
            "value": pa.array(decisions.value, mask=np.isnan(decisions.value)),
            "kept_id": doc_ids.take(pa.array(decisions.kept, mask=kept_none)),
        }
    )


def drops(
    documents: pa.Table, decisions: pa.Table, quarantine: Sequence[pa.Table] = ()
) -> pa.Table:
    """Return the ledger of some documents.

    Parameters
    ----------
    documents
        The documents, with their source's columns.
    decisions
        The rows of `decided` that belong to them.
    quarantine
        Tables of those that were set aside before.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    gone = pc.is_valid(decisions["reason"])
    rows, why = documents.filter(gone), decisions.filter(gone)
    split = pc.if_else(why["heldout"], "heldout", "train")
    excerpt = pc.utf8_slice_codeunits(rows["text"], 0, _EXCERPT)
    columns = {
        "doc_id": rows["doc_id"],
        "path": rows["path"],
        "kind": rows["kind"],
        "split": split,
        "stage": why["stage"],
        "reason": why["reason"],
        "value": why["value"],
        "kept_id": why["kept_id"],
        "error": pa.nulls(rows.num_rows, pa.string()),
        "bytes": rows["bytes"],
        "excerpt": excerpt,
    }
    dropped = pa.table(columns).cast(schema())
    return pa.concat_tables([dropped, *(_set_aside(part) for part in quarantine)])


def _set_aside(part: pa.Table) -> pa.Table:
    import pyarrow as pa

    rows = part.num_rows
    columns = {field.name: pa.nulls(rows, field.type) for field in schema()}
    same = {name: part[name] for name in part.column_names}
    why = {name: pa.array([QUARANTINE] * rows, pa.string()) for name in ("split", "reason")}
    return pa.table({**columns, **same, **why}).cast(schema())


def page(
    blobs: BlobStore, digest: Digest, reason: str | None, limit: int, offset: int
) -> LedgerPage:
    """Return a part of a stored ledger, in the corpus's order.

    Parameters
    ----------
    reason
        Only drops for this reason.
    limit
        At most so many.
    offset
        How many to pass over first.
    """
    import pyarrow.compute as pc

    table = tables.load(blobs, digest)
    counted = pc.value_counts(table["reason"]).to_pylist()
    reasons = {row["values"]: row["counts"] for row in counted}
    if reason is not None:
        table = table.filter(pc.equal(table["reason"], reason))
    rows = table.slice(offset, limit).to_pylist()
    return LedgerPage(
        items=[Drop.model_validate(row) for row in rows], total=table.num_rows, reasons=reasons
    )
