"""Quarantine: a document on which a stage raises is set aside with its error; the others go on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ogai_lab.core.errors import OgaiError
from ogai_lab.data.sources.files import Piece
from ogai_lab.data.stages.base import Stage

if TYPE_CHECKING:
    import pyarrow as pa

QUARANTINE = "quarantine"
"""The reason, and the split, of such a document in the ledger."""
Lost = tuple[str, int, str]
"""A document that no worker survives: its id, the place of the stage in the task, what is said."""
Unread = tuple[Piece, str, str]
"""A piece of a file that no worker survives to read: with its digest, and what is said."""
_EXCERPT = 200
_MESSAGE = 500


class SetAside(Exception):  # noqa: N818 - it carries a result
    """A stage could not do some documents, and did the others.

    Parameters
    ----------
    batch
        What it made of the others, in their order.
    errors
        What it says of each of the rest, by its row in the batch that it was given.
    """

    def __init__(self, batch: pa.RecordBatch, errors: Mapping[int, str]) -> None:
        super().__init__(f"{len(errors)} documents")
        self.batch = batch
        self.errors = dict(errors)


def schema() -> pa.Schema:
    """Return the columns of a table of documents that were set aside."""
    import pyarrow as pa

    texts = [(name, pa.string()) for name in ("doc_id", "path", "kind", "stage", "error")]
    return pa.schema([*texts, ("bytes", pa.int64()), ("excerpt", pa.large_string())])


def processed(stage: Stage[Any], batch: pa.RecordBatch) -> tuple[pa.RecordBatch, pa.Table]:
    """Return what a stage makes of a batch, and the documents that it raises on.

    What is wrong with the run as a whole (an `OgaiError`, a disk, a module) is raised.
    """
    made, errors = _divided(stage, batch)
    return made, _set_aside(stage.name, batch, errors)


def without(
    stage: str, batch: pa.RecordBatch, lost: Sequence[Lost], place: int
) -> tuple[pa.RecordBatch, pa.Table]:
    """Return a batch without the documents that are lost at this place, and those, set aside."""
    import pyarrow as pa

    why = {doc_id: said for doc_id, where, said in lost if where == place}
    if not why:
        return batch, schema().empty_table()
    ids = batch["doc_id"].to_pylist()
    errors = {row: why[doc_id] for row, doc_id in enumerate(ids) if doc_id in why}
    others = pa.array([row for row in range(len(ids)) if row not in errors], pa.int64())
    return batch.take(others), _set_aside(stage, batch, errors)


def unread(pieces: Sequence[Unread]) -> pa.Table:
    """Return pieces that cannot be read as documents that are set aside."""
    import pyarrow as pa

    from ogai_lab.data.sources.batches import doc_id

    rows = [
        {
            "doc_id": doc_id(Piece(*piece), digest, piece[2]),
            "path": Piece(*piece).path,
            "kind": "damaged",
            "stage": "read",
            "error": said,
            "bytes": 0,
            "excerpt": "",
        }
        for piece, digest, said in pieces
    ]
    return pa.Table.from_pylist(rows, schema())


def _divided(stage: Stage[Any], batch: pa.RecordBatch) -> tuple[pa.RecordBatch, dict[int, str]]:
    import pyarrow as pa

    try:
        return stage.process(batch), {}
    except SetAside as exc:
        return exc.batch, exc.errors
    except (OgaiError, ImportError, OSError):
        raise
    except Exception as exc:  # noqa: BLE001 - a stage is code of anybody's; halves find the document
        rows = batch.num_rows
        if rows <= 1:
            return _nothing(stage, batch), dict.fromkeys(range(rows), said_of(exc))
    first, errors = _divided(stage, batch.slice(0, rows // 2))
    second, more = _divided(stage, batch.slice(rows // 2))
    joined = pa.Table.from_batches([first, second.cast(first.schema)]).combine_chunks()
    shifted = {row + rows // 2: error for row, error in more.items()}
    return _one(joined), errors | shifted


def said_of(error: BaseException) -> str:
    """Return an exception in one line."""
    return f"{type(error).__name__}: {error}".partition("\n")[0][:_MESSAGE]


def _one(table: pa.Table) -> pa.RecordBatch:
    import pyarrow as pa

    batches = table.to_batches()
    if batches:
        return batches[0]
    empty = [pa.array([], field.type) for field in table.schema]
    return pa.RecordBatch.from_arrays(empty, schema=table.schema)


def _nothing(stage: Stage[Any], batch: pa.RecordBatch) -> pa.RecordBatch:
    """Return no documents, with the columns that the stage adds."""
    import pyarrow as pa

    empty = batch.slice(0, 0)
    for column, type_ in stage.columns.items():
        empty = empty.append_column(column, pa.array([], pa.type_for_alias(type_)))
    return empty


def _set_aside(stage: str, batch: pa.RecordBatch, errors: Mapping[int, str]) -> pa.Table:
    import pyarrow as pa
    import pyarrow.compute as pc

    rows = batch.take(pa.array(sorted(errors), pa.int64()))
    count = rows.num_rows
    columns = {
        "doc_id": rows["doc_id"],
        "path": rows["path"],
        "kind": rows["kind"],
        "stage": pa.array([stage] * count, pa.string()),
        "error": pa.array([errors[row] for row in sorted(errors)], pa.string()),
        "bytes": rows["bytes"],
        "excerpt": pc.utf8_slice_codeunits(rows["text"], 0, _EXCERPT),
    }
    return pa.table(columns).cast(schema())
