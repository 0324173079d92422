"""Which files a snapshot shows, and from where."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from safetensors.numpy import load_file

from ogai_lab.core.blobs import BlobStore
from ogai_lab.core.errors import NotFound
from ogai_lab.models import tensors
from ogai_lab.models.projection import INDEX, lay_out
from tests.models.conftest import layers, save


def shown(folder: Path, store: BlobStore, whole: int) -> Path:
    kept = tensors.keep(folder, store, whole=whole)
    return lay_out(kept.manifest, "c" * 40, store, folder.parent / "repo")


def test_a_large_file_is_links_into_the_store(folder: Path, tmp_path: Path) -> None:
    snapshot = shown(folder, BlobStore(tmp_path / "store"), 0)
    index = json.loads((snapshot / INDEX).read_text())["weight_map"]
    found = {}
    for name in set(index.values()):
        assert (snapshot / name).resolve().is_relative_to(tmp_path / "store")
        found |= load_file(snapshot / name)
    assert found.keys() == index.keys()
    assert all((found[name] == value).all() for name, value in layers().items())
    assert not (snapshot / "model.safetensors").exists()


def test_a_small_file_is_itself(folder: Path, tmp_path: Path) -> None:
    snapshot = shown(folder, BlobStore(tmp_path / "store"), tensors.WHOLE)
    shown_file = snapshot / "model.safetensors"
    assert shown_file.read_bytes() == (folder / "model.safetensors").read_bytes()
    assert shown_file.resolve().is_relative_to(tmp_path / "store")


@pytest.mark.parametrize("how", ["adapter", "metadata", "nested"])
def test_where_links_would_not_do_the_file_is_rebuilt(tmp_path: Path, how: str) -> None:
    metadata = {"format": "pt", "more": "words"} if how == "metadata" else None
    folder = save(tmp_path / "m", layers(), metadata)
    path = {"adapter": "adapter_model.safetensors", "nested": "unet/model.safetensors"}.get(
        how, "model.safetensors"
    )
    (folder / path).parent.mkdir(exist_ok=True)
    (folder / "model.safetensors").rename(folder / path)
    snapshot = shown(folder, BlobStore(tmp_path / "store"), 0)
    assert (snapshot / path).read_bytes() == (folder / path).read_bytes()


def test_a_snapshot_appears_whole(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    snapshots = tmp_path / "repo" / "snapshots"
    filled: set[int] = set()
    symlink = os.symlink

    def look_first(target: str, link: str, *more: bool, **named: int) -> None:
        assert list(snapshots.glob("*")) == [], f"{link} is made in a snapshot that is seen"
        filled.add(Path(link).parent.stat().st_ino)
        symlink(target, link, *more, **named)

    monkeypatch.setattr(os, "symlink", look_first)
    snapshot = shown(folder, BlobStore(tmp_path / "store"), 0)
    assert snapshot.stat().st_ino in filled  # the folder itself was renamed, not file by file


def test_a_remote_store_is_fetched(folder: Path, tmp_path: Path) -> None:
    snapshot = shown(folder, BlobStore(f"memory://{tmp_path}"), tensors.WHOLE)
    shown_file = snapshot / "model.safetensors"
    assert shown_file.read_bytes() == (folder / "model.safetensors").read_bytes()


def test_what_cannot_be_whole_is_not_there(folder: Path, tmp_path: Path) -> None:
    store = BlobStore(f"memory://{tmp_path}")
    kept = tensors.keep(folder, store)
    store.collect(set(), older_than=-60)
    repo = tmp_path / "repo"
    with pytest.raises(NotFound):
        lay_out(kept.manifest, "c" * 40, store, repo)
    assert list((repo / "snapshots").iterdir()) == []
    assert list((repo / ".staging").iterdir()) == []
