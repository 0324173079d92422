from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from ogai_lab.core.blobs import BlobStore
from ogai_lab.core.errors import Corrupt, InvalidInput, NotFound
from ogai_lab.training.batches import Batches, verify
from ogai_lab.training.corpus import Corpus, read_corpus
from tests.training.ranks import SEQUENCE, TinyData


def rows(data: TinyData, store: BlobStore, world_size: int, step: int) -> np.ndarray:
    corpus = read_corpus(data.store, data.manifest)
    parts = [
        Batches(store, corpus, seed=7, global_batch=8, rank=rank, world_size=world_size)[step]
        for rank in range(world_size)
    ]
    return np.concatenate(parts)


@pytest.mark.parametrize("world_size", [2, 4, 8])
@pytest.mark.parametrize("step", [0, 3, 200])
def test_every_plan_trains_on_the_same_samples(data: TinyData, world_size: int, step: int) -> None:
    alone = rows(data, data.store, 1, step)
    assert alone.shape == (8, SEQUENCE)
    assert (rows(data, data.store, world_size, step) == alone).all()


def test_an_epoch_covers_the_data_once(data: TinyData) -> None:
    corpus = read_corpus(data.store, data.manifest)
    count = corpus.sequences
    one = Batches(data.store, corpus, seed=7, global_batch=count, rank=0, world_size=1)
    stored = np.concatenate([np.load(data.store.path(d)) for d in data.shards])  # type: ignore[arg-type]
    assert sorted(map(bytes, one[0].astype(np.uint16))) == sorted(map(bytes, stored))


def test_a_store_that_is_no_folder_is_read_from_a_copy(
    data: TinyData, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    remote = BlobStore("memory://training-batches")
    for digest in data.shards:
        remote.put(data.store.get(digest))  # type: ignore[arg-type]
    assert (rows(data, remote, 2, 1) == rows(data, data.store, 2, 1)).all()
    assert len(list(tmp_path.glob("ogai-shards-*/*"))) == 2


def damaged(data: TinyData, folder: Path, change: str) -> tuple[BlobStore, Corpus]:
    store = BlobStore(folder / "blobs")
    shutil.copytree(data.store.url, store.url)
    shard = store.path(data.shards[0])  # type: ignore[arg-type]
    assert shard is not None
    content = shard.read_bytes()
    shard.unlink()
    if change == "cut":
        shard.write_bytes(content[:-10])
    elif change == "flipped":
        shard.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    elif change == "emptied":
        shard.write_bytes(b"")
    return store, read_corpus(store, data.manifest)


@pytest.mark.parametrize("change", ["cut", "flipped", "emptied"])
def test_damage_is_found(data: TinyData, tmp_path: Path, change: str) -> None:
    store, corpus = damaged(data, tmp_path, change)
    with pytest.raises(Corrupt, match=data.shards[0]):
        verify(store, corpus.shards)
    if change != "flipped":
        with pytest.raises(Corrupt, match=data.shards[0]):
            Batches(store, corpus, seed=7, global_batch=8, rank=0, world_size=1)


def test_a_missing_shard_is_named(data: TinyData, tmp_path: Path) -> None:
    store, corpus = damaged(data, tmp_path, "removed")
    with pytest.raises(NotFound, match=data.shards[0]):
        verify(store, corpus.shards)


@pytest.mark.parametrize("text", ["nonsense", "sha256:" + "f" * 64])
def test_an_unknown_manifest_is_refused(data: TinyData, text: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_corpus(data.store, text)
    assert caught.value.field == "data"


def test_another_blob_is_no_manifest(data: TinyData) -> None:
    for digest in (data.shards[0], data.store.put(b"[1]"), data.store.put(b'{"shards": []}')):
        with pytest.raises(InvalidInput) as caught:
            read_corpus(data.store, digest)
        assert (caught.value.field or "").startswith("data")
