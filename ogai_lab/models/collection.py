"""Removing the blobs that no version needs, and never one that is being registered."""

from __future__ import annotations

import contextlib
import fcntl
from collections.abc import Callable, Iterator
from pathlib import Path

from ogai_lab.core.blobs import BlobStore, Digest
from ogai_lab.models import tensors

_AT_ONCE = -60.0  # seconds; a clock that jumped back must not keep anything alive
_REMOTE_GRACE = 86_400.0  # seconds; registrations of other machines cannot be locked out


class Collection:
    """The removal of blobs of one store.

    Registrations hold `keeping` and hold it off; any number of them may, in any process.

    Parameters
    ----------
    store
        The registry's blobs.
    lock
        The file that registrations and removals of this home lock.
    """

    def __init__(self, store: BlobStore, lock: Path) -> None:
        self._store = store
        self._lock = lock

    @contextlib.contextmanager
    def keeping(self) -> Iterator[None]:
        """Hold off the removal of blobs: those that exist already are not written again."""
        with self._lock.open("w") as file:
            fcntl.flock(file, fcntl.LOCK_SH)
            yield

    def run(self, manifests: Callable[[], set[str]]) -> int:
        """Remove the blobs that no version needs; return how many bytes that frees.

        While something is being registered nothing is removed: the next call does it.

        Parameters
        ----------
        manifests
            Gives the manifests of all versions; asked once nothing is being registered.
        """
        with self._exclusive() as alone:
            if not alone:
                return 0
            needed = manifests()
            reachable = {Digest(digest) for digest in needed}
            for manifest in needed:
                reachable |= {
                    Digest(digest) for digest in tensors.load(self._store, manifest).digests
                }
            local = self._store.path(Digest(f"sha256:{0:064}")) is not None
            return self._store.collect(reachable, older_than=_AT_ONCE if local else _REMOTE_GRACE)

    @contextlib.contextmanager
    def _exclusive(self) -> Iterator[bool]:
        with self._lock.open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
                return
            yield True
