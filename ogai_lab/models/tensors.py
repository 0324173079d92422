"""The tensor store: safetensors files, kept tensor by tensor; what did not change is kept once.

Every tensor of 64 KiB or more is a blob of its own; smaller ones share blobs of up to 16 MiB, or a
model with many norms and biases would be thousands of tiny files. Each such blob is itself a valid
safetensors file (a canonical header and the tensors' bytes): the Hugging Face cache links to it
without a copy, and any safetensors reader opens it. The original header is a blob too, so the
original file is rebuilt bit for bit. A file of up to 64 MiB is one blob: the cache then shows it
under its own name (docs/decisions/hub-layout.md says why that matters).
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Collection, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from ogai_lab.core.blob_batch import Batch
from ogai_lab.core.blobs import BlobStore, Buffer, Digest
from ogai_lab.core.errors import Conflict
from ogai_lab.models.folders import contents
from ogai_lab.models.headers import Header, Tensor, read_header, write_header
from ogai_lab.models.types import FileEntry, TensorEntry, VersionManifest

SMALL = 64 << 10
"""Bytes; a smaller tensor shares its blob."""
PACK = 16 << 20
"""Bytes; a shared blob is not made larger."""
WHOLE = 64 << 20
"""Bytes; a file up to this size is one blob."""

_AT_ONCE = 32 << 20  # a tensor up to this size is read once, hashed and written from memory
_CHUNK = 4 << 20
_THREADS = 4  # hashing and writing release the GIL: some hash while others write


@dataclass(frozen=True)
class Kept:
    """A folder in the store."""

    manifest: VersionManifest
    digest: Digest
    stored: int
    left_out: list[str]


def keep(
    folder: Path,
    store: BlobStore,
    *,
    replacing: Collection[Digest] = (),
    whole: int | None = None,
) -> Kept:
    """Store a model's folder; all of it becomes visible at once, or nothing.

    Parameters
    ----------
    folder
        What ``save_pretrained`` wrote.
    store
        Where to.
    replacing
        Blobs that are known to be damaged and are written again.
    whole
        Bytes; a safetensors file up to this size is kept as one blob; `WHOLE` when left out.

    Returns
    -------
    Kept
        The manifest, its digest, and how many bytes the store grew by.

    Raises
    ------
    NotFound, InvalidInput, Corrupt, Conflict, StorageFull
        When the folder is not a whole model, changes while it is read, or does not fit.
    """
    found = contents(folder)
    limit = WHOLE if whole is None else whole
    with store.batch(replacing=replacing) as batch, ThreadPoolExecutor(_THREADS) as pool:
        files = [
            FileEntry(
                path=path,
                size=(folder / path).stat().st_size,
                blobs=[batch.put_file(folder / path)],
            )
            for path in found.others
        ]
        files += [_keep_weights(folder, path, batch, pool, limit) for path in found.weights]
        manifest = VersionManifest(files=sorted(files, key=lambda file: file.path))
        digest = batch.put(_encoded(manifest))
        stored = batch.size
    return Kept(manifest, digest, stored, found.left_out)


def load(store: BlobStore, digest: str) -> VersionManifest:
    """Return the manifest with this digest.

    Raises
    ------
    NotFound, Corrupt
        When the store does not have it whole.
    """
    return VersionManifest.model_validate_json(store.get(Digest(digest)))


def _keep_weights(
    folder: Path, path: str, batch: Batch, pool: ThreadPoolExecutor, whole: int
) -> FileEntry:
    with (folder / path).open("rb") as source:
        before = os.fstat(source.fileno())
        header = read_header(source, before.st_size, path)
        reader = _Reader(source.fileno(), len(header.raw), path)
        if before.st_size <= whole:
            entry = _keep_whole(header, before.st_size, reader, batch)
        else:
            entry = _keep_split(header, before.st_size, reader, batch, pool)
        after = os.fstat(source.fileno())
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise _changed(path)
    return entry


def _keep_whole(header: Header, size: int, reader: _Reader, batch: Batch) -> FileEntry:
    data = memoryview(header.raw + reader.read(0, size - len(header.raw)))
    start = len(header.raw)
    entries = [
        _entry(t, tensor_digest(t, data[start + t.start :][: t.size]), 0, start + t.start)
        for t in header.tensors
    ]
    return FileEntry(path=reader.path, size=size, blobs=[batch.put(data)], tensors=entries)


def _keep_split(
    header: Header, size: int, reader: _Reader, batch: Batch, pool: ThreadPoolExecutor
) -> FileEntry:
    metadata = {"format": header.metadata.get("format", "pt")}
    writer = _Writer(reader, metadata, batch)
    groups = list(_groups(header.tensors))
    entries: dict[str, TensorEntry] = {}
    blobs = []
    for index, (group, kept) in enumerate(zip(groups, pool.map(writer.keep, groups), strict=True)):
        digest, start, digests = kept
        blobs.append(digest)
        for tensor, each in zip(group, digests, strict=True):
            entries[tensor.name] = _entry(tensor, each, index, start)
            start += tensor.size
    return FileEntry(
        path=reader.path,
        size=size,
        header=batch.put(header.raw),
        plain=set(header.metadata) <= {"format"},
        blobs=blobs,
        tensors=[entries[tensor.name] for tensor in header.tensors],
    )


def _entry(tensor: Tensor, digest: Digest, blob: int, start: int) -> TensorEntry:
    return TensorEntry(
        name=tensor.name,
        dtype=tensor.dtype,
        shape=list(tensor.shape),
        size=tensor.size,
        digest=digest,
        blob=blob,
        start=start,
    )


def tensor_digest(tensor: Tensor, data: Buffer) -> Digest:
    """Return the digest of a tensor that shares its blob: of its name, type, shape and bytes."""
    hasher = hashlib.sha256(_head([tensor], {}))
    hasher.update(data)
    return _digest(hasher)


def _groups(tensors: Iterable[Tensor]) -> Iterator[list[Tensor]]:
    """Cut tensors into groups that share a blob: large ones alone, small ones together."""
    pack: list[Tensor] = []
    room = PACK
    for tensor in tensors:
        if tensor.size >= SMALL:
            yield [tensor]
            continue
        if tensor.size > room:
            yield pack
            pack, room = [], PACK
        pack.append(tensor)
        room -= tensor.size
    if pack:
        yield pack


@dataclass(frozen=True)
class _Reader:
    """Reads the tensors' bytes of one open file; used from several threads."""

    descriptor: int
    data: int
    path: str

    def read(self, start: int, size: int) -> bytes:
        """Return ``[start, start + size)`` of the data, or raise `Conflict`."""
        data = os.pread(self.descriptor, size, self.data + start)
        if len(data) != size:
            raise _changed(self.path)
        return data

    def pieces(self, tensor: Tensor) -> Iterator[bytes]:
        """Yield a tensor's bytes, a few MiB at a time."""
        for offset in range(0, tensor.size, _CHUNK):
            yield self.read(tensor.start + offset, min(_CHUNK, tensor.size - offset))


@dataclass(frozen=True)
class _Writer:
    """Stores groups of tensors; used from several threads."""

    reader: _Reader
    metadata: dict[str, str]
    batch: Batch

    def keep(self, group: list[Tensor]) -> tuple[Digest, int, list[Digest]]:
        """Store one group; return its blob, where its data begin, and each tensor's digest."""
        head = _head(group, self.metadata)
        if len(group) == 1 and group[0].size > _AT_ONCE:
            digest = self._keep_large(head, group[0])
            return digest, len(head), [digest]
        pieces = [self.reader.read(tensor.start, tensor.size) for tensor in group]
        hasher = hashlib.sha256(head)
        for piece in pieces:
            hasher.update(piece)
        digest = _digest(hasher)
        if not self.batch.has(digest):
            with self.batch.writing(digest) as out:
                out.writelines([head, *pieces])
        if len(group) == 1:
            return digest, len(head), [digest]
        each = [tensor_digest(t, piece) for t, piece in zip(group, pieces, strict=True)]
        return digest, len(head), each

    def _keep_large(self, head: bytes, tensor: Tensor) -> Digest:
        hasher = hashlib.sha256(head)
        for piece in self.reader.pieces(tensor):
            hasher.update(piece)
        digest = _digest(hasher)
        if not self.batch.has(digest):
            with self.batch.writing(digest) as out:
                out.write(head)
                out.writelines(self.reader.pieces(tensor))
        return digest


def _head(group: list[Tensor], metadata: dict[str, str]) -> bytes:
    return write_header([(t.name, t.dtype, t.shape, t.size) for t in group], metadata)


def _digest(hasher: hashlib._Hash) -> Digest:
    return Digest(f"sha256:{hasher.hexdigest()}")


def _encoded(manifest: VersionManifest) -> bytes:
    return json.dumps(
        manifest.model_dump(mode="json"), ensure_ascii=False, sort_keys=True, separators=(",", ":")
    ).encode()


def _changed(path: str) -> Conflict:
    return Conflict(
        f"{path!r} changed while it was being registered.",
        action="Wait until the program that writes it is done, then register again.",
    )
