"""MinHash: what a text's shingles look like under many hash functions, each one's smallest value.

Two texts agree in a value with the probability of their shingles' Jaccard similarity (Broder 1997);
a band of r values agrees with s^r, one of b bands with 1 - (1 - s^r)^b.

A shingle is n letters (`letters`) in a row, or n words in a row as datatrove has them; a text with
fewer gives one shingle of all that it has, a text without letters none. A shingle's hash is the
upper half of a mixed polynomial over its letters (64 bits, so 32 of them); hash function i is
``a[i]·h + b[i] mod 2³²`` with a[i] odd: a permutation of the 2³² hashes.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ogai_lab.data.kernels.compiled import compiled
from ogai_lab.data.kernels.hashing import mixed
from ogai_lab.data.kernels.letters import letters, room_of
from ogai_lab.data.kernels.words_of_letters import word_grams

_BASE = np.uint64(0x9E3779B97F4A7C15)
_BAND = np.uint64(0xD6E8FEB86659FD93)
_32 = np.uint64(32)
_STEP = np.uint64(0x9E3779B97F4A7C15)


def functions(count: int, seed: int) -> tuple[Any, Any]:
    """Return the multipliers and addends of `count` hash functions, uint32 both."""
    random = np.random.Generator(np.random.PCG64(seed))
    a, b = (random.integers(0, 1 << 32, count, dtype=np.uint32) for _ in range(2))
    return a | np.uint32(1), b


@compiled
def character_shingles(key: Any, count: int, n: int, out: Any) -> int:
    """Write the hashes of ``key[:count]``'s runs of `n` letters to `out`; return how many."""
    if count == 0:
        return 0
    n = min(n, count)
    drop = np.uint64(1)
    for _ in range(n):
        drop *= _BASE
    state = np.uint64(0)
    made = 0
    for i in range(count):
        state = state * _BASE + np.uint64(key[i])
        if i >= n:
            state -= drop * np.uint64(key[i - n])
        if i >= n - 1:
            out[made] = np.uint32(mixed(state) >> _32)
            made += 1
    return made


@compiled
def word_shingles(key: Any, gaps: Any, han: Any, count: int, n: int, words: Any, out: Any) -> int:
    """Write the hashes of runs of `n` words to `out`; return how many.

    Parameters
    ----------
    words
        uint64, room for `count` words.
    """
    made = word_grams(key, gaps, han, count, n, words)
    if made < 0:  # fewer words than n: one run of all
        made = word_grams(key, gaps, han, count, -made, words)
    for i in range(made):
        out[i] = np.uint32(words[i] >> _32)
    return made


@compiled
def smallest(hashes: Any, count: int, a: Any, b: Any, out: Any) -> None:
    """Fill `out` with the smallest value of each hash function over ``hashes[:count]``."""
    out[:] = np.uint32(0xFFFFFFFF)
    i = 0
    while i + 4 <= count:  # four at a time: a, b and out are read and written a quarter as often
        h0, h1, h2, h3 = hashes[i], hashes[i + 1], hashes[i + 2], hashes[i + 3]
        for j in range(len(out)):
            least = out[j]
            value = np.uint32(a[j] * h0 + b[j])
            least = value if value < least else least
            value = np.uint32(a[j] * h1 + b[j])
            least = value if value < least else least
            value = np.uint32(a[j] * h2 + b[j])
            least = value if value < least else least
            value = np.uint32(a[j] * h3 + b[j])
            out[j] = value if value < least else least
        i += 4
    while i < count:
        for j in range(len(out)):
            out[j] = min(out[j], np.uint32(a[j] * hashes[i] + b[j]))
        i += 1


@compiled
def shingle(
    data: Any, start: int, end: int, first: Any, pool: Any, han: Any, n: int, by_word: bool,
    room: Any, gaps: Any, words: Any, out: Any,
) -> int:  # fmt: skip
    """Write the hashes of one text's shingles to `out` and return how many there are."""
    count = letters(data, start, end, first, pool, room, gaps)
    if by_word:
        return word_shingles(room, gaps, han, count, n, words, out)
    return character_shingles(room, count, n, out)


@compiled
def signatures(
    data: Any, offsets: Any, first: Any, pool: Any, han: Any, n: int, by_word: bool,
    a: Any, b: Any, out: Any, counts: Any,
) -> None:  # fmt: skip
    """Fill `out` with the signatures of texts, and `counts` with how many shingles each has.

    Parameters
    ----------
    data, offsets
        The texts, as `text.Texts` has them.
    first, pool, han
        Of `letters.folding`.
    n, by_word
        The length of a shingle, in letters or in words.
    a, b
        Of `functions`.
    out
        uint32, shape (texts, functions); a text without shingles has the largest value throughout.
    counts
        int64, shape (texts,).
    """
    size = room_of(data, offsets)
    room = np.empty(size, np.uint32)
    gaps = np.empty(size, np.bool_)
    words = np.empty(size if by_word else 0, np.uint64)
    hashes = np.empty(size, np.uint32)
    for i in range(len(counts)):
        counts[i] = shingle(
            data, offsets[i], offsets[i + 1], first, pool, han, n, by_word,
            room, gaps, words, hashes,
        )  # fmt: skip
        smallest(hashes, counts[i], a, b, out[i])


@compiled
def shingle_sets(
    data: Any, offsets: Any, first: Any, pool: Any, han: Any, n: int, by_word: bool,
    out: Any, bounds: Any,
) -> None:  # fmt: skip
    """Write each text's different shingle hashes to `out`, sorted, one text after the other.

    Parameters
    ----------
    out
        uint32, room for all shingles: the sum of what `signatures` counts.
    bounds
        int64, shape (texts + 1,): where each text's begin and end.
    """
    size = room_of(data, offsets)
    room = np.empty(size, np.uint32)
    gaps = np.empty(size, np.bool_)
    words = np.empty(size if by_word else 0, np.uint64)
    hashes = np.empty(size, np.uint32)
    made = 0
    bounds[0] = 0
    for i in range(len(bounds) - 1):
        count = shingle(
            data, offsets[i], offsets[i + 1], first, pool, han, n, by_word,
            room, gaps, words, hashes,
        )  # fmt: skip
        found = np.sort(hashes[:count])
        for j in range(count):
            if j == 0 or found[j] != found[j - 1]:
                out[made] = found[j]
                made += 1
        bounds[i + 1] = made


@compiled
def bands(signatures: Any, rows: int, out: Any) -> None:
    """Fill `out`, uint64 of shape (texts, bands), with the hash of each band of `rows` values.

    The band's number is hashed too, so that all bands' hashes may stand in one list.
    """
    for i in range(out.shape[0]):
        for band in range(out.shape[1]):
            state = mixed(np.uint64(band) + _BAND)
            for j in range(band * rows, (band + 1) * rows):
                state = mixed(state ^ np.uint64(signatures[i, j])) + _STEP
            out[i, band] = state
