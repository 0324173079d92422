"""JSON lines files: one document a line; a large file is read by many tasks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from ogai_lab.core.errors import InvalidInput
from ogai_lab.data.sources.files import Document, Piece, decoded, regular_size, shown, walk
from ogai_lab.data.types import JsonLines

_PIECE = 4 << 20


def files(source: JsonLines) -> Iterator[Piece]:
    """Yield the file, or the files of the folder."""
    path = Path(source.path).expanduser()
    if path.is_dir():
        yield from walk(path, "*.jsonl")
        return
    size = regular_size(path)
    if size is None:
        raise InvalidInput(
            f"There is no file or folder {source.path!r}.",
            action="Check the path; it must be absolute, or relative to where the job runs.",
            field="sources.path",
        )
    yield Piece(shown(Path(path.name)), str(path), 0, size)


def pieces(file: Piece) -> Iterator[Piece]:
    """Yield parts of a file, each from the beginning of a line to the end of one."""
    if file.size <= _PIECE:
        yield file
        return
    with Path(file.location).open("rb") as opened:
        start = file.start
        while start < file.end:
            opened.seek(start + _PIECE)
            opened.readline()
            end = min(opened.tell(), file.end)
            yield file._replace(start=start, end=end)
            start = end


def documents(source: JsonLines, piece: Piece, data: bytes) -> Iterator[Document]:
    """Yield the text of every line that is not empty."""
    offset = piece.start
    for line in data.split(b"\n"):
        if line.strip():
            yield _document(source, offset, line)
        offset += len(line) + 1


def _document(source: JsonLines, offset: int, line: bytes) -> Document:
    text, damage = decoded(line)
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = None
    content = value.get(source.field) if isinstance(value, dict) else None
    if not isinstance(content, str):
        return Document(offset, "text", text, max(1, damage))
    # JSON can name half a surrogate pair, which no encoding can store.
    clean = content.encode("utf-8", "replace").decode() if not content.isascii() else content
    return Document(offset, "text", clean, damage + (clean != content))
