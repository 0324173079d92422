"""From keys that documents share to clusters, their survivors, and how alike they are.

    keys → sorted runs → members → edges → components → survivors → columns

What exact and fuzzy duplicates have in common. A part (what `part` makes) has the columns ``row``,
``doc_id``, ``priority`` (double), ``keys`` (lists of uint64: documents with a key in common are
candidates) and ``words`` (lists of uint32: what candidates are compared by). Each part is loaded
twice: for its keys, and for the records of the candidates. After the first, memory and time depend
on the number of candidates alone, and on one bit a document.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa

from ogai_lab.core.errors import TooLarge
from ogai_lab.data.kernels import clusters as kernel
from ogai_lab.data.passes.base import ROW
from ogai_lab.data.passes.components import components
from ogai_lab.data.passes.external import ExternalSort
from ogai_lab.data.passes.records import Found, Records
from ogai_lab.data.passes.scratch import append, room

if TYPE_CHECKING:
    from numpy.typing import NDArray

MOST = (1 << 31) - 1
"""Documents of one corpus: a document's number has 31 bits."""
_CHUNK = 1 << 20


class Compared(NamedTuple):
    """How candidates are compared: by their words, as sets (Jaccard) or one by one.

    They are duplicates where they are as alike as `threshold`; 0 compares nothing.
    """

    sets: bool
    threshold: float


def part(
    table: pa.Table,
    rows: NDArray[np.int32],
    keys: NDArray[np.uint64],
    words: NDArray[np.uint32],
    bounds: NDArray[np.int64],
    priority: str | None,
) -> pa.Table:
    """Return a part: the documents at `rows` of a table, with what they are compared by.

    Parameters
    ----------
    keys
        Shape (rows, keys of each).
    words, bounds
        The ``i``-th of `rows` has ``words[bounds[i]:bounds[i + 1]]``.
    priority
        A column of the table: of duplicates the document with the highest is kept.
    """
    chosen = pa.array(rows, pa.int32())
    each = np.arange(len(rows) + 1, dtype=np.int64) * keys.shape[1]
    first = pa.nulls(len(rows), pa.float64())
    if priority is not None:
        first = table[priority].take(chosen).cast(pa.float64())
    return pa.table(
        {
            ROW: chosen,
            "doc_id": table["doc_id"].take(chosen),
            "priority": first,
            "keys": pa.LargeListArray.from_arrays(pa.array(each), pa.array(keys.reshape(-1))),
            "words": pa.LargeListArray.from_arrays(pa.array(bounds), pa.array(words)),
        }
    )


def checked(sizes: Sequence[int]) -> int:
    """Return how many documents there are.

    Raises
    ------
    TooLarge
        When there are more than `MOST`.
    """
    total = sum(sizes)
    if total > MOST:
        raise TooLarge(
            f"The corpus has {total} documents; duplicates are found among {MOST} at most.",
            action="Divide the corpus, and look for duplicates in each part of it.",
        )
    return total


class Duplicates:
    """One search for duplicates.

    Parameters
    ----------
    parts, sizes, scratch, memory
        As `Pass.reduce` has them.
    compared
        How candidates are compared.

    Raises
    ------
    TooLarge
        When there are more than `MOST` documents.
    """

    def __init__(
        self,
        parts: Sequence[Callable[[], pa.Table]],
        sizes: Sequence[int],
        scratch: Path,
        memory: int,
        compared: Compared,
    ) -> None:
        total = checked(sizes)
        self._parts = parts
        self._sizes = sizes
        self._scratch = scratch
        self._memory = memory
        self._compared = compared
        self._records = Records(scratch)
        self._bits = np.zeros(total // 64 + 1, np.uint64)
        self._before = np.zeros(len(self._bits), np.uint32)

    def columns(self, name: str) -> Iterator[pa.Table]:
        """Yield the columns of the pass with this name, one table a part."""
        self._find_candidates()
        count = kernel.totals(self._bits, self._before)
        self._records.write(self._candidates())
        labels = components(self._edges(), count, self._scratch, self._memory)
        survivors = np.empty(count, np.uint32)
        if isinstance(labels.base, np.memmap):
            file = self._scratch / "survivors"
            survivors = room(file, np.uint32, count)
        found = self._records.read()
        kernel.survivors(labels, found.priority, found.offsets, found.ids, survivors)
        yield from self._tables(name, labels, survivors)

    def _find_candidates(self) -> None:
        """Write the runs of documents with a key in common, and mark these documents' bits."""
        sort = ExternalSort(self._scratch, self._memory // 2)
        for load, start in self._starts():
            table = load()
            keys = table["keys"].combine_chunks()
            each = np.diff(np.asarray(keys.offsets))
            documents = (np.asarray(table[ROW]).astype(np.int64) + start).astype(np.uint32)
            sort.add(np.asarray(keys.flatten()), np.repeat(documents, each))
        state = np.zeros(3, np.uint64)
        with self._members.open("wb") as file:
            for keys, documents in sort.blocks():
                out = np.empty(len(keys) + 1, np.uint32)
                made = kernel.runs(keys, documents, state, self._bits, out)
                append(file, out[:made])

    def _candidates(self) -> Iterator[pa.Table]:
        for load, start in self._starts():
            table = load()
            documents = np.asarray(table[ROW]).astype(np.int64) + start
            word, bit = documents >> 6, (documents & 63).astype(np.uint64)
            yield table.filter(pa.array((self._bits[word] >> bit) & np.uint64(1) == 1))

    def _edges(self) -> Iterator[NDArray[np.uint64]]:
        sets, threshold = self._compared
        if threshold <= 0:
            first = np.zeros(1, np.uint32)
            for members in self._read(_CHUNK):
                out = np.empty(len(members), np.uint64)
                yield out[: kernel.stars(members, first, out)]
            return
        # Of the memory, an eighth for the edges: 32 of 8 bytes a member.
        for members in self._whole_runs(min(_CHUNK, max(1 << 10, self._memory // 2048))):
            found = self._records.read()
            starts = np.flatnonzero(members >= kernel.START)
            lengths = np.diff(np.append(starts, len(members)))
            long = lengths > kernel.LEADERS
            short = members[np.repeat(~long, lengths)]
            out = np.empty(len(short) * kernel.LEADERS // 2, np.uint64)
            yield out[: kernel.pairs(short, found.words, found.bounds, sets, threshold, out)]
            for start, length in zip(starts[long], lengths[long], strict=True):
                yield from self._led(members[start : start + length] & ~kernel.START, found)

    def _led(self, run: NDArray[np.uint32], found: Found) -> Iterator[NDArray[np.uint64]]:
        """Yield the edges of a long run, its members by the hashes of their doc_ids."""
        sets, threshold = self._compared
        run = run[np.argsort(found.order[run], kind="stable")]
        leaders, count = np.empty(kernel.LEADERS, np.uint32), 0
        for start in range(0, len(run), 1 << 12):
            some = run[start : start + (1 << 12)]
            out = np.empty(len(some) * kernel.LEADERS, np.uint64)
            made, count = kernel.leading(
                some, leaders, count, found.words, found.bounds, sets, threshold, out
            )
            yield out[:made]

    def _tables(
        self, name: str, labels: NDArray[np.uint32], survivors: NDArray[np.uint32]
    ) -> Iterator[pa.Table]:
        first = 0
        for size, (_, start) in zip(self._sizes, self._starts(), strict=True):
            rows = self._rows(start, size)
            kept = survivors[labels[first : first + len(rows)]]
            found = self._records.read()
            group, likeness = np.zeros(size, np.int64), np.zeros(size)
            groups, alike = np.zeros(len(rows), np.int64), np.zeros(len(rows))
            kernel.kept_for(
                first, kept, found.words, found.bounds, self._compared.sets,
                found.offsets, found.ids, alike, groups,
            )  # fmt: skip
            own = kept == np.arange(first, first + len(rows), dtype=np.uint32)
            alone, kept_of = np.ones(size, np.bool_), np.full(size, -1, np.int64)
            alone[rows] = kept == kernel.NONE
            group[rows], likeness[rows] = groups, alike
            kept_of[rows] = np.where((kept == kernel.NONE) | own, -1, kept.astype(np.int64))
            none = kept_of < 0
            ids = pa.LargeStringArray.from_buffers(
                max(0, len(found.offsets) - 1), pa.py_buffer(found.offsets), pa.py_buffer(found.ids)
            )
            yield pa.table(
                {
                    f"{name}_group": pa.array(group, mask=alone),
                    f"{name}_kept": ids.take(pa.array(kept_of, mask=none)).cast(pa.string()),
                    f"{name}_similarity": pa.array(likeness, mask=none),
                }
            )
            first += len(rows)

    def _rows(self, start: int, size: int) -> NDArray[np.int64]:
        """Return which documents of a part are candidates."""
        words = self._bits[start // 64 : (start + size) // 64 + 1]
        bits = np.unpackbits(words.view(np.uint8), bitorder="little")
        return np.flatnonzero(bits[start % 64 : start % 64 + size])

    def _starts(self) -> Iterator[tuple[Callable[[], pa.Table], int]]:
        start = 0
        for load, size in zip(self._parts, self._sizes, strict=True):
            yield load, start
            start += size

    @property
    def _members(self) -> Path:
        return self._scratch / "members"

    def _read(self, size: int) -> Iterator[NDArray[np.uint32]]:
        """Yield the members of runs as places among the candidates."""
        total = self._members.stat().st_size // 4
        for start in range(0, total, size):
            count = min(size, total - start)
            members = np.fromfile(self._members, np.uint32, count, offset=start * 4)
            kernel.rank(members, self._bits, self._before)
            yield members

    def _whole_runs(self, size: int) -> Iterator[NDArray[np.uint32]]:
        rest = np.zeros(0, np.uint32)
        for members in self._read(size):
            joined = np.concatenate([rest, members])
            last = int(np.flatnonzero(joined >= kernel.START)[-1])
            if last:
                yield joined[:last]
            rest = joined[last:]
        if len(rest):
            yield rest
