"""Many blobs stored as one: none is visible before all are durable."""

from __future__ import annotations

import contextlib
import hashlib
import os
import threading
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, TYPE_CHECKING, Protocol

from ogai_lab.core.digests import Buffer, Digest, digest_of, name_of

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

    from ogai_lab.core.blobs import BlobStore

TEMPORARY = "tmp"
"""The folder of a store in which blobs are written before they have their name."""

_CHUNK = 1 << 20
_SYNCS_AT_ONCE = 8


class _Place(Protocol):
    """Where a batch keeps a blob until it is published."""

    def writing(self, temporary: str) -> contextlib.AbstractContextManager[IO[bytes]]: ...
    def publish(self, names: dict[str, str]) -> None: ...
    def discard(self, temporary: str) -> None: ...


class Batch:
    """Blobs on their way into a store; made by `BlobStore.batch`, used from any thread.

    Each blob is written to a temporary name, and the disk is told to begin with it at once. All
    are synced at the end of the batch, side by side (a file system makes many durable for little
    more than the price of one), and only then get their names.
    """

    def __init__(
        self,
        store: BlobStore,
        place: _Place,
        translated: Callable[[OSError], Exception],
        replacing: frozenset[Digest],
    ) -> None:
        self._store = store
        self._place = place
        self._translated = translated
        self._replacing = replacing
        self._lock = threading.Lock()
        self._pending: dict[Digest, str] = {}
        self.size = 0
        """Bytes of the blobs that this batch adds."""

    def put(self, data: Buffer) -> Digest:
        """Add `data` and return its digest.

        Raises
        ------
        StorageFull
            When it does not fit.
        """
        digest = digest_of(data)
        if not self.has(digest):
            with self.writing(digest) as out:
                out.write(data)
        return digest

    def put_file(self, source: str | os.PathLike[str]) -> Digest:
        """Add the bytes of a file and return their digest."""
        hasher = hashlib.sha256()
        with Path(source).open("rb") as file, self._temporary() as (temporary, out):
            while block := file.read(_CHUNK):
                hasher.update(block)
                out.write(block)
            size = out.tell()
        digest = Digest(f"sha256:{hasher.hexdigest()}")
        if self.has(digest):
            self._place.discard(temporary)
        else:
            self._keep(digest, temporary, size)
        return digest

    def has(self, digest: Digest) -> bool:
        """Whether the store has this blob, or will have it when the batch ends."""
        if digest in self._pending:
            return True
        return digest not in self._replacing and self._store.exists(digest)

    @contextlib.contextmanager
    def writing(self, digest: Digest) -> Iterator[IO[bytes]]:
        """Open a new blob for bytes whose digest the caller has already computed."""
        with self._temporary() as (temporary, out):
            yield out
            size = out.tell()
        self._keep(digest, temporary, size)

    def publish(self) -> None:
        """Give every blob its name."""
        names = {temporary: name_of(digest) for digest, temporary in self._pending.items()}
        with self._translating():
            self._place.publish(names)
        self._pending.clear()

    def discard(self) -> None:
        """Remove what was written and not published."""
        for temporary in self._pending.values():
            self._place.discard(temporary)
        self._pending.clear()

    def _keep(self, digest: Digest, temporary: str, size: int) -> None:
        with self._lock:
            if digest not in self._pending:
                self._pending[digest] = temporary
                self.size += size
                return
        self._place.discard(temporary)  # another thread wrote the same bytes

    @contextlib.contextmanager
    def _temporary(self) -> Iterator[tuple[str, IO[bytes]]]:
        temporary = f"{TEMPORARY}/{uuid.uuid4().hex}"
        try:
            with self._translating(), self._place.writing(temporary) as out:
                yield temporary, out
        except BaseException:
            self._place.discard(temporary)
            raise

    @contextlib.contextmanager
    def _translating(self) -> Iterator[None]:
        try:
            yield
        except OSError as exc:
            raise self._translated(exc) from exc


class FolderPlace:
    """A batch's place in a folder."""

    def __init__(self, root: Path) -> None:
        self._root = root

    @contextlib.contextmanager
    def writing(self, temporary: str) -> Iterator[IO[bytes]]:
        """Open a temporary file; the disk begins to write it when the block ends well."""
        path = self._root / temporary
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as out:
            yield out
            out.flush()
            if hasattr(os, "posix_fadvise"):  # starts writing back without waiting for it
                os.posix_fadvise(out.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        path.chmod(0o444)

    def publish(self, names: dict[str, str]) -> None:
        """Sync all files, rename them, then sync the folders they are in."""
        with ThreadPoolExecutor(_SYNCS_AT_ONCE) as pool:
            list(pool.map(_sync, [self._root / temporary for temporary in names]))
            folders = set()
            for temporary, name in names.items():
                target = self._root / name
                target.parent.mkdir(parents=True, exist_ok=True)
                (self._root / temporary).replace(target)
                folders.add(target.parent)
            list(pool.map(_sync, folders))

    def discard(self, temporary: str) -> None:
        """Remove a temporary file."""
        with contextlib.suppress(OSError):
            (self._root / temporary).unlink()


class RemotePlace:
    """A batch's place behind fsspec."""

    def __init__(self, filesystem: AbstractFileSystem, root: str) -> None:
        self._fs = filesystem
        self._root = root

    @contextlib.contextmanager
    def writing(self, temporary: str) -> Iterator[IO[bytes]]:
        """Open a temporary object."""
        with self._fs.open(f"{self._root}/{temporary}", "wb") as out:
            yield out

    def publish(self, names: dict[str, str]) -> None:
        """Move all to their names."""
        for temporary, name in names.items():
            self._fs.mv(f"{self._root}/{temporary}", f"{self._root}/{name}")

    def discard(self, temporary: str) -> None:
        """Remove a temporary object."""
        with contextlib.suppress(OSError):
            self._fs.rm_file(f"{self._root}/{temporary}")


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
