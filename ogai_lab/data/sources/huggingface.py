"""Data sets as `datasets` saves them to disk: folders of Arrow streams, one document a row.

Read without that library. A stream is its schema and then its batches, so a part of one is read as
its schema (the piece's head) and some batches.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import IO

from ogai_lab.core.errors import InvalidInput, require
from ogai_lab.data.sources import locations, rows
from ogai_lab.data.sources.files import Document, Piece, unreadable
from ogai_lab.data.types import HuggingFace

STREAMS = True
_PIECE = 4 << 20
_MARK = b"\xff\xff\xff\xff"


def files(source: HuggingFace) -> Iterator[Piece]:
    """Yield the Arrow files, of one split if the source names one.

    Raises
    ------
    InvalidInput
        When there is no such split; those that there are are named.
    """
    found = list(locations.find(source.path, ("*.arrow",)))
    splits = {piece.path.rpartition("/")[0].rpartition("/")[2] for piece in found} - {""}
    if source.split is None:
        yield from found
        return
    if source.split not in splits:
        raise InvalidInput(
            f"The data set {source.path!r} has no split {source.split!r}.",
            action=f"Splits: {', '.join(sorted(splits)) or 'none'}.",
            field="sources.split",
        )
    yield from (piece for piece in found if f"/{piece.path}".rsplit("/", 2)[1] == source.split)


def pieces(file: Piece) -> Iterator[Piece]:
    """Yield runs of batches, each with the schema; a file with dictionaries stays whole."""
    if file.size <= _PIECE:
        yield file
        return
    with locations.opened(file) as opened:
        messages = list(_messages(opened, file))
    head = messages[0][1]
    if any(kind != "record batch" for kind, _ in messages[1:]):
        yield file
        return
    start = head
    for _, end in messages[1:]:
        if end - start >= _PIECE:
            yield file._replace(start=start, end=end, head=head)
            start = end
    if start < messages[-1][1]:
        yield file._replace(start=start, end=messages[-1][1], head=head)


def documents(source: HuggingFace, piece: Piece, stream: IO[bytes]) -> Iterator[Document]:
    """Yield the rows of a piece; a row's offset is its batch's, and its number there."""
    require("pyarrow", "data")
    import pyarrow as pa

    head = b""
    if piece.head:
        with locations.opened(piece) as file:
            head = file.read(piece.head)
    try:
        reader = pa.ipc.open_stream(_Joined(head, stream))
        rows.check(reader.schema.names, source.field, piece)
        row = 0
        for batch in reader:
            first = piece.start + row
            yield from rows.documents(batch, first, source.field, dict(source.columns))
            row += batch.num_rows
    except (pa.ArrowException, OSError) as exc:
        if isinstance(exc, InvalidInput):
            raise
        raise unreadable(piece, exc) from exc


def _messages(file: IO[bytes], piece: Piece) -> Iterator[tuple[str, int]]:
    """Yield the kind of each message of a stream and where it ends (Arrow's IPC format, 1.x)."""
    require("pyarrow", "data")
    import pyarrow as pa

    at = 0
    while at + 8 <= piece.end:
        file.seek(at)
        if file.read(4) != _MARK or not (size := int.from_bytes(file.read(4), "little")):
            return
        file.seek(at)
        try:
            message = pa.ipc.read_message(pa.PythonFile(file))
        except (pa.ArrowException, OSError, EOFError) as exc:
            raise unreadable(piece, exc) from exc
        at += 8 + size + (message.body.size if message.body is not None else 0)
        yield message.type, at


class _Joined(io.RawIOBase):
    """Bytes, and then a stream."""

    def __init__(self, head: bytes, stream: IO[bytes]) -> None:
        self._head = io.BytesIO(head)
        self._stream = stream

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        first = self._head.read(size)
        if size >= 0 and len(first) == size:
            return first
        return first + self._stream.read(-1 if size < 0 else size - len(first))
