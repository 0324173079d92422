"""Where documents come from: one module a kind of source.

Such a module has three functions: ``files(source)`` finds the files in a fixed order,
``pieces(file)`` cuts one into parts that can be read alone, and ``documents(source, piece, data)``
yields the texts in the bytes of a part (in an open file of them where it says ``STREAMS``). The
columns that it gives beside are its ``MORE``. Nothing is left out here: dropping is the policy's.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from typing import IO, Any

from ogai_lab.core.errors import InvalidInput
from ogai_lab.data.sources import (
    html_folder,
    huggingface,
    jsonl,
    parquet,
    pdf,
    python_stdlib,
    text_folder,
    wacz,
    warc,
)
from ogai_lab.data.sources.files import Document, Piece, chosen, cut
from ogai_lab.data.types import Source

_READERS: dict[str, Any] = {
    "python_stdlib": python_stdlib,
    "jsonl": jsonl,
    "text_folder": text_folder,
    "warc": warc,
    "wacz": wacz,
    "html": html_folder,
    "parquet": parquet,
    "huggingface": huggingface,
    "pdf": pdf,
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
    found = dict(COLUMNS)
    for place, source in enumerate(sources):
        for name, kind in more(source).items():
            if found.setdefault(name, kind) != kind or name in COLUMNS:
                raise InvalidInput(
                    f"The column {name!r} is {found[name]} in one source and {kind} in another.",
                    action="Give it the same type in all sources, or leave it out of one.",
                    field=f"sources.{place}.columns",
                )
    return found


def more(source: Source) -> dict[str, str]:
    """Return the columns that a source gives beside `COLUMNS`, with their Arrow types."""
    return {**getattr(_READERS[source.kind], "MORE", {}), **getattr(source, "columns", {})}


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


def documents(source: Source, piece: Piece, data: bytes | IO[bytes]) -> Iterator[Document]:
    """Yield the documents in the bytes of a piece, long ones cut; empty ones are no documents."""
    reader = _READERS[source.kind]
    given: bytes | IO[bytes] = data
    if getattr(reader, "STREAMS", False):
        given = io.BytesIO(data) if isinstance(data, bytes) else data
    elif not isinstance(data, bytes):
        given = data.read()
    for document in reader.documents(source, piece, given):
        if document.text or document.more.get("html"):
            yield from cut(document, source.cut)
