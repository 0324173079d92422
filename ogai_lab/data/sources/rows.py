"""Rows of tables as documents."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ogai_lab.core.errors import InvalidInput
from ogai_lab.data.sources.files import Document, Piece

if TYPE_CHECKING:
    import pyarrow as pa


def check(names: list[str], field: str, piece: Piece) -> None:
    """Check that a table has the column with the text.

    Raises
    ------
    InvalidInput
        When it does not; the columns that it has are named.
    """
    if field not in names:
        raise InvalidInput(
            f"The file {piece.path!r} has no column {field!r}; it has: {', '.join(names)}.",
            action="Set the source's field to the column with the text.",
            field="sources.field",
        )


def documents(
    batch: pa.RecordBatch, first: int, field: str, columns: dict[str, str]
) -> Iterator[Document]:
    """Yield a document a row; `first` is the row's number in its file, which is its offset."""
    import pyarrow as pa

    texts = batch[field].cast(pa.large_string()).to_pylist()
    held = [name for name in columns if name in batch.schema.names]
    more = [_cast(batch[name], columns[name]).to_pylist() for name in held]
    for row, text in enumerate(texts):
        values = {name: column[row] for name, column in zip(held, more, strict=True)}
        yield Document(first + row, "text", text or "", 0, more=values)


def fitting(value: Any, type_: str) -> Any:
    """Return a value of JSON if it is of this Arrow type, else None."""
    match type_:
        case "bool":
            return value if isinstance(value, bool) else None
        case "string":
            return value if isinstance(value, str) else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if type_ == "int64":
        return value if isinstance(value, int) and -(1 << 63) <= value < 1 << 63 else None
    return float(value)


def _cast(column: pa.Array, type_: str) -> pa.Array:
    import pyarrow as pa

    try:
        return column.cast(pa.type_for_alias(type_))
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as exc:
        raise InvalidInput(
            f"A column of type {column.type} cannot be read as {type_}.",
            action="Name its own type in the source's columns.",
            field="sources.columns",
        ) from exc
