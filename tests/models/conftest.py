"""Small models on disk, and a registry with a Hugging Face cache of its own."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save_file

from ogai_lab.core.blobs import BlobStore
from ogai_lab.core.database import Database
from ogai_lab.core.events import EventLog
from ogai_lab.core.home import Home
from ogai_lab.models.registry import Registry
from ogai_lab.models.types import Lineage, Version

Arrays = Mapping[str, np.ndarray[Any, Any]]


def layers(count: int = 4, width: int = 128, seed: int = 0) -> dict[str, np.ndarray[Any, Any]]:
    """Weights of 64 KiB and more, and norms of 512 bytes."""
    random = np.random.default_rng(seed)
    tensors = {}
    for layer in range(count):
        name = f"model.layers.{layer}"
        tensors[f"{name}.mlp.weight"] = random.normal(size=(width, width)).astype(np.float32)
        tensors[f"{name}.norm.weight"] = random.normal(size=width).astype(np.float32)
    return tensors


def save(folder: Path, tensors: Arrays, metadata: dict[str, str] | None = None) -> Path:
    """Write a model folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps({"model_type": "llama"}))
    save_file(dict(tensors), folder / "model.safetensors", metadata or {"format": "pt"})
    return folder


class Bench:
    """A registry, and short ways to use it."""

    def __init__(self, home: Home, database: Database, blobs: BlobStore, events: EventLog) -> None:
        self.home, self.database, self.blobs, self.events = home, database, blobs, events
        self.registry = Registry(database, blobs, events, home)

    def register(self, folder: Path, name: str = "lab/model", **more: Any) -> Version:
        defaults: dict[str, Any] = {
            "owner": "ann", "aliases": [], "tags": {}, "metrics": {}, "lineage": Lineage(),
        }  # fmt: skip
        return self.registry.register(name, folder, **{**defaults, **more})

    @property
    def stored(self) -> int:
        """Bytes of all blobs of the registry."""
        return sum(self.registry.store.size(d) for d in self.registry.store.digests())


@pytest.fixture(autouse=True)
def hub_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A Hugging Face cache of the test's own: nobody's real one is touched."""
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hf"))
    return tmp_path / "hf"


@pytest.fixture(autouse=True)
def one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """Torch's threads wait for each other by spinning, which is slow where tests share cores."""
    monkeypatch.setenv("OMP_NUM_THREADS", "1")


@pytest.fixture
def bench(home: Home, database: Database, blobs: BlobStore, events: EventLog) -> Bench:
    """An empty registry, on a database of each kind in turn."""
    return Bench(home, database, blobs, events)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A model folder."""
    return save(tmp_path / "model", layers())


@pytest.fixture
def split(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep files of any size tensor by tensor, so that tests can use small ones."""
    monkeypatch.setattr("ogai_lab.models.tensors.WHOLE", 0)
