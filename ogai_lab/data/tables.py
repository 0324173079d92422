"""Arrow tables as blobs: Parquet, written so that equal tables give equal bytes."""

from __future__ import annotations

import io
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
    """Store many tables as one, a row group each, and return its digest."""
    import pyarrow.parquet as pq

    sink = io.BytesIO()
    with pq.ParquetWriter(sink, schema, compression="zstd", compression_level=1) as writer:
        for table in tables:
            if table.num_rows:
                writer.write_table(table)
    return blobs.put(sink.getbuffer())


def load(blobs: BlobStore, digest: Digest, columns: Sequence[str] | None = None) -> pa.Table:
    """Return a stored table, or some of its columns."""
    import pyarrow.parquet as pq

    return pq.read_table(io.BytesIO(blobs.get(digest)), columns=columns and list(columns))


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
