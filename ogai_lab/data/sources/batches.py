"""The documents of some pieces as one Arrow batch."""

from __future__ import annotations

import hashlib
import io
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ogai_lab.core.errors import Conflict
from ogai_lab.data import sources
from ogai_lab.data.sources import locations
from ogai_lab.data.sources.files import Document, Piece
from ogai_lab.data.types import Source

if TYPE_CHECKING:
    import pyarrow as pa

PAGE = "html"
"""The column with a page as it was fetched."""


def batch(
    source: Source,
    pieces: Sequence[Piece],
    digests: Sequence[str],
    columns: Mapping[str, str] | None = None,
) -> pa.RecordBatch:
    """Return the documents of `pieces`, a row each.

    Parameters
    ----------
    pieces, digests
        The parts of files to read, and the SHA-256 (`locations.digest`) that each must have.
    columns
        The columns of the batch with their Arrow types, null where the source gives none; the
        source's own (`sources.columns`) when left out.

    Raises
    ------
    Conflict
        When a file is not what it was when its digest was taken.
    """

    def found() -> Iterator[tuple[str, Piece, Document]]:
        for fields, expected in zip(pieces, digests, strict=True):
            piece = Piece(*fields)
            for document in sources.documents(source, piece, _same(piece, expected)):
                yield expected, piece, document

    return _rows(source, found(), dict(columns or sources.columns([source])))


def doc_id(piece: Piece, digest: str, offset: int = 0) -> str:
    """Return the id of the document at an offset of a piece with this digest."""
    name = hashlib.sha256(f"{piece.path}\0{digest}".encode()).hexdigest()[:24]
    return f"{name}:{offset}"


def sample(
    source: Source, pieces: Sequence[Piece], columns: Mapping[str, str], count: int
) -> pa.RecordBatch:
    """Return at most `count` documents of `pieces`; no more of a piece is read than they need.

    Their ids are not those that they have in a run: a piece that is not read has no digest.
    """

    def found() -> Iterator[tuple[str, Piece, Document]]:
        for piece in pieces:
            with locations.stream(piece) as data:
                for document in sources.documents(source, piece, data):
                    yield "sample", piece, document

    return _rows(source, itertools.islice(found(), count), dict(columns))


def _rows(
    source: Source, found: Iterable[tuple[str, Piece, Document]], types: dict[str, str]
) -> pa.RecordBatch:
    import pyarrow as pa

    values: dict[str, list[Any]] = {name: [] for name in types}
    given = sources.more(source)
    missing = [name for name in types if name not in given and name not in sources.COLUMNS]
    for digest, piece, document in found:
        part = f"+{document.part}" if document.part else ""
        values["doc_id"].append(doc_id(piece, digest, document.offset) + part)
        values["path"].append(piece.path)
        values["kind"].append(document.kind)
        values["text"].append(document.text)
        values["bytes"].append(len(document.text.encode()))
        values["damage"].append(document.damage)
        for column in given:
            values[column].append(document.more.get(column))
    rows = len(values["doc_id"])
    arrays = [
        pa.nulls(rows, kind) if name in missing else pa.array(values[name], kind)
        for name, kind in ((name, pa.type_for_alias(alias)) for name, alias in types.items())
    ]
    return pa.record_batch(arrays, list(types))


def without_pages(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Return the batch without its HTML, which is not kept once stages have read it."""
    names = [name for name in batch.schema.names if name != PAGE]
    return batch.select(names)


def _same(piece: Piece, expected: str) -> Any:
    """Return the piece, opened, if it still has its digest."""
    if piece.size <= locations.IN_MEMORY and not piece.head and not piece.tail:
        data = piece.read()
        if hashlib.sha256(data).hexdigest() == expected:
            return io.BytesIO(data)
    elif locations.digest(piece) == expected:
        return locations.stream(piece)
    raise Conflict(
        f"The file {piece.path!r} changed while it was being read.",
        action="Run the pipeline again when nothing writes to its inputs.",
    )
