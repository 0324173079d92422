"""What has been computed before: a task's key, and the result that it gave.

A task is a pure function of its key, so its result can be used by every later run, and a run that
was killed goes on where it stopped. The results are small JSON files beside the blobs that they
name; one whose blobs are gone is no result.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import json
import os
import sys
import unicodedata
import uuid
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from ogai_lab.core.blobs import BlobStore, Digest, digest_of
from ogai_lab.data.extra import COMPUTING


@functools.cache
def code_version() -> Digest:
    """Return the digest of this package's source and of the versions of what it computes with.

    These are its libraries, Python, and Python's tables of Unicode.
    """
    hasher = hashlib.sha256()
    package = Path(__file__).parent
    for file in sorted(path for path in package.rglob("*") if path.suffix in (".py", ".txt")):
        hasher.update(f"{file.relative_to(package).as_posix()}\0".encode())
        hasher.update(file.read_bytes())
    for name, number in versions().items():
        hasher.update(f"{name} {number}\0".encode())
    return Digest(f"sha256:{hasher.hexdigest()}")


def versions() -> dict[str, str]:
    """Return the versions of everything besides this package that a result depends on."""
    found = {"python": ".".join(map(str, sys.version_info[:3]))}
    found["unicode"] = unicodedata.unidata_version
    for library in COMPUTING:
        try:
            found[library] = version(library)
        except PackageNotFoundError:
            found[library] = ""  # what needs it cannot run, so nothing depends on it
    return found


def key_of(*parts: Any) -> Digest:
    """Return the key of a task from everything that its result depends on, the code included."""
    text = json.dumps([code_version(), *parts], sort_keys=True, separators=(",", ":"))
    return digest_of(text.encode())


class TaskCache:
    """Results of tasks, kept beside the blobs of a store."""

    def __init__(self, blobs: BlobStore) -> None:
        self._blobs = blobs
        path = blobs.path(Digest("sha256:" + "0" * 64))
        self._folder = None if path is None else path.parents[2] / "tasks"

    def get(self, key: Digest) -> dict[str, Any] | None:
        """Return the result of the task with this key, if its blobs are still there."""
        try:
            result = json.loads(self._read(_name(key)))
        except (FileNotFoundError, ValueError):
            return None
        blobs: list[Digest] = result["blobs"].values()
        return result if all(self._blobs.exists(digest) for digest in blobs) else None

    def put(self, key: Digest, result: dict[str, Any]) -> None:
        """Keep a result."""
        data = json.dumps(result, sort_keys=True).encode()
        if self._folder is None:
            filesystem, root = _remote(self._blobs.url)
            filesystem.pipe_file(f"{root}/tasks/{_name(key)}", data)
            return
        target = self._folder / _name(key)
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = target.with_suffix(f".{uuid.uuid4().hex}.part")
        try:
            with partial.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            partial.replace(target)
        finally:
            with contextlib.suppress(FileNotFoundError):
                partial.unlink()

    def _read(self, name: str) -> bytes:
        if self._folder is not None:
            return (self._folder / name).read_bytes()
        filesystem, root = _remote(self._blobs.url)
        data: bytes = filesystem.cat_file(f"{root}/tasks/{name}")
        return data


def _name(key: Digest) -> str:
    hexadecimal = key.removeprefix("sha256:")
    return f"{hexadecimal[:2]}/{hexadecimal[2:]}.json"


def _remote(url: str) -> tuple[Any, str]:
    from fsspec.core import url_to_fs

    filesystem, root = url_to_fs(url)
    return filesystem, root.rstrip("/")
