"""PDF files: the text of one is one document, as far as it is stored as text."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import IO, Any

from ogai_lab.data.sources import locations
from ogai_lab.data.sources.files import Document, Piece, damaged
from ogai_lab.data.types import Pdf

STREAMS = True
_MOST = 256 << 20
_ORDER = {
    "source": "from ogai_lab.data.sources.pdf import text_of",
    "function": "text_of",
    "over": "text",
    "wants": ["pdf"],
    "columns": {"text": "large_string"},
}


def files(source: Pdf) -> Iterator[Piece]:
    """Yield the files."""
    return locations.find(source.path, ("*.pdf",))


def pieces(file: Piece) -> Iterator[Piece]:
    """Yield the file whole: it is one document."""
    yield file


def documents(source: Pdf, piece: Piece, stream: IO[bytes]) -> Iterator[Document]:
    """Yield the text; a file that cannot be read, or not in time, gives a mark of damage."""
    import pyarrow as pa

    from ogai_lab.data.guard import guard

    if piece.size > _MOST:
        yield damaged(piece.start)
        return
    batch = pa.record_batch({"pdf": pa.array([stream.read()], pa.large_binary())})
    columns, errors = guard(_ORDER | {"seconds": source.seconds})(batch)
    if errors:
        yield damaged(piece.start)
        return
    yield Document(piece.start, "pdf", columns["text"][0].as_py() or "")


def text_of(row: dict[str, Any]) -> str:
    """Return the text of a PDF's pages, a blank line between; runs in a process of its own."""
    from pypdf import PdfReader

    pages = (page.extract_text() for page in PdfReader(io.BytesIO(row["pdf"])).pages)
    text = "\n\n".join(page.strip() for page in pages)
    return text.encode("utf-8", "replace").decode()
