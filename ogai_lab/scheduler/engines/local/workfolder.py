"""The working folder of a job, made from its snapshot."""

from __future__ import annotations

import json
import shutil
import uuid
from pathlib import Path, PurePosixPath

from ogai_lab.core.blobs import BlobStore, check_digest
from ogai_lab.core.errors import Corrupt


def materialise(blobs: BlobStore, snapshot: str | None, target: Path) -> None:
    """Make the folder `target` hold the files of a snapshot (none when it is None).

    A folder that exists is left as it is: a later attempt goes on where the last one stopped.

    Raises
    ------
    NotFound, Corrupt, StorageFull
        When the snapshot, or one of its files, cannot be had; nothing is left behind.
    """
    if target.exists():
        return
    partial = target.with_name(f"{target.name}.{uuid.uuid4().hex}.part")
    partial.mkdir()
    try:
        if snapshot is not None:
            for entry in json.loads(blobs.get(check_digest(snapshot)))["files"]:
                path = partial / _inside(snapshot, entry["path"])
                path.parent.mkdir(parents=True, exist_ok=True)
                blobs.fetch(check_digest(entry["digest"]), path)
                path.chmod(entry["mode"] & 0o777 | 0o600)
        partial.replace(target)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise


def _inside(snapshot: str, path: str) -> str:
    pure = PurePosixPath(path)
    if pure.is_absolute() or ".." in pure.parts or not pure.parts:
        raise Corrupt(
            f"The snapshot {snapshot} names the file {path[:200]!r}, which lies outside of it.",
            action="Submit the job again; its working folder is then taken anew.",
        )
    return path
