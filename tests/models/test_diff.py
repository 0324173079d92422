"""The tensor diff, against numpy on the whole arrays."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from ogai_lab.core.blobs import BlobStore
from ogai_lab.models import diff as diffs
from ogai_lab.models import tensors
from ogai_lab.models.diff import diff
from tests.models.conftest import layers, save


def test_what_moved_is_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(diffs, "_ELEMENTS", 1000)  # several pieces a tensor
    store = BlobStore(tmp_path / "store")
    first = layers(12)
    second = {**first, "new.weight": np.ones(3, np.float32)}
    moved = second["model.layers.10.mlp.weight"] = first["model.layers.10.mlp.weight"] + 0.25
    second["model.layers.2.norm.weight"] = np.ones(7, np.float32)
    del second["model.layers.3.norm.weight"]
    left = tensors.keep(save(tmp_path / "a", first), store, whole=0)
    folder = save(tmp_path / "b", second)
    (folder / "tokenizer.json").write_text("{}")
    right = tensors.keep(folder, store)

    found = diff(left.manifest, right.manifest, ("v1", "v2"), store)
    assert (found.same, found.changed, found.added, found.removed) == (21, 2, 1, 1)
    by_name = {change.name: change for change in found.tensors}
    change = by_name["model.layers.10.mlp.weight"]
    base = first["model.layers.10.mlp.weight"].astype(np.float64)
    expected = np.linalg.norm(moved.astype(np.float64) - base) / np.linalg.norm(base)
    assert change.relative == pytest.approx(expected, rel=1e-12)
    assert change.largest == pytest.approx(0.25, rel=1e-5)
    assert by_name["model.layers.2.norm.weight"].change == "reshaped"
    assert by_name["new.weight"].change == "added"
    assert by_name["model.layers.3.norm.weight"].change == "removed"
    order = [layer.layer for layer in found.layers]
    assert order.index("model.layers.2") < order.index("model.layers.10")
    layer = next(layer for layer in found.layers if layer.layer == "model.layers.10")
    assert (layer.tensors, layer.changed) == (2, 1)
    whole = np.concatenate([base.ravel(), first["model.layers.10.norm.weight"]])
    assert layer.relative == pytest.approx(
        np.linalg.norm(moved.astype(np.float64) - base) / np.linalg.norm(whole), rel=1e-6
    )
    assert found.files_changed == ["tokenizer.json"]


def test_a_version_does_not_differ_from_itself(tmp_path: Path) -> None:
    store = BlobStore(tmp_path / "store")
    folder = save(tmp_path / "a", layers())
    whole, split = tensors.keep(folder, store), tensors.keep(folder, store, whole=0)
    for other in (whole, split):  # kept in another way, it is still the same
        found = diff(whole.manifest, other.manifest, ("v1", "v2"), store)
        assert (found.same, found.tensors, found.relative) == (8, [], 0.0)


@pytest.mark.parametrize("kind", [torch.bfloat16, torch.float16, torch.float64, torch.int64])
def test_types(tmp_path: Path, kind: torch.dtype) -> None:
    store = BlobStore(tmp_path / "store")
    values = torch.arange(1, 50_001).remainder(100).to(kind)
    kept = []
    for name, value in (("a", values), ("b", values * 2)):
        folder = save(tmp_path / name, {})
        save_file({"w": value}, folder / "model.safetensors")
        kept.append(tensors.keep(folder, store).manifest)
    (change,) = diff(kept[0], kept[1], ("v1", "v2"), store).tensors
    assert change.relative == pytest.approx(1.0)
    assert change.largest == pytest.approx(99.0)


def test_eight_bit_floats_are_told_apart_but_not_measured(tmp_path: Path) -> None:
    store = BlobStore(tmp_path / "store")
    kept = []
    for name in ("a", "b"):
        folder = save(tmp_path / name, {})
        value = torch.full((10,), 1.0 if name == "a" else 2.0).to(torch.float8_e4m3fn)
        save_file({"w": value}, folder / "model.safetensors")
        kept.append(tensors.keep(folder, store).manifest)
    (change,) = diff(kept[0], kept[1], ("v1", "v2"), store).tensors
    assert (change.change, change.relative) == ("changed", None)
