import io

import numpy as np
import pytest

from ogai_lab.core.blobs import BlobStore, Digest
from ogai_lab.data.packing import order, pack
from ogai_lab.data.types import Packing, Shard


def read(
    store: BlobStore, shards: list[Shard]
) -> "np.ndarray[tuple[int, int], np.dtype[np.uint16]]":
    return np.concatenate([np.load(io.BytesIO(store.get(Digest(s.digest)))) for s in shards])


@pytest.mark.parametrize("shard_sequences", [1, 3, 1000])
def test_documents_lie_end_to_end_in_the_given_order(
    store: BlobStore, shard_sequences: int
) -> None:
    lengths = [np.array([3, 5]), np.array([], int), np.array([20])]
    tokens = [
        np.arange(8, dtype=np.uint16),
        np.array([], np.uint16),
        np.arange(100, 120).astype("u2"),
    ]
    packing = Packing(sequence_length=4, shard_sequences=shard_sequences)
    shards = list(pack(store, tokens, lengths, [2, 0, 1], packing))
    whole = [*range(100, 120), 0, 1, 2, 3, 4, 5, 6, 7]
    found = read(store, shards)
    assert found.shape == (7, 4)
    assert found.reshape(-1).tolist() == whole
    assert sum(shard.sequences for shard in shards) == 7
    assert all(shard.sequences <= shard_sequences for shard in shards)
    assert {shard.dtype for shard in shards} == {"uint16"}


def test_too_few_tokens_make_no_shard(store: BlobStore) -> None:
    packing = Packing(sequence_length=4)
    assert list(pack(store, [], [], [], packing)) == []
    tokens, lengths = [np.zeros(3, np.uint16)], [np.array([3])]
    assert list(pack(store, tokens, lengths, [0], packing)) == []


def test_the_order_of_two_documents_does_not_depend_on_the_others() -> None:
    names = [f"d{n}" for n in range(100)]
    whole = [names[place] for place in order(names, 1)]
    half = [names[:50][place] for place in order(names[:50], 1)]
    assert [name for name in whole if name in half] == half
    assert whole != names
    assert order(names, 2) != order(names, 1)
