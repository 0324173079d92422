"""Kept documents as Parquet files in the output folder."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ogai_lab.core.blobs import BlobStore, Digest
from ogai_lab.data import tables
from ogai_lab.data.cache import key_of
from ogai_lab.data.corpus import Table, starts
from ogai_lab.data.engine import Call, Engine, Result
from ogai_lab.data.output import Output
from ogai_lab.data.types import DocumentShard

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_SHARD_BYTES = 64 << 20
"""About so many bytes of kept text make one file."""

Part = tuple[Sequence[str], int]
"""The digests of a table's parts, and the corpus's index of its first document."""


def documents(
    engine: Engine,
    output: Output,
    corpus: list[Table],
    sizes: NDArray[np.int64],
    keep: NDArray[np.bool_],
) -> list[DocumentShard]:
    """Write the kept documents, and return the files.

    Parameters
    ----------
    engine, output
        Where it is done, and where to.
    corpus
        The tables.
    sizes, keep
        Of every document, in the corpus's order: bytes of text, and whether it is kept.
    """
    kept = tables.store_array(engine.blobs, keep)
    calls: list[Call] = []
    for parts in _plan(corpus, sizes, keep):
        name = f"documents/part-{len(calls):05}.parquet"
        key = key_of("documents", output.url, name, parts, kept)
        calls.append((key, (output.url, name, parts, kept)))
    shards = []
    with engine.phase("write", len(calls)):
        for call, result in zip(calls, engine.all(write, calls), strict=True):
            if output.digest(result["name"]) != result["digest"]:  # known, but not there any more
                result = write(engine.blobs.url, *call[1])
            engine.advance()
            shards.append(DocumentShard.model_validate(result))
    return shards


def write(url: str, out: str, name: str, parts: Sequence[Part], kept: str) -> Result:
    """Write one file.

    Parameters
    ----------
    url, out, name
        The store, the output folder and the file's name in it.
    parts
        The tables whose documents it has.
    kept
        Digest of the array of flags, one a document of the corpus.
    """
    import pyarrow.parquet as pq

    blobs, output = BlobStore(url), Output(out)
    keep = tables.load_array(blobs, Digest(kept))
    found = rows = size = 0
    with output.writing(name) as file:
        writer = None
        for digests, start in parts:
            table = tables.load_parts(blobs, digests)
            table = table.filter(keep[start : start + table.num_rows])
            if writer is None:
                writer = pq.ParquetWriter(file, table.schema, compression="zstd")
            if table.num_rows:
                # Where a document was set aside behind a pass, the columns stand in another order.
                writer.write_table(table.select(writer.schema.names).cast(writer.schema))
                rows += table.num_rows
                found += sum(table["bytes"].to_pylist())
        if writer is not None:
            writer.close()
        size = file.tell()
    return {
        "name": name,
        "digest": output.digest(name),
        "documents": rows,
        "bytes": found,
        "size": size,
        "blobs": {},
    }


def _plan(
    corpus: list[Table], sizes: NDArray[np.int64], keep: NDArray[np.bool_]
) -> list[list[Part]]:
    """Return which tables go into which file: neighbours, as many as fill one."""
    plans: list[list[Part]] = []
    filled = _SHARD_BYTES
    for table, start in zip(corpus, starts(corpus), strict=True):
        rows = slice(start, start + table.documents)
        kept = int(sizes[rows][keep[rows]].sum())
        if not keep[rows].any():
            continue
        if filled >= _SHARD_BYTES:
            plans.append([])
            filled = 0
        plans[-1].append((list(table.parts), start))
        filled += kept
    return plans
