"""Repetition: the words that a text says again and again.

An n-gram can only stand twice where the (n-1)-grams that it begins and ends with do. So each n
looks at the places that the one before left over, which in most texts are few: the cost is that of
about two tables of words, not of nine. N-grams are numbered by (number of the (n-1)-gram, number
of the last word), which is exact; only words are compared by their 64-bit hash.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ogai_lab.data.kernels.compiled import compiled
from ogai_lab.data.kernels.hashes import mixed
from ogai_lab.data.kernels.words import Words

LONGEST = 10


def repeated_characters(found: Words, tops: int) -> dict[int, NDArray[np.int64]]:
    """Return, for n from 2 to 10, the characters of each text in repeated n-grams of words.

    For n up to `tops` that is the most frequent n-gram, all its occurrences, with a space between
    two words (the first one of several as frequent, and of all where none comes twice). For longer
    ones it is every n-gram that came before, without spaces, in one walk from the left that goes
    on behind what it counted.

    Returns
    -------
    dict
        By n, int64 of shape (texts,).
    """
    out = np.zeros((len(found.bounds) - 1, LONGEST - 1), np.int64)
    _repeated(found.bounds, found.key, found.length, tops, out)
    return {n: out[:, n - 2] for n in range(2, LONGEST + 1)}


@compiled
def _repeated(  # noqa: C901 - one n after the other
    bounds: NDArray[Any], key: NDArray[Any], length: NDArray[Any], tops: int, out: NDArray[Any]
) -> None:
    most = 1
    for text in range(len(bounds) - 1):
        most = max(most, bounds[text + 1] - bounds[text])
    size = _power(most)
    keys, numbers = np.empty(size, np.uint64), np.empty(size, np.int32)
    word, gram = np.empty(most, np.int32), np.empty(most, np.int32)
    count, first = np.empty(most, np.int32), np.empty(most, np.int32)
    ahead = np.empty(most + 1, np.int64)
    for text in range(len(bounds) - 1):
        begin = bounds[text]
        total = bounds[text + 1] - begin
        if total < 2:
            continue
        size = _power(total)
        keys[:size] = 0
        distinct = 0
        ahead[0] = 0
        for i in range(total):
            slot = _slot(keys, np.int64(size - 1), key[begin + i])
            if keys[slot] == 0:
                keys[slot] = max(key[begin + i], np.uint64(1))
                numbers[slot] = distinct
                count[distinct] = 0
                distinct += 1
            number = numbers[slot]
            word[i] = gram[i] = number
            count[number] += 1
            ahead[i + 1] = ahead[i] + length[begin + i]
        left = _singles_out(gram, count, total)
        for n in range(2, LONGEST + 1):
            places = total - n + 1
            if places < 1:
                break
            distinct = 0
            if left > 0:
                size = _power(min(left, places))
                keys[:size] = 0
                for i in range(places):
                    if gram[i] < 0 or gram[i + 1] < 0:
                        gram[i] = -1
                        continue
                    pair = np.uint64(gram[i] + 1) << np.uint64(32) | np.uint64(word[i + n - 1])
                    slot = _slot_pair(keys, np.int64(size - 1), pair)
                    if keys[slot] == 0:
                        keys[slot] = pair
                        numbers[slot] = distinct
                        count[distinct] = 0
                        first[distinct] = i
                        distinct += 1
                    gram[i] = numbers[slot]
                    count[gram[i]] += 1
                gram[places] = -1
            if n <= tops:
                best, times = 0, 1
                for number in range(distinct):
                    if count[number] > times:
                        best, times = first[number], count[number]
                out[text, n - 2] = (ahead[best + n] - ahead[best] + n - 1) * times
            left = _singles_out(gram, count, places) if left > 0 else 0
            if n > tops and left > 0:
                first[:distinct] = -1  # met on the walk
                i, again = 0, 0
                while i < places:
                    number = gram[i]
                    if number >= 0 and first[number] == 0:
                        again += ahead[i + n] - ahead[i]
                        i += n
                        continue
                    if number >= 0:
                        first[number] = 0
                    i += 1
                out[text, n - 2] = again


@compiled
def _singles_out(gram: NDArray[Any], count: NDArray[Any], places: int) -> int:
    """Put -1 for each n-gram that stands once; return how many places are left."""
    left = 0
    for i in range(places):
        if gram[i] >= 0:
            if count[gram[i]] > 1:
                left += 1
            else:
                gram[i] = -1
    return left


@compiled
def _power(entries: int) -> int:
    """Return a table's size for so many entries: a power of two, at most half full."""
    size = 16
    while size < 2 * entries:
        size *= 2
    return size


@compiled
def _slot(keys: NDArray[Any], mask: Any, key: np.uint64) -> int:
    if key == 0:
        key = np.uint64(1)
    slot = np.int64(key) & mask
    while keys[slot] != 0 and keys[slot] != key:
        slot = (slot + 1) & mask
    return int(slot)


@compiled
def _slot_pair(keys: NDArray[Any], mask: Any, pair: np.uint64) -> int:
    slot = np.int64(mixed(pair)) & mask
    while keys[slot] != 0 and keys[slot] != pair:
        slot = (slot + 1) & mask
    return int(slot)
