"""Sorting more than memory holds: sorted runs on disk, merged a block at a time."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ogai_lab.data.kernels.sorting import sort_pairs
from ogai_lab.data.passes.scratch import write

if TYPE_CHECKING:
    from numpy.typing import NDArray

_LEAST = 1 << 10
"""Pairs that a run has at least: below that, there would be more files than data."""
_BLOCK = 1 << 20
"""Pairs that a merge yields at a time, about; fewer where memory is short."""


class Pairs(NamedTuple):
    """Keys (uint64) and the value (uint32) that each carries; no values: the keys alone."""

    keys: NDArray[np.uint64]
    values: NDArray[np.uint32]

    def sorted(self) -> Pairs:
        """Return them by key, ties in their order. These arrays are used as room."""
        if not len(self.values):
            self.keys.sort()
            return self
        keys, values = np.empty_like(self.keys), np.empty_like(self.values)
        return Pairs(keys, values) if sort_pairs(*self, keys, values) else self


class ExternalSort:
    """Sorts keys, and the values that they may carry, in a given amount of memory.

    Parameters
    ----------
    scratch
        A folder that exists; sorted runs are written to a new one in it.
    memory
        Bytes for arrays.
    """

    def __init__(self, scratch: Path, memory: int) -> None:
        self._folder = Path(tempfile.mkdtemp(dir=scratch))
        # 12 bytes a pair, once waiting, once put together, once as the room of the sort.
        self._capacity = max(_LEAST, memory // 36)
        self._waiting: list[Pairs] = []
        self._count = 0
        self._runs: list[int] = []

    def add(self, keys: NDArray[np.uint64], values: NDArray[np.uint32] | None = None) -> None:
        """Take some in: always with values, or always without. The arrays are not kept."""
        start = 0
        carried = np.zeros(0, np.uint32) if values is None else values
        while start < len(keys):
            end = min(len(keys), start + self._capacity - self._count)
            self._waiting.append(Pairs(keys[start:end].copy(), carried[start:end].copy()))
            self._count += end - start
            if self._count == self._capacity:
                self._write()
            start = end

    def blocks(self) -> Iterator[Pairs]:
        """Yield all pairs by their keys, ties in the order in which they were added.

        Some at a time: a key's pairs may go over into the next.

        To be called once, when everything was added.
        """
        if self._runs:
            if self._count:
                self._write()
            yield from self._merged()
        elif self._count:
            yield self._run()
        self._folder.rmdir()

    def unique(self) -> Iterator[NDArray[np.uint64]]:
        """Yield the different keys in order, some at a time."""
        last = None
        for keys, _ in self.blocks():
            new = np.empty(len(keys), np.bool_)
            new[0] = last is None or keys[0] != last
            np.not_equal(keys[1:], keys[:-1], out=new[1:])
            last = keys[-1]
            yield keys[new]

    def _run(self) -> Pairs:
        run = Pairs(*map(np.concatenate, zip(*self._waiting, strict=True)))
        self._waiting, self._count = [], 0
        return run.sorted()

    def _write(self) -> None:
        run = self._run()
        keys, values = self._files(len(self._runs))
        write(keys, run.keys)
        write(values, run.values)
        self._runs.append(len(run.keys))

    def _merged(self) -> Iterator[Pairs]:
        size = max(1, min(_BLOCK, self._capacity) // len(self._runs))
        places = [0] * len(self._runs)
        heads = [self._read(run, 0, size) for run in range(len(self._runs))]
        while any(len(head.keys) for head in heads):
            unread = [
                head.keys[-1]
                for head, place, length in zip(heads, places, self._runs, strict=True)
                if place + len(head.keys) < length
            ]
            ends = _complete(heads, min(unread, default=None))
            yield Pairs(
                np.concatenate([head.keys[:end] for head, end in zip(heads, ends, strict=True)]),
                np.concatenate([head.values[:end] for head, end in zip(heads, ends, strict=True)]),
            ).sorted()
            for run, end in enumerate(ends):
                if end:
                    places[run] += end
                    heads[run] = self._read(run, places[run], size)
        for run in range(len(self._runs)):
            for file in self._files(run):
                file.unlink()

    def _files(self, run: int) -> tuple[Path, Path]:
        return self._folder / f"{run}.keys", self._folder / f"{run}.values"

    def _read(self, run: int, start: int, count: int) -> Pairs:
        keys, values = self._files(run)
        count = min(count, self._runs[run] - start)
        return Pairs(
            np.fromfile(keys, np.uint64, count, offset=start * 8),
            np.fromfile(values, np.uint32, count, offset=start * 4)
            if values.stat().st_size
            else np.zeros(0, np.uint32),
        )


def _complete(heads: list[Pairs], limit: np.uint64 | None) -> list[int]:
    """Return how much of each run's head comes before everything that is not read yet.

    Parameters
    ----------
    limit
        The smallest last key of a head whose run goes on, None if none does.
    """
    if limit is None:
        return [len(head.keys) for head in heads]
    ends = [int(np.searchsorted(head.keys, limit)) for head in heads]
    if not any(ends):
        # All begin with this key: one run after the other, so that ties stay in their order.
        first = next(run for run, head in enumerate(heads) if (head.keys[:1] == limit).any())
        ends[first] = int(np.searchsorted(heads[first].keys, limit, "right"))
    return ends
