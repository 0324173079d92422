"""What a code snapshot holds, to look at: its files, and the text of one of them."""

from __future__ import annotations

import json
from typing import Any

from pydantic import BaseModel, Field

from ogai_lab.core.blobs import BlobStore, Digest
from ogai_lab.core.errors import InvalidInput, NotFound
from ogai_lab.scheduler.types import LeftOut, Snapshot

MOST_TEXT = 1 << 20
"""Bytes of a file that are shown at most."""


class SnapshotFile(BaseModel):
    """One file of a snapshot."""

    path: str = Field(description="Below the working folder, with slashes.")
    size: int = Field(description="Bytes.")
    mode: int = Field(description="The permission bits.")


class SnapshotFiles(BaseModel):
    """The files of a snapshot, sorted by path, and what was left out."""

    digest: str
    size: int = Field(description="Bytes of all files.")
    files: list[SnapshotFile]
    left_out: list[LeftOut] = Field(description="The first 100.")
    left_out_count: int


class SnapshotText(BaseModel):
    """The text of one file, as far as it is shown."""

    path: str
    size: int = Field(description="Bytes of the whole file.")
    text: str | None = Field(description="The first 1 MiB; None where the file is binary.")
    binary: bool
    truncated: bool = Field(description="Whether the file goes on after `text`.")


def files(blobs: BlobStore, snapshot: Snapshot) -> SnapshotFiles:
    """Return what a snapshot holds.

    Raises
    ------
    NotFound, Corrupt
        When the store no longer has the list of files, or has other bytes under its name.
    """
    found = [
        SnapshotFile(path=one["path"], size=one["size"], mode=one["mode"])
        for one in _listed(blobs, snapshot)
    ]
    return SnapshotFiles(
        digest=snapshot.digest,
        size=snapshot.size,
        files=sorted(found, key=lambda one: one.path),
        left_out=snapshot.left_out,
        left_out_count=snapshot.left_out_count,
    )


def text(blobs: BlobStore, snapshot: Snapshot, path: str) -> SnapshotText:
    """Return the text of one file of a snapshot. Only what its list names can be read.

    Raises
    ------
    InvalidInput
        When `path` is not a path below the working folder.
    NotFound
        When the snapshot has no such file.
    """
    if path.startswith("/") or not path or any(part in ("", ".", "..") for part in path.split("/")):
        raise InvalidInput(
            f"{path[:100]!r} is not a path below the working folder.",
            action="Give a path as the list of the snapshot's files has it, such as src/train.py.",
            field="path",
        )
    one = next((one for one in _listed(blobs, snapshot) if one["path"] == path), None)
    if one is None:
        raise NotFound(
            f"The snapshot has no file {path[:100]!r}.",
            action="List its files; what was left out of it is told with the reason.",
            field="path",
        )
    size, digest = int(one["size"]), Digest(one["digest"])
    truncated = size > MOST_TEXT
    if truncated:
        with blobs.open(digest) as file:
            data = file.read(MOST_TEXT)
    else:
        data = blobs.get(digest)
    decoded = _decoded(data, truncated)
    return SnapshotText(
        path=path,
        size=size,
        text=decoded,
        binary=decoded is None,
        truncated=truncated and decoded is not None,
    )


def _listed(blobs: BlobStore, snapshot: Snapshot) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = json.loads(blobs.get(Digest(snapshot.digest)))["files"]
    return listed


def _decoded(data: bytes, cut: bool) -> str | None:
    """Return UTF-8 as text, None where it is none; a character cut in half at the end is left."""
    if b"\0" in data:
        return None
    try:
        return data.decode()
    except UnicodeDecodeError as exc:
        if cut and exc.start >= len(data) - 3:
            return data[: exc.start].decode()
        return None
