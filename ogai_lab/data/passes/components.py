"""Connected components: of edges, in memory by union-find, beyond it by stars on disk."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ogai_lab.data.kernels import forests as kernel
from ogai_lab.data.passes.external import ExternalSort
from ogai_lab.data.passes.scratch import append, room

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Edges = NDArray[np.uint64]

_ONES = np.uint64(0xFFFFFFFFFFFFFFFF)
_32 = np.uint64(32)
_CHUNK = 1 << 20


def components(
    edges: Iterable[Edges], nodes: int, scratch: Path, memory: int
) -> NDArray[np.uint32]:
    """Return for each node the smallest one that it is connected with, itself if with none.

    Parameters
    ----------
    edges
        Arrays of ``a << 32 | b`` with a > b (uint64). An edge may come more than once.
    nodes
        How many there are, their names 0 to `nodes` - 1.
    scratch
        A folder that exists.
    memory
        Bytes for arrays. Where the forest would take more than a quarter of it, the components are
        found on disk, and the result is a file that is mapped.
    """
    if nodes * 4 <= memory // 4:
        return united(edges, nodes)
    return starred(edges, nodes, scratch, memory)


def united(edges: Iterable[Edges], nodes: int) -> NDArray[np.uint32]:
    """Do so in memory: a forest of 4 bytes a node."""
    forest = np.arange(nodes, dtype=np.uint32)
    for found in edges:
        kernel.unite(forest, found)
    kernel.flatten(forest)
    return forest


def starred(edges: Iterable[Edges], nodes: int, scratch: Path, memory: int) -> NDArray[np.uint32]:
    """Do so on disk: large-star and small-star in turn, until the edges stay what they are."""
    sort = ExternalSort(scratch, memory // 2)
    for found in edges:
        sort.add(found)
    file, before = scratch / "edges", None
    while True:
        after = _written(sort.unique(), file)
        if after == before:
            return _labels(file, nodes, scratch / "labels")
        before = after
        both = ExternalSort(scratch, memory // 2)
        for found in _read(file):
            both.add(found)
            both.add((found << _32) | (found >> _32))
        large = _star(kernel.large_star, both, ExternalSort(scratch, memory // 2))
        sort = _star(kernel.small_star, large, ExternalSort(scratch, memory // 2))


def _star(star: Callable[..., int], edges: ExternalSort, into: ExternalSort) -> ExternalSort:
    state = np.full(2, _ONES)
    for found in edges.unique():
        out = np.empty(len(found), np.uint64)
        into.add(out[: star(found, state, out)])
    return into


def _written(edges: Iterator[Edges], file: Path) -> int:
    """Write edges to a file and return a digest of the set: the sum of their hashes."""
    total = np.zeros(1, np.uint64)
    with file.open("wb") as stream:
        for found in edges:
            append(stream, found)
            kernel.digest(found, total)
    return int(total[0])


def _read(file: Path) -> Iterator[Edges]:
    size = file.stat().st_size // 8
    for start in range(0, size, _CHUNK):
        yield np.fromfile(file, np.uint64, min(_CHUNK, size - start), offset=start * 8)


def _labels(edges: Path, nodes: int, file: Path) -> NDArray[np.uint32]:
    if nodes == 0:
        return np.zeros(0, np.uint32)
    labels = room(file, np.uint32, nodes)
    for start in range(0, nodes, _CHUNK):
        end = min(nodes, start + _CHUNK)
        labels[start:end] = np.arange(start, end, dtype=np.uint32)
    for found in _read(edges):
        labels[(found >> _32).astype(np.int64)] = found.astype(np.uint32)
    return labels
