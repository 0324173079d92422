"""Counts over words: how many there are, how long, of which kinds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ogai_lab.data.kernels.compiled import compiled
from ogai_lab.data.kernels.hashes import find, hash_text
from ogai_lab.data.kernels.words import HAS_ALPHA, IS_WORD, Words


@dataclass(frozen=True)
class WordCounts:
    """Counts of each text's words, int64 of shape (texts,).

    `words` have a character that is no mark, and `characters` are theirs; `alpha` of `all` words
    have a letter; `stop_words` are how many different ones of a list the text has.
    """

    all: NDArray[np.int64]
    words: NDArray[np.int64]
    characters: NDArray[np.int64]
    alpha: NDArray[np.int64]
    stop_words: NDArray[np.int64]


def count_words(found: Words, stop_words: Sequence[str]) -> WordCounts:
    """Return the counts of each text's words."""
    keys, numbers = np.zeros(1024, np.uint64), np.zeros(1024, np.int64)
    for number, word in enumerate(dict.fromkeys(stop_words)):
        value = np.uint64(hash_text(word))
        slot = -1 - find(keys, value)
        keys[slot], numbers[slot] = value, number
    out = np.zeros((5, len(found.bounds) - 1), np.int64)
    _count(found.bounds, found.key, found.length, found.flags, keys, numbers, out)
    return WordCounts(*out)


@compiled
def _count(
    bounds: NDArray[Any],
    key: NDArray[Any],
    length: NDArray[Any],
    flags: NDArray[Any],
    keys: NDArray[Any],
    numbers: NDArray[Any],
    out: NDArray[Any],
) -> None:
    seen = np.zeros(len(numbers), np.int64)
    for text in range(len(bounds) - 1):
        words = characters = alpha = stops = 0
        for i in range(bounds[text], bounds[text + 1]):
            flag = flags[i]
            if flag & IS_WORD:
                words += 1
                characters += length[i]
            alpha += (flag & HAS_ALPHA) != 0
            if keys[np.int64(key[i]) & np.int64(len(keys) - 1)] != 0:
                slot = find(keys, key[i])
                if slot >= 0 and seen[numbers[slot]] != text + 1:
                    seen[numbers[slot]] = text + 1
                    stops += 1
        out[0, text] = bounds[text + 1] - bounds[text]
        out[1, text] = words
        out[2, text] = characters
        out[3, text] = alpha
        out[4, text] = stops
