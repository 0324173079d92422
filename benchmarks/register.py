"""A 1 GiB model registered, and a second version with 5 % of its tensors changed.

Ours against `cp` + SHA-256 of the same file (what a store must at least do), and MLflow's local
registry. `cp` leaves its bytes in the page cache; ours are on the disk when it returns, so the
copy is also timed with a sync. Sizes are what the stores grew by on disk.

    python benchmarks/register.py [--mib 1024] [--rounds 3]
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from ogai_lab.core.blobs import BlobStore
from ogai_lab.core.database import Database
from ogai_lab.core.events import EventLog
from ogai_lab.core.home import Home
from ogai_lab.models.headers import write_header
from ogai_lab.models.registry import Registry
from ogai_lab.models.types import Lineage

CHANGED = 20  # one tensor in so many


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mib", type=int, default=1024)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", help="where to work; a temporary folder when left out")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=arguments.folder) as temporary:
        root = Path(temporary)
        os.environ["HF_HUB_CACHE"] = str(root / "hf")
        first, second = root / "v1", root / "v2"
        size = make(first, arguments.mib, changed=False)
        make(second, arguments.mib, changed=True)
        times: dict[str, list[float]] = {}
        growth: dict[str, int] = {}
        for number in range(arguments.rounds):
            for name, store in STORES.items():
                place = root / f"{name.replace(' ', '-')}-{number}"
                place.mkdir()
                os.sync()
                register = store(place)
                for label, folder in (("v1", first), ("v2", second)):
                    before = used(place)
                    start = time.perf_counter()
                    register(folder)
                    times.setdefault(f"{name} {label}", []).append(time.perf_counter() - start)
                    growth[f"{name} {label}"] = used(place) - before
                shutil.rmtree(place)
    report(size, times, growth)


def make(folder: Path, mib: int, *, changed: bool) -> int:
    """Write a model of 4 MiB matrices and 4 KiB norms; return the bytes of its weights."""
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps({"model_type": "llama"}))
    tensors = []
    for layer in range(mib // 4):
        tensors.append((f"model.layers.{layer}.mlp.weight", "F32", (1024, 1024), 4 << 20))
        tensors.append((f"model.layers.{layer}.norm.weight", "F32", (1024,), 4096))
    random = np.random.default_rng(0)
    with (folder / "model.safetensors").open("wb") as out:
        out.write(write_header(tensors, {"format": "pt"}))
        for index, (_, _, _, size) in enumerate(tensors):
            data = bytearray(random.bytes(size))
            if changed and index // 2 % CHANGED == 0 and size > 4096:
                data[:8] = b"changed!"
            out.write(data)
        return out.tell()


def copy_and_hash(place: Path, *, sync: bool) -> Callable[[Path], None]:
    """Return what copies a model's weights and hashes the copy."""

    def register(folder: Path) -> None:
        target = place / folder.name
        shutil.copyfile(folder / "model.safetensors", target)
        with target.open("rb") as file:
            if sync:
                os.fsync(file.fileno())
            hashlib.file_digest(file, "sha256")

    return register


def ours(place: Path) -> Callable[[Path], None]:
    """Return what registers a folder with us, up to from_pretrained seeing it."""
    home = Home.open(place, database_url=f"sqlite:///{place}/ogai.db", blobs_url=str(place / "b"))
    database = Database(home.database_url)
    registry = Registry(database, BlobStore(home.blobs_url), EventLog(database), home)

    def register(folder: Path) -> None:
        registry.register(
            "bench/model", folder, owner="x", aliases=[], tags={}, metrics={}, lineage=Lineage()
        )

    return register


def mlflow(place: Path) -> Callable[[Path], None]:
    """Return what registers a folder with MLflow's local registry."""
    import mlflow
    from mlflow import MlflowClient

    mlflow.set_tracking_uri(f"sqlite:///{place}/mlflow.db")
    client = MlflowClient()
    experiment = client.create_experiment("x", artifact_location=str(place / "artifacts"))
    client.create_registered_model("bench")

    def register(folder: Path) -> None:
        run = client.create_run(experiment)
        client.log_artifacts(run.info.run_id, str(folder), "model")
        client.create_model_version("bench", f"{run.info.artifact_uri}/model", run.info.run_id)

    return register


STORES: dict[str, Callable[[Path], Callable[[Path], None]]] = {
    "cp + sha256": lambda place: copy_and_hash(place, sync=False),
    "cp + sync + sha256": lambda place: copy_and_hash(place, sync=True),
    "ours": ours,
    "mlflow": mlflow,
}


def used(folder: Path) -> int:
    """Return the bytes of all files in a folder; links count as nothing."""
    return sum(p.stat().st_size for p in folder.rglob("*") if p.is_file() and not p.is_symlink())


def report(size: int, times: dict[str, list[float]], growth: dict[str, int]) -> None:
    """Print the table and the two ratios."""
    print(f"{size / 2**20:.0f} MiB of weights, best of {len(next(iter(times.values())))} rounds")
    for name, seconds in times.items():
        print(f"{name:24} {min(seconds):7.2f} s  {growth[name] / 2**20:8.1f} MiB")
    peer = min(times["cp + sha256 v1"])
    print(f"ratio: {min(times['ours v1']) / peer:.2f} (v1 against cp + SHA-256; bar 1.5)")
    print(f"ratio: {growth['ours v2'] / size:.3f} (v2's bytes against the model's; bar 0.06)")


if __name__ == "__main__":
    main()
