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
import re
import time
import uuid
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING, NewType

from ogai_lab.core.errors import Corrupt, InvalidInput, NotFound, StorageFull

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

    from ogai_lab.core.blob_batch import Batch

Buffer = bytes | bytearray | memoryview
Digest = NewType("Digest", str)
"""``sha256:`` and 64 hexadecimal digits."""

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_CHUNK = 1 << 20


def digest_of(data: Buffer) -> Digest:
    """Return the digest of `data`."""
    return Digest(f"sha256:{hashlib.sha256(data).hexdigest()}")


def check_digest(text: str) -> Digest:
    """Return `text` as a digest.

    Raises
    ------
    InvalidInput
        When it is not ``sha256:`` and 64 hexadecimal digits.
    """
    if not _DIGEST.fullmatch(text):
        raise InvalidInput(f"{text[:80]!r} is not a digest (sha256: and 64 hexadecimal digits).")
    return Digest(text)


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
        digest = digest_of(data)
        if not self.exists(digest):
            with self._writing(digest) as file:
                file.write(data)
        return digest

    def put_file(self, source: str | os.PathLike[str]) -> Digest:
        """Store the bytes of a file, in one pass over it, and return their digest."""
        hasher = hashlib.sha256()
        with open(source, "rb") as file, self._writing(None, hasher) as out:
            while block := file.read(_CHUNK):
                hasher.update(block)
                out.write(block)
        return Digest(f"sha256:{hasher.hexdigest()}")

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
        from ogai_lab.core.blob_batch import Batch, FolderPlace, RemotePlace

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
        temporary = f"{os.fspath(target)}.{uuid.uuid4().hex}.part"
        try:
            with self.open(digest) as file, open(temporary, "wb") as out:
                while block := file.read(_CHUNK):
                    hasher.update(block)
                    out.write(block)
            self._check(digest, Digest(f"sha256:{hasher.hexdigest()}"))
            os.replace(temporary, target)
        except OSError as exc:
            raise _translated(exc, os.fspath(target)) from exc
        finally:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(temporary)

    def open(self, digest: Digest) -> IO[bytes]:
        """Open a blob for reading, unchecked; the reader checks what it reads."""
        try:
            if self._local is not None:
                return open(self._local / name_of(digest), "rb")
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

    def digests(self) -> Iterator[Digest]:
        """Yield the digest of every blob."""
        for name in self._names():
            if "/" in name:
                yield Digest(f"sha256:{''.join(name.split('/')[-2:])}")

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
        for digest in list(self.digests()):
            if digest in reachable:
                continue
            if self._local is not None:
                file = self._local / name_of(digest)
                status = file.stat()
                if status.st_mtime < horizon:
                    freed += status.st_size
                    file.unlink()
            else:
                name = f"{self._root}/{name_of(digest)}"
                modified = self._fs.modified(name).timestamp()
                if modified < horizon:
                    freed += self._fs.size(name)
                    self._fs.rm_file(name)
        return freed

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

    def _names(self) -> Iterator[str]:
        if self._local is not None:
            base = self._local / "sha256"
            yield from (f"{p.parent.name}/{p.name}" for p in base.glob("??/" + "?" * 62))
            return
        for name in self._fs.find(f"{self._root}/sha256"):
            parent, _, leaf = name.rpartition("/")
            if len(leaf) == 62:
                yield f"{parent.rpartition('/')[2]}/{leaf}"

    @contextlib.contextmanager
    def _writing(
        self, digest: Digest | None, hasher: hashlib._Hash | None = None
    ) -> Iterator[IO[bytes]]:
        """Open a temporary file; when the block ends well, it becomes the blob."""

        def final() -> Digest:
            return digest or Digest(f"sha256:{hasher.hexdigest()}")  # type: ignore[union-attr]

        temporary = f"tmp/{uuid.uuid4().hex}"
        if self._local is None:
            with self._fs.open(f"{self._root}/{temporary}", "wb") as out:
                yield out
            self._fs.mv(f"{self._root}/{temporary}", f"{self._root}/{name_of(final())}")
            return
        partial = self._local / temporary
        try:
            partial.parent.mkdir(parents=True, exist_ok=True)
            with open(partial, "wb") as out:
                yield out
                out.flush()
                os.fsync(out.fileno())
            target = self._local / name_of(final())
            target.parent.mkdir(parents=True, exist_ok=True)
            os.chmod(partial, 0o444)
            os.replace(partial, target)
        except OSError as exc:
            raise _translated(exc, self.url) from exc
        finally:
            with contextlib.suppress(OSError):
                partial.unlink()

    def _check(self, expected: Digest, found: Digest) -> None:
        if expected != found:
            raise Corrupt(
                f"The blob {expected} in {self.url!r} holds other bytes ({found}).",
                cause="The disk or a program changed the file after it was written.",
                action="Restore it from a copy, or make the thing that it belongs to again.",
            )


def _is_folder(url: str) -> bool:
    return "://" not in url or url.startswith("file://")


def name_of(digest: Digest) -> str:
    """Return the path of a blob below its store's root."""
    hexadecimal = check_digest(digest).removeprefix("sha256:")
    return f"sha256/{hexadecimal[:2]}/{hexadecimal[2:]}"


def _translated(exc: OSError, where: str) -> Exception:
    if exc.errno in (errno.ENOSPC, errno.EDQUOT):
        return StorageFull(
            f"There is no space left for {where!r}.",
            cause="Nothing half-written was kept.",
            action="Free some space (ogai usage shows what is stored), then do it again.",
        )
    return exc
