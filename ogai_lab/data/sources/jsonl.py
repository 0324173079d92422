"""JSON lines files: one document a line; a large plain file is read by many tasks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import IO

from ogai_lab.data.sources import locations, packed, rows
from ogai_lab.data.sources.files import Document, Piece, damaged, decoded
from ogai_lab.data.types import JsonLines

STREAMS = True
_PATTERNS = ("*.jsonl", "*.jsonl.gz", "*.jsonl.zst")
_PIECE = 4 << 20
_LINE = 64 << 20
"""Bytes that are kept of one line."""


def files(source: JsonLines) -> Iterator[Piece]:
    """Yield the file, or the files of the folder."""
    return locations.find(source.path, _PATTERNS)


def pieces(file: Piece) -> Iterator[Piece]:
    """Yield parts of a file, each from the beginning of a line to the end of one."""
    if file.size <= _PIECE or file.path.endswith((".gz", ".zst")):
        yield file
        return
    with locations.opened(file) as opened:
        start = file.start
        while start < file.end:
            opened.seek(start + _PIECE)
            opened.readline()
            end = min(opened.tell(), file.end)
            yield file._replace(start=start, end=end)
            start = end


def documents(source: JsonLines, piece: Piece, stream: IO[bytes]) -> Iterator[Document]:
    """Yield the text of every line that is not empty; offsets are those in the unpacked file."""
    for line in packed.lines(stream, piece.path, piece.size, _LINE):
        offset = piece.start + line.offset
        if line.data.strip():
            document = _document(source, offset, line.data)
            yield document._replace(damage=max(document.damage, line.broken))
        elif line.broken:
            yield damaged(offset)


def _document(source: JsonLines, offset: int, line: bytes) -> Document:
    text, damage = decoded(line)
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = None
    content = value.get(source.field) if isinstance(value, dict) else None
    if not isinstance(content, str):
        return Document(offset, "text", text, max(1, damage))
    more = {name: rows.fitting(value.get(name), kind) for name, kind in source.columns.items()}
    # JSON can name half a surrogate pair, which no encoding can store.
    clean = _storable(content)
    more = {name: _storable(v) if isinstance(v, str) else v for name, v in more.items()}
    return Document(offset, "text", clean, damage + (clean != content), more=more)


def _storable(text: str) -> str:
    return text if text.isascii() else text.encode("utf-8", "replace").decode()
