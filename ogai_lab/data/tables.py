"""Arrow tables as blobs: Parquet, written so that equal tables give equal bytes."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from ogai_lab.core.blobs import BlobStore, Digest

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray


def store(blobs: BlobStore, table: pa.Table) -> Digest:
    """Store a table and return its digest."""
    import pyarrow.parquet as pq

    sink = io.BytesIO()
    pq.write_table(table, sink, compression="zstd", compression_level=1)
    return blobs.put(sink.getbuffer())


def store_all(blobs: BlobStore, schema: pa.Schema, tables: Iterable[pa.Table]) -> Digest:
    """Store many tables as one, a row group each, and return its digest.

    One is in memory at a time.
    """
    import pyarrow.parquet as pq

    with tempfile.NamedTemporaryFile(prefix="ogai-", suffix=".parquet") as file:
        with pq.ParquetWriter(file, schema, compression="zstd", compression_level=1) as writer:
            for table in tables:
                if table.num_rows:
                    writer.write_table(table)
        file.flush()
        return blobs.put_file(file.name)


def load(blobs: BlobStore, digest: Digest, columns: Sequence[str] | None = None) -> pa.Table:
    """Return a stored table, or some of its columns."""
    import pyarrow.parquet as pq

    return pq.read_table(io.BytesIO(blobs.get(digest)), columns=columns and list(columns))


def load_parts(
    blobs: BlobStore, parts: Sequence[str], columns: Sequence[str] | None = None
) -> pa.Table:
    """Return a table that is stored in parts with the same rows: of a column the last one counts.

    Parameters
    ----------
    parts
        Digests. The first has the documents, the others what was found out about them later.
    columns
        Only these, in this order; all when left out, a column that is null all over where no part
        has it.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    found: dict[str, pa.ChunkedArray] = {}
    order: list[str] = []
    rows = 0
    for digest in reversed(parts):
        file = pq.ParquetFile(io.BytesIO(blobs.get(Digest(digest))))
        names = file.schema_arrow.names
        new = [n for n in names if n not in found and (columns is None or n in columns)]
        table = file.read(columns=new)
        found |= {name: table[name] for name in new}
        order = [*new, *order]
        rows = file.metadata.num_rows
    names = order if columns is None else list(columns)
    absent = pa.chunked_array([pa.nulls(rows)])
    return pa.table({name: found.get(name, absent) for name in names})


def store_array(blobs: BlobStore, array: NDArray[Any]) -> Digest:
    """Store an array as a ``.npy`` file and return its digest."""
    import numpy as np

    sink = io.BytesIO()
    np.save(sink, array, allow_pickle=False)
    return blobs.put(sink.getbuffer())


def load_array(blobs: BlobStore, digest: Digest) -> NDArray[Any]:
    """Return a stored array; where the store is a folder it is mapped, not read."""
    import numpy as np

    path = blobs.path(digest)
    if path is not None:
        mapped: NDArray[Any] = np.load(path, mmap_mode="r", allow_pickle=False)
        return mapped
    array: NDArray[Any] = np.load(io.BytesIO(blobs.get(digest)), allow_pickle=False)
    return array
