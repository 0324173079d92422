"""A folder of HTML files: one document a file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

from ogai_lab.data.sources import locations, warc
from ogai_lab.data.sources.files import Document, Piece
from ogai_lab.data.types import HtmlFolder

MORE, STREAMS = warc.MORE, True


def files(source: HtmlFolder) -> Iterator[Piece]:
    """Yield the files."""
    return locations.find(source.path, (source.pattern,))


def pieces(file: Piece) -> Iterator[Piece]:
    """Yield the file whole: it is one document."""
    yield file


def documents(source: HtmlFolder, piece: Piece, stream: IO[bytes]) -> Iterator[Document]:
    """Yield the page; one of more than `source.most` bytes is cut there and counts as damaged."""
    data = stream.read(source.most)
    damage = int(piece.size > len(data))
    yield Document(piece.start, "page", "", damage, more={"html": data})
