"""Web archive collections (WACZ): zip files that hold WARC files as they are.

The format wants archives stored, not compressed (WACZ 1.1.1, 5.2.1), so that a part of one can be
read where it lies. One that is compressed all the same cannot, and is refused.
"""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Iterator
from typing import IO

from ogai_lab.core.errors import InvalidInput
from ogai_lab.data.sources import locations, warc
from ogai_lab.data.sources.files import Document, Piece, unreadable
from ogai_lab.data.types import Wacz

MORE, STREAMS = warc.MORE, True
pieces = warc.pieces
_LOCAL_HEADER = struct.Struct("<26x2H")  # the lengths of the name and of the extra field


def files(source: Wacz) -> Iterator[Piece]:
    """Yield the archives inside the collections, each a part of its file."""
    for collection in locations.find(source.path, ("*.wacz",)):
        try:
            with locations.opened(collection) as file, zipfile.ZipFile(file) as held:
                for entry in sorted(held.infolist(), key=lambda entry: entry.header_offset):
                    if entry.filename.endswith((".warc", ".warc.gz", ".warc.zst")):
                        yield _piece(collection, entry, file)
        except (zipfile.BadZipFile, OSError) as exc:
            raise unreadable(collection, exc) from exc


def documents(source: Wacz, piece: Piece, stream: IO[bytes]) -> Iterator[Document]:
    """Yield the pages; see `warc.documents`."""
    return warc.documents(source, piece, stream)


def _piece(collection: Piece, entry: zipfile.ZipInfo, file: IO[bytes]) -> Piece:
    if entry.compress_type != zipfile.ZIP_STORED:
        raise InvalidInput(
            f"The archive {entry.filename!r} in {collection.path!r} is compressed by zip; "
            "WACZ stores archives as they are.",
            action="Unpack it and name the WARC files in it instead.",
            field="sources.path",
        )
    file.seek(entry.header_offset)
    name, extra = _LOCAL_HEADER.unpack(file.read(_LOCAL_HEADER.size))
    start = entry.header_offset + _LOCAL_HEADER.size + name + extra
    path = f"{collection.path}/{entry.filename}"
    return Piece(path, collection.location, start, start + entry.file_size)
