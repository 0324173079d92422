"""Parquet: the kept documents with their signals, in one file, a row group a table."""

from __future__ import annotations

from ogai_lab.core.blobs import BlobStore
from ogai_lab.data.exports import kept_documents
from ogai_lab.data.output import Output
from ogai_lab.data.types import Manifest


def write(blobs: BlobStore, manifest: Manifest, output: Output) -> list[str]:
    """Write the file."""
    import pyarrow.parquet as pq

    name = "documents.parquet"
    with output.writing(name) as file:
        writer = None
        for table in kept_documents(blobs, manifest):
            if writer is None:
                writer = pq.ParquetWriter(file, table.schema, compression="zstd")
            writer.write_table(table.cast(writer.schema))
        if writer is not None:
            writer.close()
    return [name]
