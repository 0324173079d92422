"""The tensor store: bit-identical, kept once, checked, all or nothing."""

from __future__ import annotations

import io
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from safetensors import safe_open

from ogai_lab.core.blobs import BlobStore, Digest
from ogai_lab.core.errors import Conflict, Corrupt, InvalidInput, NotFound, StorageFull
from ogai_lab.models import rebuilding, tensors
from ogai_lab.models.headers import write_header
from ogai_lab.models.verifying import verify
from tests.models.conftest import layers, save


@pytest.fixture(params=["folder", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> BlobStore:
    at_memory = f"memory://{tmp_path}/store"
    return BlobStore(tmp_path / "store" if request.param == "folder" else at_memory)


def rebuilt(kept: tensors.Kept, store: BlobStore, path: str = "model.safetensors") -> bytes:
    out = io.BytesIO()
    rebuilding.rebuild(next(f for f in kept.manifest.files if f.path == path), store, out)
    return out.getvalue()


@pytest.mark.parametrize("whole", [0, tensors.WHOLE])
def test_a_file_is_rebuilt_bit_for_bit(tmp_path: Path, store: BlobStore, whole: int) -> None:
    made = {**layers(), "empty": np.zeros((0, 3), np.float32), "one": np.array(3, np.int8)}
    folder = save(tmp_path / "m", made, {"format": "pt", "by": "somebody"})
    kept = tensors.keep(folder, store, whole=whole)
    assert rebuilt(kept, store) == (folder / "model.safetensors").read_bytes()
    assert rebuilt(kept, store, "config.json") == (folder / "config.json").read_bytes()
    assert tensors.load(store, kept.digest) == kept.manifest
    again = tensors.keep(folder, store, whole=whole)
    assert (again.digest, again.stored) == (kept.digest, 0)


def test_large_tensors_stream(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tensors, "_AT_ONCE", 1 << 16)
    for module in (tensors, rebuilding):
        monkeypatch.setattr(module, "_CHUNK", 10_000)
    folder = save(tmp_path / "m", layers(2, 256))
    store = BlobStore(tmp_path / "store")
    kept = tensors.keep(folder, store, whole=0)
    assert rebuilt(kept, store) == (folder / "model.safetensors").read_bytes()


def test_only_changed_tensors_are_stored_again(tmp_path: Path) -> None:
    store = BlobStore(tmp_path / "store")
    made = layers(20, 256)
    first = tensors.keep(save(tmp_path / "v1", made), store, whole=0)
    made["model.layers.7.mlp.weight"] = made["model.layers.7.mlp.weight"] + 1
    second = tensors.keep(save(tmp_path / "v2", made), store, whole=0)
    assert first.stored > 20 * 256 * 256 * 4
    changed = 256 * 256 * 4
    assert changed < second.stored < changed + 20_000  # the rest is the new manifest


def test_small_tensors_share_blobs_of_bounded_size(tmp_path: Path) -> None:
    made = {f"t{i}": np.full(4000, i, np.float32) for i in range(2000)}  # 32 MB
    folder = save(tmp_path / "m", made)
    store = BlobStore(tmp_path / "store")
    kept = tensors.keep(folder, store, whole=0)
    (file,) = [f for f in kept.manifest.files if f.tensors]
    assert len(file.blobs) == 2
    assert all(store.size(Digest(d)) < tensors.PACK + (1 << 20) for d in file.blobs)
    assert rebuilt(kept, store) == (folder / "model.safetensors").read_bytes()


def test_a_blob_is_a_safetensors_file(tmp_path: Path) -> None:
    made = layers(1)
    store = BlobStore(tmp_path / "store")
    kept = tensors.keep(save(tmp_path / "m", made), store, whole=0)
    (file,) = [f for f in kept.manifest.files if f.tensors]
    found = {}
    for digest in file.blobs:
        with safe_open(store.path(Digest(digest)), "numpy") as blob:
            found |= {name: blob.get_tensor(name) for name in blob.keys()}  # noqa: SIM118
    assert all((found[name] == value).all() for name, value in made.items())
    assert found.keys() == made.keys()


@pytest.mark.parametrize("whole", [0, tensors.WHOLE])
def test_a_flipped_bit_is_found_and_mended(tmp_path: Path, whole: int) -> None:
    store = BlobStore(tmp_path / "store")
    folder = save(tmp_path / "m", layers())
    kept = tensors.keep(folder, store, whole=whole)
    (file,) = [f for f in kept.manifest.files if f.tensors]
    hurt = next(t for t in file.tensors if t.name == "model.layers.2.mlp.weight")
    path = store.path(Digest(file.blobs[hurt.blob]))
    assert path is not None
    path.chmod(0o644)
    with path.open("r+b") as blob:
        blob.seek(hurt.start + 1000)
        byte = blob.read(1)[0]
        blob.seek(hurt.start + 1000)
        blob.write(bytes([byte ^ 4]))

    checked, damages = verify(kept.manifest, store)
    assert checked > kept.manifest.size * 0.9
    assert [(d.file, d.tensors) for d in damages] == [("model.safetensors", [hurt.name])]
    with pytest.raises(Corrupt, match="damaged"):
        rebuilt(kept, store)

    tensors.keep(folder, store, replacing={Digest(damages[0].blob)}, whole=whole)
    assert verify(kept.manifest, store)[1] == []

    store.path(Digest(file.blobs[0])).unlink()  # type: ignore[union-attr]
    assert "has no blob" in verify(kept.manifest, store)[1][0].problem


def test_a_truncated_file_is_refused_and_nothing_stays(tmp_path: Path) -> None:
    folder = save(tmp_path / "m", layers())
    path = folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-10])
    store = BlobStore(tmp_path / "store")
    with pytest.raises(Corrupt, match=r"model\.safetensors.*cut short"):
        tensors.keep(folder, store)
    assert [p for p in (tmp_path / "store").rglob("*") if p.is_file()] == []


def test_a_file_that_changes_meanwhile_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = save(tmp_path / "m", layers())
    original = write_header

    def meddle(*args: object) -> bytes:
        os.utime(folder / "model.safetensors", ns=(1, 1))
        return original(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(tensors, "write_header", meddle)
    with pytest.raises(Conflict, match="changed while"):
        tensors.keep(folder, BlobStore(tmp_path / "store"), whole=0)
    assert [p for p in (tmp_path / "store").rglob("*") if p.is_file()] == []


def spoil(folder: Path, how: str) -> None:
    path = folder / "model.safetensors"
    match how:
        case "no folder":
            path.unlink()
            (folder / "config.json").unlink()
            folder.rmdir()
        case "no weights":
            path.unlink()
        case "no config":
            (folder / "config.json").unlink()
        case "pickles":
            path.rename(folder / "pytorch_model.bin")
        case "index":
            index = folder / "model.safetensors.index.json"
            index.write_text('{"weight_map": {"a": "model.safetensors", "b": "../gone"}}')
        case "no index":
            (folder / "model.safetensors.index.json").write_text("[]")
        case "link":
            (folder / "tokenizer.json").symlink_to("gone")
        case "pipe":
            os.mkfifo(folder / "pipe")
        case "name":
            (folder / "a\nb.json").touch()
        case "bytes":
            Path(os.fsdecode(os.fsencode(folder) + b"/\xff.json")).touch()


@pytest.mark.parametrize(
    ("how", "kind", "says"),
    [
        ("no folder", NotFound, "There is no folder"),
        ("no weights", InvalidInput, "no weights"),
        ("no config", InvalidInput, "no config.json"),
        ("pickles", InvalidInput, "are pickles (pytorch_model.bin)"),
        ("index", InvalidInput, "names '../gone', which is not there"),
        ("no index", InvalidInput, "not an index"),
        ("link", InvalidInput, "'tokenizer.json' is a link to nothing"),
        ("pipe", InvalidInput, "'pipe' is not an ordinary file"),
        ("name", InvalidInput, "characters that cannot be shown"),
        ("bytes", InvalidInput, "characters that cannot be shown"),
    ],
)
def test_what_is_no_model_is_refused(
    folder: Path, how: str, kind: type[Exception], says: str
) -> None:
    spoil(folder, how)
    with pytest.raises(kind) as caught:
        tensors.keep(folder, BlobStore(folder.parent / "store"))
    assert says in str(caught.value)
    if how == "pickles":
        assert "save_pretrained" in str(caught.value)


def test_pickles_beside_weights_are_left_out(folder: Path) -> None:
    (folder / "training_args.bin").write_bytes(b"\x80\x04.")
    (folder / ".git").mkdir()
    (folder / ".git/config").touch()
    kept = tensors.keep(folder, BlobStore(folder.parent / "store"))
    assert kept.left_out == ["training_args.bin"]
    assert [f.path for f in kept.manifest.files] == ["config.json", "model.safetensors"]


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    disk = tmp_path / "disk"
    disk.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(disk)]
    if os.geteuid() or subprocess.run(command, check=False, capture_output=True).returncode:
        pytest.skip("mounting a tiny tmpfs needs root with CAP_SYS_ADMIN")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def test_a_full_disk_leaves_nothing(tiny_disk: Path, tmp_path: Path) -> None:
    folder = save(tmp_path / "m", layers(8))
    with pytest.raises(StorageFull):
        tensors.keep(folder, BlobStore(tiny_disk / "store"), whole=0)
    assert [p for p in tiny_disk.rglob("*") if p.is_file()] == []
