"""From documents that share a key to clusters: bits, edges, survivors.

An edge between documents a > b is the number ``a << 32 | b`` (uint64).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ogai_lab.data.kernels.compiled import compiled
from ogai_lab.data.kernels.hashing import hashed

START = np.uint32(1 << 31)
"""Marks the first member of a run."""
_32 = np.uint64(32)
NONE = np.uint32(0xFFFFFFFF)
LEADERS = 64
"""In a run of so many members all are compared with all, in a longer one with so many of them."""


@compiled
def runs(keys: Any, values: Any, state: Any, bits: Any, out: Any) -> int:
    """Write the members of runs of equal keys to `out`, the first of each with `START`.

    Parameters
    ----------
    keys, values
        Sorted by key; the next block goes on where this one ends.
    state
        uint64, shape (3,): the last key, its value, and whether anything was seen (0), the value
        stands alone so far (1), or it is part of a run (2).
    bits
        uint64: bit `v` is set for every member `v` of a run.
    out
        uint32, room for one more than there are keys.

    Returns
    -------
    int
        How many were written.
    """
    made = 0
    last, value, seen = state[0], np.uint32(state[1]), state[2]
    for i in range(len(keys)):
        if seen > 0 and keys[i] == last:
            if seen == 1:
                out[made] = value | START
                bits[value >> np.uint32(6)] |= np.uint64(1) << np.uint64(value & np.uint32(63))
                made += 1
                seen = 2
            value = values[i]
            out[made] = value
            bits[value >> np.uint32(6)] |= np.uint64(1) << np.uint64(value & np.uint32(63))
            made += 1
        else:
            last, value, seen = keys[i], values[i], 1
    state[0], state[1], state[2] = last, np.uint64(value), seen
    return made


@compiled
def ones(word: Any) -> Any:
    """Return how many bits of a uint64 are set."""
    word -= (word >> np.uint64(1)) & np.uint64(0x5555555555555555)
    word = (word & np.uint64(0x3333333333333333)) + (
        (word >> np.uint64(2)) & np.uint64(0x3333333333333333)
    )
    word = (word + (word >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return (word * np.uint64(0x0101010101010101)) >> np.uint64(56)


@compiled
def totals(bits: Any, before: Any) -> int:
    """Fill `before` (uint32) with the number of set bits before each word; return all."""
    total = 0
    for i in range(len(bits)):
        before[i] = total
        total += int(ones(bits[i]))
    return total


@compiled
def rank(members: Any, bits: Any, before: Any) -> None:
    """Replace documents by their places among the set bits; `START` marks stay."""
    for i in range(len(members)):
        mark = members[i] & START
        value = members[i] & ~START
        word = bits[value >> np.uint32(6)]
        below = word & ((np.uint64(1) << np.uint64(value & np.uint32(63))) - np.uint64(1))
        members[i] = (before[value >> np.uint32(6)] + np.uint32(ones(below))) | mark


@compiled
def similarity(words: Any, bounds: Any, a: Any, b: Any, sets: bool) -> Any:
    """Return how alike two records are, 0 to 1.

    Parameters
    ----------
    words, bounds
        uint32, int64: record ``a`` is ``words[bounds[a]:bounds[a + 1]]``.
    sets
        Whether records are sorted sets, compared by their Jaccard similarity; else they have equal
        lengths and are compared by the share of places in which they agree.
    """
    i, end, j, stop = bounds[a], bounds[a + 1], bounds[b], bounds[b + 1]
    same = 0
    if not sets:
        for k in range(end - i):
            same += words[i + k] == words[j + k]
        return same / max(1, end - i)
    whole = (end - i) + (stop - j)
    while i < end and j < stop:
        x, y = words[i], words[j]
        same += x == y
        i += x <= y
        j += y <= x
    return same / max(1, whole - same)


@compiled
def stars(members: Any, first: Any, out: Any) -> int:
    """Write an edge from each other member of a run to its first; return how many.

    Parameters
    ----------
    members
        Runs, the first member of each marked by `START`; the next call goes on with the next.
    first
        uint32, shape (1,): the first member of the last run.
    out
        uint64, room for one a member.
    """
    made = 0
    for member in members:
        if member >= START:
            first[0] = member & ~START
        elif member != first[0]:
            out[made] = _edge(first[0], member)
            made += 1
    return made


@compiled
def pairs(
    members: Any, words: Any, bounds: Any, sets: bool, threshold: float, out: Any
) -> int:  # fmt: skip
    """Write an edge for every two members of a run that are alike enough; return how many.

    Parameters
    ----------
    members
        Whole runs of `LEADERS` members at most, the first of each marked by `START`.
    words, bounds, sets
        What `similarity` takes.
    threshold
        How alike.
    out
        uint64, room for ``LEADERS / 2`` a member.
    """
    made = 0
    start = 0
    for i in range(len(members)):
        start = i if members[i] >= START else start
        for j in range(start, i):
            a, b = members[j] & ~START, members[i] & ~START
            if a != b and similarity(words, bounds, a, b, sets) >= threshold:
                out[made] = _edge(a, b)
                made += 1
    return made


@compiled
def leading(
    members: Any, leaders: Any, count: int, words: Any, bounds: Any, sets: bool, threshold: float,
    out: Any,
) -> tuple[int, int]:  # fmt: skip
    """Write the edges between members of one long run and its leaders.

    A member that is like no leader becomes one while there are fewer than `LEADERS`.

    Parameters
    ----------
    members
        A part of the run; the next call goes on with the next.
    leaders, count
        uint32, shape (LEADERS,), and how many of them there are already.
    out
        uint64, room for `LEADERS` a member.

    Returns
    -------
    tuple
        How many edges were written, and how many leaders there are now.
    """
    made = 0
    for member in members:
        alike = False
        for j in range(count):
            if leaders[j] != member and (
                similarity(words, bounds, leaders[j], member, sets) >= threshold
            ):
                out[made] = _edge(leaders[j], member)
                made += 1
                alike = True
        if not alike and count < len(leaders):
            leaders[count] = member
            count += 1
    return made, count


@compiled
def _edge(a: Any, b: Any) -> Any:
    return (np.uint64(max(a, b)) << _32) | np.uint64(min(a, b))


@compiled
def survivors(labels: Any, priority: Any, offsets: Any, ids: Any, out: Any) -> None:
    """Fill ``out[label]`` with the member of each cluster that is kept.

    Parameters
    ----------
    labels
        uint32, one a document: its cluster's smallest document.
    priority
        double, one a document: the highest survives, NaN is lowest.
    offsets, ids
        The doc_ids, as an Arrow string array has them: of equals the smallest survives.
    out
        uint32, one a document; `NONE` where a label is that of one document alone, or of none.
    """
    out[:] = NONE
    for i in range(len(labels)):
        label = labels[i]
        if i == label:
            continue
        best = out[label] if out[label] != NONE else label
        p, q = priority[i], priority[best]
        higher = p > q or (p == p and q != q)
        lower = q > p or (q == q and p != p)
        if higher or (not lower and before(ids, offsets, i, best)):
            best = np.uint32(i)
        out[label] = best


@compiled
def before(data: Any, offsets: Any, a: Any, b: Any) -> bool:
    """Return whether string a comes before string b, by their bytes."""
    length, other = offsets[a + 1] - offsets[a], offsets[b + 1] - offsets[b]
    for i in range(min(length, other)):
        x, y = data[offsets[a] + i], data[offsets[b] + i]
        if x != y:
            return bool(x < y)
    return bool(length < other)


@compiled
def kept_for(
    first: int, kept: Any, words: Any, bounds: Any, sets: bool, offsets: Any, ids: Any,
    likeness: Any, groups: Any,
) -> None:  # fmt: skip
    """Fill in how alike documents are to those kept for them, and the groups' names.

    Parameters
    ----------
    first
        The first document; `kept` is for those from there on, uint32, `NONE` for one alone.
    likeness, groups
        double and int64, of the shape of `kept`. A group's name is the hash of what is kept of it.
    """
    for i in range(len(kept)):
        if kept[i] != NONE:
            likeness[i] = similarity(words, bounds, first + i, kept[i], sets)
            name = hashed(ids, offsets[kept[i]], offsets[kept[i] + 1], np.uint64(0))
            groups[i] = np.int64(name >> np.uint64(1))
