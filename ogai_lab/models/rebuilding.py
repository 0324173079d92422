"""The original files, written anew from what the tensor store holds of them."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator
from typing import IO

from ogai_lab.core.blobs import BlobStore, Digest
from ogai_lab.core.errors import Corrupt
from ogai_lab.models.types import FileEntry

_CHUNK = 4 << 20


def rebuild(file: FileEntry, store: BlobStore, out: IO[bytes]) -> None:
    """Write the original bytes of one file, each blob checked on the way.

    Raises
    ------
    NotFound, Corrupt
        When a blob is missing or damaged; the message names the tensor.
    """
    if file.header is None:
        for piece in checked(store, file.blobs[0], file.path):
            out.write(piece)
        return
    out.write(store.get(Digest(file.header)))
    shared = _shared_blobs(file)
    pack: tuple[int, bytes] = (-1, b"")
    for tensor in file.tensors:
        where = f"{tensor.name!r} in {file.path!r}"
        if tensor.blob in shared:
            if pack[0] != tensor.blob:
                pack = (tensor.blob, b"".join(checked(store, file.blobs[tensor.blob], where)))
            out.write(pack[1][tensor.start : tensor.start + tensor.size])
            continue
        skip = tensor.start
        for piece in checked(store, file.blobs[tensor.blob], where):
            out.write(piece[skip:])
            skip = max(0, skip - len(piece))


def checked(store: BlobStore, digest: str, where: str) -> Iterator[bytes]:
    """Yield a blob's bytes; raise at the end when they are not what the digest says."""
    hasher = hashlib.sha256()
    with store.open(Digest(digest)) as blob:
        read: Callable[[], bytes] = lambda: blob.read(_CHUNK)  # noqa: E731
        for piece in iter(read, b""):
            hasher.update(piece)
            yield piece
    if f"sha256:{hasher.hexdigest()}" != digest:
        raise Corrupt(
            f"The stored bytes of {where} are damaged: the blob {digest} holds other bytes.",
            cause="The disk or a program changed the file after it was written.",
            action="Register the same folder or job again: that writes damaged bytes anew.",
        )


def _shared_blobs(file: FileEntry) -> set[int]:
    uses = Counter(tensor.blob for tensor in file.tensors)
    return {blob for blob, count in uses.items() if count > 1}
