"""A folder of text files: one document a file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

from ogai_lab.data.sources import locations
from ogai_lab.data.sources.files import Document, Piece, decoded
from ogai_lab.data.types import TextFolder

STREAMS = True
_BLOCK = 64 << 20
"""A longer file is read and cut in blocks of so many bytes."""


def files(source: TextFolder) -> Iterator[Piece]:
    """Yield the files of the folder."""
    return locations.find(source.path, (source.pattern,))


def pieces(file: Piece) -> Iterator[Piece]:
    """Yield the file whole: it is one document."""
    yield file


def documents(source: TextFolder, piece: Piece, stream: IO[bytes]) -> Iterator[Document]:
    """Yield the file's text, a very long one in blocks that end where a line does."""
    at = 0
    while data := stream.read(_BLOCK):
        if len(data) == _BLOCK:
            data += stream.readline(_BLOCK)
        text, damage = decoded(data)
        yield Document(piece.start, "text", text, damage, part=at)
        at += len(data)
