"""Pieces of texts that stand in several places: lines, and runs of characters.

A piece is a key (uint64, a hash), the row of its text, and where it begins and ends there in bytes,
always between two characters.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ogai_lab.data.kernels.clusters import before
from ogai_lab.data.kernels.compiled import compiled
from ogai_lab.data.kernels.hashing import hashed, mixed

NOBODY = np.uint32(0xFFFFFFFF)
_BASE = np.uint64(0x9E3779B97F4A7C15)


@compiled
def lines(
    data: Any, offsets: Any, sites: Any, least: int, keys: Any, rows: Any, starts: Any, ends: Any
) -> int:
    """Write the lines of texts as pieces and return how many there are.

    A line's key is the hash of its bytes without the ASCII white space around it, and of its site.
    It ends after its line feed.

    Parameters
    ----------
    data, offsets
        The texts, as `text.Texts` has them.
    sites
        uint64, one a text: equal lines of different sites have different keys.
    least
        Shorter lines (in characters, without the space around them) are no pieces.
    keys, rows, starts, ends
        uint64, int32, int64 and int64, room for all lines.
    """
    made = 0
    for row in range(len(sites)):
        base, stop = offsets[row], offsets[row + 1]
        start = base
        while start < stop:
            end = start
            while end < stop and data[end] != 10:
                end += 1
            first, last = start, end
            while first < last and _space(data[first]):
                first += 1
            while last > first and _space(data[last - 1]):
                last -= 1
            characters = 0
            for place in range(first, last):
                characters += (data[place] & np.uint8(0xC0)) != 0x80
            end = min(stop, end + 1)
            if characters >= least:
                keys[made] = hashed(data, first, last, sites[row])
                rows[made] = row
                starts[made], ends[made] = start - base, end - base
                made += 1
            start = end
    return made


@compiled
def _space(byte: Any) -> bool:
    return bool(byte == 32 or (9 <= byte <= 13))


@compiled
def windows(
    data: Any, offsets: Any, length: int, keys: Any, rows: Any, starts: Any, ends: Any
) -> int:
    """Write all runs of `length` characters of texts as pieces and return how many there are.

    Parameters
    ----------
    data, offsets
        The texts, as `text.Texts` has them.
    keys, rows, starts, ends
        uint64, int32, int64 and int64, room for one a character.
    """
    drop = np.uint64(1)
    for _ in range(length):
        drop *= _BASE
    values = np.empty(length, np.uint64)  # the window's characters, mixed
    begins = np.empty(length, np.int64)
    made = 0
    for row in range(len(offsets) - 1):
        base, stop = offsets[row], offsets[row + 1]
        place, count = base, 0
        state = np.uint64(0)
        while place < stop:
            begin = place
            code = np.uint64(data[place])
            place += 1
            while place < stop and (data[place] & np.uint8(0xC0)) == 0x80:
                code = (code << np.uint64(8)) | np.uint64(data[place])
                place += 1
            value = mixed(code + np.uint64(1))
            slot = count % length
            state = state * _BASE + value
            if count >= length:
                state -= drop * values[slot]
            values[slot], begins[slot] = value, begin
            count += 1
            if count >= length:
                keys[made], rows[made] = mixed(state), row
                starts[made], ends[made] = begins[count % length] - base, place - base
                made += 1
    return made


@compiled
def frequent(keys: Any, documents: Any, state: Any, least: int, within: bool, out: Any) -> int:
    """Write the keys that stand in enough places to `out` and return how many.

    Parameters
    ----------
    keys, documents
        Sorted by key, a key's documents in their order; the next block goes on with the next.
    state
        uint64, shape (4,): the last key, its last document, its count, and whether it was written.
        The count is 0 at first.
    least
        How many documents, or how many places where `within` says so.
    """
    made = 0
    key, document, count, written = state[0], state[1], int(state[2]), state[3]
    for i in range(len(keys)):
        if count > 0 and keys[i] == key:
            if within or np.uint64(documents[i]) != document:
                count += 1
        else:
            key, count, written = keys[i], 1, np.uint64(0)
        document = np.uint64(documents[i])
        if count >= least and written == 0:
            out[made] = key
            made += 1
            written = np.uint64(1)
    state[0], state[1], state[2], state[3] = key, document, np.uint64(count), written
    return made


@compiled
def find(keys: Any, key: Any) -> int:
    """Return where `key` is among sorted keys, -1 where it is not."""
    low, high = 0, len(keys)
    while low < high:
        middle = (low + high) >> 1
        if keys[middle] < key:
            low = middle + 1
        else:
            high = middle
    return low if low < len(keys) and keys[low] == key else -1


@compiled
def own(keys: Any, rows: Any, start: int, known: Any, offsets: Any, ids: Any, owners: Any) -> None:
    """Put down for each known key the document with the smallest doc_id that has it.

    Parameters
    ----------
    keys, rows, start
        Pieces of one table, whose first document has the number `start` in the corpus.
    known
        Sorted keys.
    offsets, ids
        The doc_ids of all documents, as an Arrow string array has them.
    owners
        uint32, one a known key, `NOBODY` at first.
    """
    for i in range(len(keys)):
        place = find(known, keys[i])
        if place >= 0:
            document = np.uint32(start + rows[i])
            owner = owners[place]
            if owner == NOBODY or (owner != document and before(ids, offsets, document, owner)):
                owners[place] = document


@compiled
def mark(
    keys: Any, rows: Any, start: int, known: Any, owners: Any, seen: Any, within: bool, out: Any
) -> None:
    """Set ``out[i]`` for each piece that is to go: a known one that is not its owner's.

    Parameters
    ----------
    owners
        Of `own`; no owners at all: every known piece goes.
    seen
        uint32, one a known key, `NOBODY` at first: the document that keeps it, once it was met.
    within
        The owner keeps the first only.
    """
    for i in range(len(keys)):
        place = find(known, keys[i])
        if place < 0:
            out[i] = False
        elif len(owners) == 0:
            out[i] = True
        else:
            document = np.uint32(start + rows[i])
            out[i] = owners[place] != document or (within and seen[place] == document)
            seen[place] = document


@compiled
def joined(rows: Any, starts: Any, ends: Any, gone: Any, spans: Any, counts: Any) -> int:
    """Write the pieces that go as spans, those that touch as one; return how many there are.

    Parameters
    ----------
    rows, starts, ends
        Pieces, those of a text together, by where they begin.
    gone
        bool, one a piece.
    spans
        int64, shape (pieces, 3): row, start, end.
    counts
        int64, one a text: how many pieces went.
    """
    made = 0
    for i in range(len(rows)):
        if not gone[i]:
            continue
        counts[rows[i]] += 1
        if made and spans[made - 1, 0] == rows[i] and starts[i] <= spans[made - 1, 2]:
            spans[made - 1, 2] = max(spans[made - 1, 2], ends[i])
        else:
            spans[made, 0], spans[made, 1], spans[made, 2] = rows[i], starts[i], ends[i]
            made += 1
    return made
