"""The batches of a rank, by step number: nothing to save, nothing to wind forward on resume."""

from __future__ import annotations

import hashlib
import os
import tempfile
from bisect import bisect_right
from collections.abc import Iterable
from itertools import accumulate
from pathlib import Path

import numpy as np

from ogai_lab.core.blobs import BlobStore, check_digest
from ogai_lab.core.errors import Corrupt
from ogai_lab.training.corpus import Corpus, Shard
from ogai_lab.training.sampling import samples

_BLOCK = 1 << 20


class Batches:
    """Reads a corpus's sequences in the recipe's order and gives each rank its slice.

    Step t takes samples t·B … (t+1)·B - 1 of the order, B being the global batch; rank r of R
    takes the r-th of R equal slices. What a step trains on is thus the same for every R.

    Parameters
    ----------
    store
        Holds the shards. They are memory-mapped in place where it is a folder, else from a
        copy of this machine's.
    corpus
        The data.
    seed, global_batch
        Of the recipe.
    rank, world_size
        Which slice.

    Raises
    ------
    Corrupt, NotFound
        When a shard is not there, or not what the manifest says.
    """

    def __init__(
        self,
        store: BlobStore,
        corpus: Corpus,
        *,
        seed: int,
        global_batch: int,
        rank: int,
        world_size: int,
    ) -> None:
        self._corpus = corpus
        self._seed = seed
        self._global_batch = global_batch
        self._share = global_batch // world_size
        self._rank = rank
        self._ends = list(accumulate(shard.sequences for shard in corpus.shards))
        self._arrays = [_open(store, shard, corpus.sequence_length) for shard in corpus.shards]

    def first_sample(self, step: int) -> int:
        """Return the place in the order of this rank's first sample of a step (counted from 0)."""
        return step * self._global_batch + self._rank * self._share

    def __getitem__(self, step: int) -> np.ndarray:
        """Return this rank's sequences of a step: int64, shape (share, sequence_length)."""
        wanted = samples(self.first_sample(step), self._share, self._corpus.sequences, self._seed)
        return np.stack([self._sequence(int(number)) for number in wanted]).astype(np.int64)

    def _sequence(self, number: int) -> np.ndarray:
        index = bisect_right(self._ends, number)
        before = self._ends[index - 1] if index else 0
        row: np.ndarray = self._arrays[index][number - before]
        return row


def verify(store: BlobStore, shards: Iterable[Shard]) -> None:
    """Check that shards hold the bytes that their digests name.

    Raises
    ------
    Corrupt, NotFound
        When one does not, or is not there.
    """
    for shard in shards:
        file = _local(store, shard)
        hasher = hashlib.sha256()
        with file.open("rb") as opened:
            while block := opened.read(_BLOCK):
                hasher.update(block)
        if f"sha256:{hasher.hexdigest()}" != shard.digest:
            raise Corrupt(
                f"The data shard {shard.digest} holds other bytes (file {str(file)!r}).",
                cause="The disk or a program changed the file after it was written.",
                action="Run the data pipeline again: it writes the same bytes.",
            )


def _open(store: BlobStore, shard: Shard, sequence_length: int) -> np.ndarray:
    expected = (shard.sequences, sequence_length)
    try:
        array: np.ndarray = np.load(_local(store, shard), mmap_mode="r", allow_pickle=False)
        found = (array.shape, str(array.dtype))
    except (ValueError, EOFError) as exc:
        found = ((), str(exc))
    if found != (expected, shard.dtype):
        raise Corrupt(
            f"The data shard {shard.digest} is not the array of {shard.sequences} x "
            f"{sequence_length} {shard.dtype} that its manifest promises: {found}.",
            action="Run the data pipeline again: it writes the same bytes.",
        )
    return array


def _local(store: BlobStore, shard: Shard) -> Path:
    """Return a file of this machine with the shard's bytes, fetched once where need be."""
    digest = check_digest(shard.digest)
    path = store.path(digest)
    if path is None:
        path = (
            Path(tempfile.gettempdir())
            / f"ogai-shards-{os.getuid()}"
            / digest.removeprefix("sha256:")
        )
        if not path.exists():
            path.parent.mkdir(mode=0o700, exist_ok=True)
            store.fetch(digest, path)
        return path
    if not path.exists():
        store.open(digest).close()  # says that it is missing, in the store's words
    return path
