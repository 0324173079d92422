"""Web archives: each successful response is a document, a large archive is read by many tasks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, TYPE_CHECKING, Any

from ogai_lab.core.errors import require
from ogai_lab.data.sources import locations, members
from ogai_lab.data.sources.files import Document, Piece, damaged, decoded
from ogai_lab.data.types import Wacz, Warc

if TYPE_CHECKING:
    from fastwarc.warc import WarcRecord

MORE = {"html": "large_binary", "url": "string", "time": "string", "content_type": "string"}
"""The columns that web pages have beside their text, with their Arrow types."""
STREAMS = True
PATTERNS = ("*.warc", "*.warc.gz", "*.warc.zst", "*.wet", "*.wet.gz", "*.wet.zst")
_PIECE = 4 << 20


def files(source: Warc) -> Iterator[Piece]:
    """Yield the archives."""
    return locations.find(source.path, PATTERNS)


def pieces(file: Piece) -> Iterator[Piece]:
    """Yield parts of an archive, each from the beginning of a record to the end of one."""
    start = file.start
    if file.size > _PIECE:
        with locations.opened(file) as opened:
            for cut in members.cuts(opened, file.start, file.end, _PIECE):
                yield file._replace(start=start, end=cut)
                start = cut
    yield file._replace(start=start)


def documents(source: Warc | Wacz, piece: Piece, stream: IO[bytes]) -> Iterator[Document]:
    """Yield the pages of all records that can be read, and a mark for each that cannot.

    A page of more than `source.most` bytes (a zip bomb, too) is cut there and counts as damaged.
    """
    end = piece.size
    start: int | None = 0
    while start is not None and start < end:
        last = None
        try:
            for at, document in _records(source, piece, stream, start):
                last = at
                if document is not None:
                    yield document
        except (OSError, ValueError):
            if last is None:
                yield damaged(piece.start + start)
            start = members.after(stream, 0, (start if last is None else last) + 1, end)
        else:
            return


def _records(
    source: Warc | Wacz, piece: Piece, stream: IO[bytes], start: int
) -> Iterator[tuple[int, Document | None]]:
    require("fastwarc", "data")
    from fastwarc.warc import ArchiveIterator, WarcRecordType

    stream.seek(start)
    wanted = WarcRecordType.response | WarcRecordType.conversion
    types = {name.lower() for name in source.types}
    for record in ArchiveIterator(stream, record_types=wanted, auto_decode="all"):
        at = record.stream_pos  # counted from where the stream began, not from `start`
        conversion = record.record_type == WarcRecordType.conversion
        if conversion or _is_page(record, types):
            yield at, _document(record, piece.start + at, source.most, conversion)
        else:
            yield at, None


def _is_page(record: WarcRecord, types: set[str]) -> bool:
    headers = record.http_headers
    if headers is None or headers.status_code != 200:
        return False
    return (record.http_content_type or "text/html").lower() in types


def _document(record: WarcRecord, offset: int, most: int, conversion: bool) -> Document:
    expected = record.content_length
    try:
        data, damage = record.reader.read(most), 0
    except OSError:  # what the HTTP headers call it is not how it is encoded
        data, damage = b"", 1
    headers = record.http_headers
    encoded = headers is not None and headers.get("Content-Encoding") is not None
    chunked = headers is not None and headers.get("Transfer-Encoding") is not None
    if (not (encoded or chunked) and len(data) < expected) or record.reader.read(1):
        damage = 1
    more = _more(record)
    if conversion:
        text, bad = decoded(data)
        return Document(offset, "page", text, damage + bad, more=more)
    return Document(offset, "page", "", damage, more={"html": data, **more})


def _more(record: WarcRecord) -> dict[str, Any]:
    header = None if record.http_headers is None else record.http_headers.get("Content-Type")
    return {
        "url": record.headers.get("WARC-Target-URI"),
        "time": record.headers.get("WARC-Date"),
        "content_type": header or record.headers.get("Content-Type"),
    }
