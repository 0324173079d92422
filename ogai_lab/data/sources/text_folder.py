"""A folder of text files: one document a file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ogai_lab.data.sources.files import Document, Piece, decoded, walk
from ogai_lab.data.types import TextFolder


def files(source: TextFolder) -> Iterator[Piece]:
    """Yield the files of the folder."""
    return walk(Path(source.path).expanduser(), source.pattern)


def pieces(file: Piece) -> Iterator[Piece]:
    """Yield the file whole: it is one document."""
    yield file


def documents(source: TextFolder, piece: Piece, data: bytes) -> Iterator[Document]:
    """Yield the file's text."""
    text, damage = decoded(data)
    yield Document(piece.start, "text", text, damage)
