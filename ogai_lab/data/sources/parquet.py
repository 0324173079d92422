"""Parquet files: one document a row; the row groups of a large file are read by many tasks."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import IO, TYPE_CHECKING, Any

from ogai_lab.core.errors import require
from ogai_lab.data.sources import locations, rows
from ogai_lab.data.sources.files import Document, Piece, unreadable
from ogai_lab.data.types import Parquet

if TYPE_CHECKING:
    import pyarrow.parquet as pq

STREAMS = True
_PIECE = 4 << 20
_TAIL = 8
"""A file ends with the length of its footer (4 bytes) and the letters PAR1."""
_ROWS = 1024


def files(source: Parquet) -> Iterator[Piece]:
    """Yield the files."""
    return locations.find(source.path, ("*.parquet",))


def pieces(file: Piece) -> Iterator[Piece]:
    """Yield runs of row groups, each with the footer."""
    if file.size <= _PIECE:
        yield file
        return
    with locations.opened(file) as opened:
        opened.seek(file.end - _TAIL)
        tail = int.from_bytes(opened.read(4), "little") + _TAIL
        starts = _starts(_opened(file, opened))
    start = file.start
    for place in starts[1:]:
        if place - start >= _PIECE:
            yield file._replace(start=start, end=place, tail=tail)
            start = place
    yield file._replace(start=start, end=file.end - tail, tail=tail)


def documents(source: Parquet, piece: Piece, stream: IO[bytes]) -> Iterator[Document]:
    """Yield the rows of the row groups that begin in the piece."""
    with locations.opened(piece) as file:
        table = _opened(piece, file)
        names = table.schema_arrow.names
        rows.check(names, source.field, piece)
        wanted = [source.field, *(name for name in source.columns if name in names)]
        sizes = [table.metadata.row_group(n).num_rows for n in range(table.num_row_groups)]
        firsts = [0, *itertools.accumulate(sizes)]
        for group, start in enumerate(_starts(table)):
            if not piece.start <= start < piece.end:
                continue
            row = firsts[group]
            for batch in _read(piece, table, group, wanted):
                yield from rows.documents(batch, row, source.field, dict(source.columns))
                row += batch.num_rows


def _read(piece: Piece, table: pq.ParquetFile, group: int, columns: list[str]) -> Iterator[Any]:
    import pyarrow as pa

    try:
        yield from table.iter_batches(_ROWS, [group], columns)
    except (pa.ArrowException, OSError) as exc:
        raise unreadable(piece, exc) from exc


def _opened(piece: Piece, file: IO[bytes]) -> pq.ParquetFile:
    require("pyarrow", "data")
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return pq.ParquetFile(file)
    except (pa.ArrowException, OSError) as exc:
        raise unreadable(piece, exc) from exc


def _starts(table: pq.ParquetFile) -> list[int]:
    """Return where each row group's first page begins."""
    found = []
    for group in range(table.num_row_groups):
        column = table.metadata.row_group(group).column(0)
        pages = (column.dictionary_page_offset, column.data_page_offset)
        found.append(min(page for page in pages if page is not None))
    return found
