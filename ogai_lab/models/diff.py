"""What moved between two versions, tensor by tensor and layer by layer, without loading either."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ogai_lab.core.blobs import BlobStore, Digest
from ogai_lab.core.errors import Corrupt, require
from ogai_lab.models.types import (
    FileEntry,
    LayerChange,
    TensorChange,
    TensorDiff,
    TensorEntry,
    VersionManifest,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_ELEMENTS = 1 << 20  # of one tensor in memory at a time
_NUMPY = {
    "F64": "<f8", "F32": "<f4", "F16": "<f2", "I64": "<i8", "I32": "<i4", "I16": "<i2",
    "I8": "i1", "U64": "<u8", "U32": "<u4", "U16": "<u2", "U8": "u1", "BOOL": "?",
}  # fmt: skip
_LAYER = re.compile(r"(.*?\.\d+)\.")
_NUMBER = re.compile(r"(\d+)")


@dataclass(frozen=True, slots=True)
class _Place:
    """A tensor and the blob that holds it."""

    entry: TensorEntry
    blob: str


@dataclass(slots=True)
class _Sums:
    """Squares of a difference and of what it is relative to."""

    moved: float = 0.0
    base: float = 0.0
    largest: float = 0.0

    def add(self, other: _Sums) -> None:
        self.moved += other.moved
        self.base += other.base
        self.largest = max(self.largest, other.largest)

    @property
    def relative(self) -> float | None:
        if not self.moved:
            return 0.0
        value = math.sqrt(self.moved / self.base) if self.base else math.inf
        return value if math.isfinite(value) else None


def diff(
    base: VersionManifest, other: VersionManifest, names: tuple[str, str], store: BlobStore
) -> TensorDiff:
    """Return how two versions differ.

    Tensors with equal digests are the same and are not read. Others are read a few MiB at a time.

    Parameters
    ----------
    base, other
        The versions.
    names
        What to call the two.
    store
        Where their blobs are.
    """
    left, right = _places(base), _places(other)
    changes: list[TensorChange] = []
    layers: dict[str, tuple[list[int], _Sums | None]] = {}
    total = _Sums()
    same = 0
    for name in sorted({*left, *right}, key=_natural):
        counts, layer_sums = layers.setdefault(_layer(name), ([0, 0], _Sums()))
        counts[0] += 1
        change, sums = _change(left.get(name), right.get(name), store)
        if change is None:
            same += 1
        else:
            counts[1] += 1
            changes.append(change)
        if sums is not None and layer_sums is not None:
            layer_sums.add(sums)
            total.add(sums)
    kinds = [change.change for change in changes]
    return TensorDiff(
        base=names[0],
        other=names[1],
        same=same,
        changed=kinds.count("changed") + kinds.count("reshaped"),
        added=kinds.count("added"),
        removed=kinds.count("removed"),
        relative=total.relative if left and right else None,
        tensors=changes,
        layers=[
            LayerChange(
                layer=layer,
                tensors=counts[0],
                changed=counts[1],
                relative=sums.relative if sums else None,
            )
            for layer, (counts, sums) in layers.items()
        ],
        files_changed=_files_changed(base, other),
    )


def _change(
    left: _Place | None, right: _Place | None, store: BlobStore
) -> tuple[TensorChange | None, _Sums | None]:
    place = right or left
    if place is None:
        return None, None
    entry = place.entry
    if left is None or right is None:
        kind: Any = "added" if left is None else "removed"
        return TensorChange(
            name=entry.name, change=kind, dtype=entry.dtype, shape=entry.shape
        ), None
    if left.entry.shape != right.entry.shape:
        change = TensorChange(
            name=entry.name, change="reshaped", dtype=entry.dtype, shape=entry.shape
        )
        return change, None
    if left.entry.digest == right.entry.digest:
        return None, _Sums(base=_square(left, store))
    if left.entry.dtype not in (*_NUMPY, "BF16") or right.entry.dtype not in (*_NUMPY, "BF16"):
        return TensorChange(
            name=entry.name, change="changed", dtype=entry.dtype, shape=entry.shape
        ), None
    sums = _measure(left, right, store)
    if not sums.moved and left.entry.dtype == right.entry.dtype:
        return None, sums  # the same numbers, kept in another way
    return TensorChange(
        name=entry.name,
        change="changed",
        dtype=entry.dtype,
        shape=entry.shape,
        relative=sums.relative,
        largest=sums.largest if math.isfinite(sums.largest) else None,
    ), sums


def _measure(left: _Place, right: _Place, store: BlobStore) -> _Sums:
    np = require("numpy", "models")
    sums = _Sums()
    for ours, theirs in zip(_numbers(left, store), _numbers(right, store), strict=True):
        moved = theirs - ours
        sums.moved += float(moved @ moved)
        sums.base += float(ours @ ours)
        sums.largest = max(sums.largest, float(np.abs(moved).max(initial=0.0)))
    return sums


def _square(place: _Place, store: BlobStore) -> float:
    if place.entry.dtype not in (*_NUMPY, "BF16"):
        return 0.0
    return sum(float(piece @ piece) for piece in _numbers(place, store))


def _numbers(place: _Place, store: BlobStore) -> Iterator[NDArray[np.float64]]:
    """Yield a tensor's elements as float64, shape (up to `_ELEMENTS`,) each."""
    np = require("numpy", "models")
    entry = place.entry
    kind = np.dtype("<u2" if entry.dtype == "BF16" else _NUMPY[entry.dtype])
    left = math.prod(entry.shape)
    with store.open(Digest(place.blob)) as blob:
        blob.seek(entry.start)
        while left:
            count = min(left, _ELEMENTS)
            data = blob.read(count * kind.itemsize)
            if len(data) != count * kind.itemsize:
                raise Corrupt(
                    f"The stored bytes of {entry.name!r} are cut short.",
                    action="Register the same folder or job again: that writes them anew.",
                )
            values = np.frombuffer(data, kind)
            if entry.dtype == "BF16":  # the upper half of a float32
                values = (values.astype(np.uint32) << 16).view(np.float32)
            yield values.astype(np.float64)
            left -= count


def _places(manifest: VersionManifest) -> dict[str, _Place]:
    def named(file: FileEntry, entry: TensorEntry) -> str:
        folder = file.path.rpartition("/")[0]
        return f"{folder}/{entry.name}" if folder else entry.name

    return {
        named(file, entry): _Place(entry, file.blobs[entry.blob])
        for file in manifest.files
        for entry in file.tensors
    }


def _files_changed(base: VersionManifest, other: VersionManifest) -> list[str]:
    left = {file.path: file.blobs for file in base.files if not file.tensors}
    right = {file.path: file.blobs for file in other.files if not file.tensors}
    return sorted(path for path in {*left, *right} if left.get(path) != right.get(path))


def _layer(name: str) -> str:
    match = _LAYER.match(name)
    return match.group(1) if match else name.rpartition(".")[0] or name


def _natural(name: str) -> list[tuple[int, str]]:
    """Sort key under which layer 2 comes before layer 10."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in _NUMBER.split(name)]
