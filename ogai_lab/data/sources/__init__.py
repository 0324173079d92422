"""Where documents come from: one module a kind of source.

Such a module has three functions: ``files(source)`` finds the files in a fixed order,
``pieces(file)`` cuts one into parts that can be read alone, and ``documents(source, piece, data)``
yields the texts in the bytes of a part. Nothing is left out here: dropping is the policy's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from ogai_lab.core.errors import InvalidInput
from ogai_lab.data.sources import jsonl, python_stdlib, text_folder
from ogai_lab.data.sources.files import Document, Piece, chosen, cut
from ogai_lab.data.types import Source

_READERS: dict[str, Any] = {
    "python_stdlib": python_stdlib,
    "jsonl": jsonl,
    "text_folder": text_folder,
}
COLUMNS = {
    "doc_id": "string",
    "path": "string",
    "kind": "string",
    "text": "large_string",
    "bytes": "int64",
    "damage": "int32",
}
"""The columns that every source gives, with their Arrow types."""


def columns(sources: Iterable[Source]) -> dict[str, str]:
    """Return the columns that these sources give together, with their Arrow types.

    Every table of a pipeline has all of them; where a source does not give one, it is null.
    """
    return dict(COLUMNS)


def pieces(source: Source) -> list[Piece]:
    """Return the pieces of a source that its fraction and limit leave.

    Raises
    ------
    InvalidInput
        When there are none, or they cannot be read.
    """
    reader = _READERS[source.kind]
    files = list(reader.files(source))
    found = chosen(files, source.fraction, source.limit)
    if not found:
        where = getattr(source, "path", source.kind)
        raise InvalidInput(
            f"The source {where!r} gives no files ({len(files)} before its fraction and limit).",
            action="Check the path and the pattern, or take a larger fraction.",
            field="sources",
        )
    return [piece for file in found for piece in reader.pieces(file)]


def documents(source: Source, piece: Piece, data: bytes) -> Iterator[Document]:
    """Yield the documents in the bytes of a piece, long ones cut; empty ones are no documents."""
    for document in _READERS[source.kind].documents(source, piece, data):
        if document.text:
            yield from cut(document, source.cut)
