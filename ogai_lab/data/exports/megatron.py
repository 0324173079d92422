r"""Megatron-LM's indexed data set: ``corpus.bin`` (token ids, end to end) and ``corpus.idx``.

The index is, little-endian: ``MMIDIDX\0\0``, the version (uint64, 1), the code of the ids' type
(uint8), the numbers of sequences and of document bounds (uint64 each), then the length of every
sequence (int32), where it begins in bytes (int64), and the sequence at which each document begins,
closed by their number (int64). Layout from Megatron-LM's ``indexed_dataset.py``. Here a sequence is
a document, its end-of-text token included.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ogai_lab.core.blobs import BlobStore, Digest
from ogai_lab.core.errors import Conflict
from ogai_lab.data import tables
from ogai_lab.data.output import Output
from ogai_lab.data.types import Manifest

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_MAGIC = b"MMIDIDX\x00\x00"
_VERSION = 1
_CODES = {"uint16": 8, "int32": 4}


def write(blobs: BlobStore, manifest: Manifest, output: Output) -> list[str]:
    """Write both files.

    Raises
    ------
    Conflict
        When the manifest has no tokens.
    """
    import numpy as np

    if not manifest.shards:
        raise Conflict(
            f"The manifest {manifest.name!r} has no tokens.",
            action="Pack it first: run.pack(tokenizer, length=4096).",
        )
    kind = "uint16" if manifest.shards[0].dtype == "uint16" else "int32"
    lengths: list[int] = []
    open_ = 0
    with output.writing("corpus.bin") as file:
        for tokens in _streams(blobs, manifest):
            file.write(tokens.astype(kind).tobytes())
            ends = np.flatnonzero(tokens == manifest.eos_id) + 1
            if len(ends):
                found = np.diff(ends, prepend=-open_).tolist()
                lengths += found
                open_ = len(tokens) - int(ends[-1])
            else:
                open_ += len(tokens)
    if open_:
        lengths.append(open_)  # the last one, cut where the last sequence ends
    sizes = np.asarray(lengths, np.int32)
    starts = np.cumsum(sizes, dtype=np.int64) - sizes
    with output.writing("corpus.idx") as file:
        file.write(_MAGIC + struct.pack("<QB", _VERSION, _CODES[kind]))
        file.write(struct.pack("<QQ", len(sizes), len(sizes) + 1))
        file.write(sizes.astype("<i4").tobytes())
        file.write((starts * np.dtype(kind).itemsize).astype("<i8").tobytes())
        file.write(np.arange(len(sizes) + 1).astype("<i8").tobytes())
    return ["corpus.bin", "corpus.idx"]


def _streams(blobs: BlobStore, manifest: Manifest) -> Iterator[NDArray[np.integer[Any]]]:
    for shard in manifest.shards:
        yield tables.load_array(blobs, Digest(shard.digest)).reshape(-1)
