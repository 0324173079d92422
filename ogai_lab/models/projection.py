"""A version as a folder of links: what ``from_pretrained`` reads, straight out of the store.

Weights are not copied. A small file is one blob, and is shown under its own name. The blobs of a
large one are safetensors files themselves, so it is shown as a model in many shards: one link a
blob, and an index. Where something else expects the original file (an adapter, a header with words
of its own) that file is rebuilt.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ogai_lab.core.blobs import BlobStore, Digest
from ogai_lab.core.errors import StorageFull
from ogai_lab.models.rebuilding import rebuild
from ogai_lab.models.types import FileEntry, VersionManifest

INDEX = "model.safetensors.index.json"
_WEIGHTS = re.compile(r"model(-\d{5}-of-\d{5})?\.safetensors")


@dataclass(frozen=True)
class Shown:
    """One file of a snapshot: a blob of the store, a rebuilt file, or bytes made for it."""

    path: str
    content: str | FileEntry | bytes

    @property
    def key(self) -> str:
        """The file's name in the cache's ``blobs`` folder: as hexadecimal digits."""
        if isinstance(self.content, str):
            return self.content.removeprefix("sha256:")
        if isinstance(self.content, FileEntry):
            return hashlib.sha256(self.content.model_dump_json().encode()).hexdigest()
        return hashlib.sha256(self.content).hexdigest()


def shown(manifest: VersionManifest) -> Iterator[Shown]:
    """Yield the files of a version's snapshot."""
    weights = [file for file in manifest.files if _WEIGHTS.fullmatch(file.path)]
    split = any(file.header for file in weights) and all(file.plain for file in weights)
    for file in manifest.files:
        if split and (file in weights or file.path == INDEX):
            continue
        linked = file.header is None or (file.plain and len(file.blobs) == 1)
        yield Shown(file.path, file.blobs[0] if linked else file)
    if split:
        yield from _sharded([(file, blob) for file in weights for blob in range(len(file.blobs))])


def lay_out(manifest: VersionManifest, commit: str, store: BlobStore, repo: Path) -> Path:
    """Make the snapshot of a version in the cache folder of its model, whole or not at all.

    Parameters
    ----------
    manifest, commit
        The version, and the name of its snapshot.
    store
        Where its blobs are; those of a remote store are fetched.
    repo
        The model's folder in a Hugging Face cache.

    Returns
    -------
    Path
        The snapshot's folder.

    Raises
    ------
    NotFound, Corrupt, StorageFull
        When a blob is missing or damaged, or the disk is full.
    """
    snapshot = repo / "snapshots" / commit
    if snapshot.is_dir():
        return snapshot
    staging = repo / ".staging" / uuid.uuid4().hex
    try:
        staging.mkdir(parents=True)
        (repo / "blobs").mkdir(exist_ok=True)
        snapshot.parent.mkdir(exist_ok=True)
        for file in shown(manifest):
            target = repo / "blobs" / file.key
            if not target.exists():
                _place(file, target, staging.parent, store)
            link = staging / file.path
            link.parent.mkdir(parents=True, exist_ok=True)
            # Two links: `hf cache rm` removes what the first one points to, never our blob.
            up = "../" * (2 + file.path.count("/"))
            link.symlink_to(f"{up}blobs/{file.key}")
        staging.rename(snapshot)
    except OSError as exc:
        if snapshot.is_dir():
            return snapshot  # somebody else was faster; it is the same
        raise StorageFull(
            f"The snapshot {str(snapshot)!r} cannot be written: {exc.strerror}.",
            cause="Nothing half-written was kept.",
            action="Free some space or check the folder's rights, then do it again.",
        ) from exc
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return snapshot


def take_away(repo: Path, commits: set[str]) -> None:
    """Remove the snapshots in `commits`, and what only they used."""
    for commit in commits:
        gone = repo / ".staging" / uuid.uuid4().hex
        gone.parent.mkdir(exist_ok=True)
        with_snapshot = repo / "snapshots" / commit
        if with_snapshot.is_dir():
            with_snapshot.rename(gone)  # at once, so that nobody sees half of it
            shutil.rmtree(gone, ignore_errors=True)
        shutil.rmtree(repo / ".no_exist" / commit, ignore_errors=True)
    used = {
        Path(os.readlink(link)).name  # noqa: PTH115  Path.readlink would make it relative to us
        for link in (repo / "snapshots").rglob("*")
        if link.is_symlink()
    }
    for blob in (repo / "blobs").iterdir():
        if blob.name not in used:
            blob.unlink()


def _sharded(shards: list[tuple[FileEntry, int]]) -> Iterator[Shown]:
    weight_map: dict[str, str] = {}
    total = 0
    for number, (file, blob) in enumerate(shards, 1):
        name = f"model-{number:05d}-of-{len(shards):05d}.safetensors"
        yield Shown(name, file.blobs[blob])
        for tensor in file.tensors:
            if tensor.blob == blob:
                weight_map[tensor.name] = name
                total += tensor.size
    index = {"metadata": {"total_size": total}, "weight_map": weight_map}
    yield Shown(INDEX, json.dumps(index, ensure_ascii=False, indent=1).encode())


def _place(file: Shown, target: Path, staging: Path, store: BlobStore) -> None:
    part = staging / uuid.uuid4().hex
    local = store.path(Digest(file.content)) if isinstance(file.content, str) else None
    if local is not None:
        part.symlink_to(local.absolute())
    elif isinstance(file.content, str):
        store.fetch(Digest(file.content), part)
    else:
        with part.open("wb") as out:
            if isinstance(file.content, bytes):
                out.write(file.content)
            else:
                rebuild(file.content, store, out)
    try:
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
