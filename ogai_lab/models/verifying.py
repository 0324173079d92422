"""Whether the tensor store still holds what it was given, and which tensors it lost if not."""

from __future__ import annotations

from ogai_lab.core.blobs import BlobStore, Digest
from ogai_lab.core.errors import Corrupt, NotFound
from ogai_lab.models.headers import Tensor
from ogai_lab.models.rebuilding import checked
from ogai_lab.models.tensors import tensor_digest
from ogai_lab.models.types import Damage, FileEntry, TensorEntry, VersionManifest


def verify(manifest: VersionManifest, store: BlobStore) -> tuple[int, list[Damage]]:
    """Hash every blob of a version; return the bytes read and what is damaged."""
    read = 0
    damages: list[Damage] = []
    seen: set[str] = set()
    for file in manifest.files:
        parts = [(digest, _in_blob(file, index)) for index, digest in enumerate(file.blobs)]
        for digest, inside in [*parts, *([(file.header, [])] if file.header else [])]:
            if digest in seen:
                continue
            seen.add(digest)
            try:
                for piece in checked(store, digest, repr(file.path)):
                    read += len(piece)
            except (Corrupt, NotFound) as exc:
                damages.append(
                    Damage(
                        file=file.path,
                        tensors=_hurt(store, digest, inside),
                        blob=digest,
                        problem=exc.message,
                    )
                )
    return read, damages


def _hurt(store: BlobStore, digest: str, inside: list[TensorEntry]) -> list[str]:
    """Return which tensors of a damaged blob do not have their own digest any more."""
    if len(inside) < 2 or not store.exists(Digest(digest)):
        return [entry.name for entry in inside]
    with store.open(Digest(digest)) as blob:
        data = blob.read()
    found = []
    for entry in inside:
        tensor = Tensor(entry.name, entry.dtype, tuple(entry.shape), 0, entry.size)
        if tensor_digest(tensor, data[entry.start :][: entry.size]) != entry.digest:
            found.append(entry.name)
    return found


def _in_blob(file: FileEntry, index: int) -> list[TensorEntry]:
    return [tensor for tensor in file.tensors if tensor.blob == index]
