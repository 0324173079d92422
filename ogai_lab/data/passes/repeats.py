"""From the pieces of texts to those that stand in several documents, and the spans they take.

    pieces → sorted keys → known keys → owners → marks → spans

What lines and substrings have in common. Each part is loaded twice, three times where one document
keeps what it shares with others. The known keys are a file that is mapped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa

from ogai_lab.data import spans
from ogai_lab.data.kernels import repeats as kernel
from ogai_lab.data.kernels.text import texts
from ogai_lab.data.passes.duplicates import checked
from ogai_lab.data.passes.external import ExternalSort
from ogai_lab.data.passes.scratch import append, mapped, room

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Pieces(NamedTuple):
    """Pieces of a table's texts, by row and by where they begin; see `kernels.repeats`."""

    keys: NDArray[np.uint64]
    rows: NDArray[np.int32]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]

    def first(self, count: int) -> Pieces:
        """Return the first `count`."""
        return Pieces(self.keys[:count], self.rows[:count], self.starts[:count], self.ends[:count])


def room_for(count: int) -> Pieces:
    """Return room for so many pieces."""
    return Pieces(
        np.empty(count, np.uint64),
        np.empty(count, np.int32),
        np.empty(count, np.int64),
        np.empty(count, np.int64),
    )


class Known(NamedTuple):
    """Which pieces are repeated, and which of them stay.

    `least` places make one repeated: documents, or places anywhere where `within` says so. It goes
    from all of them but the first (of the smallest doc_id) if `keep_first`, else from all.
    """

    least: int
    within: bool
    keep_first: bool


class Repeats:
    """One search for repeated pieces.

    Parameters
    ----------
    parts, sizes, scratch, memory
        As `Pass.reduce` has them. A part has ``row``, ``doc_id`` and ``bytes`` (of the text), a
        row for every document, and what `pieces` needs.
    pieces
        Gives the pieces of a part's documents.
    known
        Which are repeated.
    """

    def __init__(
        self,
        parts: Sequence[Callable[[], pa.Table]],
        sizes: Sequence[int],
        scratch: Path,
        memory: int,
        pieces: Callable[[pa.Table], Pieces],
        known: Known,
    ) -> None:
        self._total = checked(sizes)
        self._parts = parts
        self._sizes = sizes
        self._scratch = scratch
        self._memory = memory
        self._pieces = pieces
        self._known = known

    def columns(self, name: str) -> Iterator[pa.Table]:
        """Yield the columns of the pass with this name, one table a part."""
        self._find()
        owners = self._owners() if self._known.keep_first else np.zeros(0, np.uint32)
        seen = self._nobody("seen") if self._known.keep_first else owners
        for table, start in self._tables():
            found = self._pieces(table)
            gone = np.empty(len(found.keys), np.bool_)
            known = mapped(self._scratch / "known", np.uint64)
            within = self._known.within
            kernel.mark(found.keys, found.rows, start, known, owners, seen, within, gone)
            yield _columns(name, table, found, gone)

    def _find(self) -> None:
        """Write the keys of repeated pieces, sorted, and all doc_ids."""
        sort = ExternalSort(self._scratch, self._memory // 2)
        with (self._scratch / "ids").open("wb") as ids, (self._scratch / "offsets").open("wb") as o:
            append(o, np.zeros(1, np.int64))
            end = 0
            for table, start in self._tables():
                found = self._pieces(table)
                sort.add(found.keys, (found.rows.astype(np.int64) + start).astype(np.uint32))
                names = texts(table["doc_id"].combine_chunks())
                append(ids, names.data[names.offsets[0] : names.offsets[-1]])
                append(o, names.offsets[1:] - names.offsets[0] + end)
                end += int(names.offsets[-1] - names.offsets[0])
        state = np.zeros(4, np.uint64)
        with (self._scratch / "known").open("wb") as file:
            for keys, documents in sort.blocks():
                out = np.empty(len(keys), np.uint64)
                least, within = self._known.least, self._known.within
                made = kernel.frequent(keys, documents, state, least, within, out)
                append(file, out[:made])

    def _owners(self) -> NDArray[np.uint32]:
        owners = self._nobody("owners")
        for table, start in self._tables():
            found = self._pieces(table)
            known = mapped(self._scratch / "known", np.uint64)
            ids = mapped(self._scratch / "ids", np.uint8)
            offsets = mapped(self._scratch / "offsets", np.int64)
            kernel.own(found.keys, found.rows, start, known, offsets, ids, owners)
        return owners

    def _nobody(self, name: str) -> NDArray[np.uint32]:
        count = (self._scratch / "known").stat().st_size // 8
        if count * 4 <= self._memory // 8:
            return np.full(count, kernel.NOBODY, np.uint32)
        array = room(self._scratch / name, np.uint32, count)
        array[:] = kernel.NOBODY
        return array

    def _tables(self) -> Iterator[tuple[pa.Table, int]]:
        start = 0
        for load, size in zip(self._parts, self._sizes, strict=True):
            yield load(), start
            start += size


def _columns(name: str, table: pa.Table, pieces: Pieces, gone: NDArray[np.bool_]) -> pa.Table:
    sizes = np.asarray(table["bytes"])
    found = np.empty((int(gone.sum()), 3), np.int64)
    counts = np.zeros(len(sizes), np.int64)
    made = kernel.joined(pieces.rows, pieces.starts, pieces.ends, gone, found, counts)
    rows, starts, ends = found[:made].T
    lengths = np.bincount(rows, weights=ends - starts, minlength=len(sizes))
    by_row: dict[int, list[tuple[int, int]]] = {}
    for row, start, end in found[:made].tolist():
        by_row.setdefault(row, []).append((start, end))
    shown = [spans.written(by_row.get(row, ())) for row in range(len(sizes))]
    share = lengths / np.maximum(sizes, 1)
    return pa.table(
        {
            f"{name}_spans": pa.array(shown, pa.string()),
            f"{name}_repeated": pa.array(counts),
            f"{name}_ratio": pa.array(share, mask=sizes == 0),
        }
    )
