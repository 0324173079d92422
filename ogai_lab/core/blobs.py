"""Blobs: bytes named by their digest, in a folder or behind any fsspec URL.

What has the same digest is the same thing, so storing twice costs nothing and a name can be
trusted for ever. A write goes to a temporary name, is synced and then renamed: a reader sees a
whole blob or none. A read checks the digest.
"""

from __future__ import annotations

import contextlib
import errno
import functools
import hashlib
import os
import time
import uuid
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING

from ogai_lab.core.blob_batch import TEMPORARY, Batch, FolderPlace, RemotePlace
from ogai_lab.core.digests import Buffer, Digest, check_digest, digest_of, name_of
from ogai_lab.core.errors import Corrupt, NotFound, StorageFull

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

__all__ = ["BlobStore", "Buffer", "Digest", "check_digest", "digest_of"]

_CHUNK = 1 << 20


class BlobStore:
    """A content-addressed store.

    Parameters
    ----------
    url
        A folder, or any URL that fsspec opens (``s3://bucket/prefix``, ``memory://x``).
    """

    def __init__(self, url: str | os.PathLike[str]) -> None:
        self.url = os.fspath(url)
        self._local = Path(self.url.removeprefix("file://")) if _is_folder(self.url) else None

    def put(self, data: Buffer) -> Digest:
        """Store `data` and return its digest.

        Raises
        ------
        StorageFull
            When it does not fit; nothing is left behind.
        """
        with self.batch() as batch:
            return batch.put(data)

    def put_file(self, source: str | os.PathLike[str]) -> Digest:
        """Store the bytes of a file, in one pass over it, and return their digest.

        Raises
        ------
        StorageFull
            When it does not fit; nothing is left behind.
        """
        with self.batch() as batch:
            return batch.put_file(source)

    @contextlib.contextmanager
    def batch(self, *, replacing: Collection[Digest] = ()) -> Iterator[Batch]:
        """Store many blobs as one: they all appear when the block ends well, else none does.

        Parameters
        ----------
        replacing
            Blobs that are known to be damaged: they are written again though they exist.

        Raises
        ------
        StorageFull
            When they do not fit; nothing is left behind.
        """
        local = self._local
        place = FolderPlace(local) if local is not None else RemotePlace(self._fs, self._root)
        batch = Batch(self, place, lambda exc: _translated(exc, self.url), frozenset(replacing))
        try:
            yield batch
            batch.publish()
        finally:
            batch.discard()

    def get(self, digest: Digest) -> bytes:
        """Return the bytes of a blob, checked against their name.

        Raises
        ------
        NotFound, Corrupt
            When the store does not have it, or has other bytes under its name.
        """
        with self.open(digest) as file:
            data = file.read()
        self._check(digest, digest_of(data))
        return data

    def fetch(self, digest: Digest, target: str | os.PathLike[str]) -> None:
        """Write a blob's bytes to the new file `target`, checked against their name."""
        hasher = hashlib.sha256()
        temporary = Path(f"{os.fspath(target)}.{uuid.uuid4().hex}.part")
        try:
            with self.open(digest) as file, temporary.open("wb") as out:
                while block := file.read(_CHUNK):
                    hasher.update(block)
                    out.write(block)
            self._check(digest, Digest(f"sha256:{hasher.hexdigest()}"))
            temporary.replace(target)
        except OSError as exc:
            raise _translated(exc, os.fspath(target)) from exc
        finally:
            temporary.unlink(missing_ok=True)

    def open(self, digest: Digest) -> IO[bytes]:
        """Open a blob for reading, unchecked; the reader checks what it reads."""
        try:
            if self._local is not None:
                return (self._local / name_of(digest)).open("rb")
            opened: IO[bytes] = self._fs.open(f"{self._root}/{name_of(digest)}", "rb")
            return opened
        except FileNotFoundError as exc:
            raise NotFound(
                f"The store {self.url!r} has no blob {digest}.",
                cause="It was never stored here, or was removed as unreachable.",
            ) from exc

    def path(self, digest: Digest) -> Path | None:
        """Return the file of a blob where the store is a folder, else None."""
        return None if self._local is None else self._local / name_of(digest)

    def exists(self, digest: Digest) -> bool:
        """Whether the store has this blob."""
        name = name_of(digest)
        if self._local is not None:
            return (self._local / name).exists()
        return bool(self._fs.exists(f"{self._root}/{name}"))

    def size(self, digest: Digest) -> int:
        """Return a blob's size in bytes."""
        with self.open(digest) as file:
            return file.seek(0, os.SEEK_END)

    def digests(self) -> list[Digest]:
        """Return the digest of every blob."""
        if self._local is not None:
            paths = (self._local / "sha256").glob("??/" + "?" * 62)
            return [Digest(f"sha256:{path.parent.name}{path.name}") for path in paths]
        names = (name.split("/")[-2:] for name in self._fs.find(f"{self._root}/sha256"))
        return [Digest(f"sha256:{''.join(parts)}") for parts in names]

    def collect(self, reachable: Collection[Digest], *, older_than: float = 3600.0) -> int:
        """Remove the blobs that are not in `reachable`; return how many bytes that frees.

        Parameters
        ----------
        reachable
            What must stay.
        older_than
            Seconds; a younger blob stays, for its owner may not have been recorded yet.
        """
        horizon = time.time() - older_than
        freed = 0
        for digest in self.digests():
            if digest not in reachable:
                freed += self._remove_old(name_of(digest), horizon)
        for temporary in self._leftovers():
            freed += self._remove_old(temporary, horizon)
        return freed

    def _remove_old(self, name: str, horizon: float) -> int:
        """Remove a file last changed before `horizon`; return how many bytes that frees."""
        try:
            if self._local is not None:
                file = self._local / name
                status = file.stat()
                if status.st_mtime >= horizon:
                    return 0
                file.unlink()
                return status.st_size
            remote = f"{self._root}/{name}"
            if self._fs.modified(remote).timestamp() >= horizon:
                return 0
            size = int(self._fs.size(remote))
            self._fs.rm_file(remote)
            return size
        except FileNotFoundError:
            return 0  # somebody else collects too

    def _leftovers(self) -> list[str]:
        """Return what writers that were killed left in the folder for temporary files."""
        if self._local is not None:
            names = [path.name for path in (self._local / TEMPORARY).glob("*")]
        else:
            found = self._fs.find(f"{self._root}/{TEMPORARY}")
            names = [name.rpartition("/")[2] for name in found]
        return [f"{TEMPORARY}/{name}" for name in names]

    @functools.cached_property
    def _remote(self) -> tuple[AbstractFileSystem, str]:
        from fsspec.core import url_to_fs

        filesystem, root = url_to_fs(self.url)
        return filesystem, root.rstrip("/")

    @property
    def _fs(self) -> AbstractFileSystem:
        return self._remote[0]

    @property
    def _root(self) -> str:
        return self._remote[1]

    def _check(self, expected: Digest, found: Digest) -> None:
        if expected != found:
            raise Corrupt(
                f"The blob {expected} in {self.url!r} holds other bytes ({found}).",
                cause="The disk or a program changed the file after it was written.",
                action=f"Remove {name_of(expected)!r} there and make what it belongs to again, or "
                "restore it from a copy.",
            )


def _is_folder(url: str) -> bool:
    return "://" not in url or url.startswith("file://")


def _translated(exc: OSError, where: str) -> Exception:
    if exc.errno in (errno.ENOSPC, errno.EDQUOT):
        return StorageFull(
            f"There is no space left for {where!r}.",
            cause="Nothing half-written was kept.",
            action="Free some space (ogai usage shows what is stored), then do it again.",
        )
    return exc
