"""Packing: documents in an order of chance, end to end, cut into sequences of equal length."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from ogai_lab.core.blobs import BlobStore
from ogai_lab.data import tables
from ogai_lab.data.types import Packing, Shard

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Arrays = Sequence[NDArray[np.integer[Any]]]


def order(doc_ids: Sequence[str], seed: int) -> list[int]:
    """Return the places of documents in the order of a hash of their ids.

    The order of two documents depends on nothing but them and the seed: not on the others, the
    number of processes, or a random generator's version.
    """
    from xxhash import xxh3_128_digest

    hashes = [xxh3_128_digest(f"{seed}\0{doc_id}".encode()) for doc_id in doc_ids]
    return sorted(range(len(doc_ids)), key=hashes.__getitem__)


def pack(
    blobs: BlobStore, tokens: Arrays, lengths: Arrays, sequence: Sequence[int], packing: Packing
) -> Iterator[Shard]:
    """Store the shards and yield what each is; tokens that do not fill a sequence are left over.

    Parameters
    ----------
    tokens
        The tokens of the documents, in several arrays.
    lengths
        For each of those arrays, the numbers of tokens of its documents.
    sequence
        The places of the documents in the order in which they are packed.
    """
    import numpy as np

    starts = [np.cumsum(part) - part for part in lengths]
    array = np.repeat(np.arange(len(lengths)), [len(part) for part in lengths])
    first, size = (
        np.concatenate(parts) if parts else np.zeros(0, np.int64) for parts in (starts, lengths)
    )
    total = int(size.sum()) // packing.sequence_length * packing.sequence_length
    capacity = packing.sequence_length * packing.shard_sequences
    documents = iter(sequence)
    rest = tokens[0][:0] if tokens else np.zeros(0, np.uint16)
    for done in range(0, total, capacity):
        shard = np.empty(min(capacity, total - done), rest.dtype)
        filled = 0
        while filled < len(shard):
            if not len(rest):
                place = next(documents)
                rest = tokens[array[place]][first[place] : first[place] + size[place]]
            taken = rest[: len(shard) - filled]
            shard[filled : filled + len(taken)] = taken
            filled += len(taken)
            rest = rest[len(taken) :]
        rows = shard.reshape(-1, packing.sequence_length)
        yield Shard(
            digest=tables.store_array(blobs, rows),
            sequences=len(rows),
            tokens=len(shard),
            dtype=shard.dtype.name,
        )
