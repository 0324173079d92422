"""The words of a text's letters, hashed in runs, and where such runs stand in other texts.

A word is a run of letters (`letters`) with nothing between them; a Han letter or a kana is one by
itself.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ogai_lab.data.kernels.compiled import compiled
from ogai_lab.data.kernels.hashing import mixed
from ogai_lab.data.kernels.letters import letters, room_of

_BASE = np.uint64(0x9E3779B97F4A7C15)
_WORD = np.uint64(0xD6E8FEB86659FD93)


@compiled
def word_grams(key: Any, gaps: Any, han: Any, count: int, n: int, words: Any) -> int:
    """Write the 64-bit hashes of all runs of `n` words to `words`; return how many.

    Parameters
    ----------
    key, gaps, count
        What `letters` wrote.
    han
        Of `folding`.
    words
        uint64, room for `count` words.

    Returns
    -------
    int
        The number of runs; where there are fewer words than `n`, their number, negative.
    """
    made = 0
    for i in range(count):
        letter = key[i]
        if i == 0 or gaps[i] or han[letter] or han[key[i - 1]]:
            words[made] = np.uint64(0)
            made += 1
        words[made - 1] = mixed(words[made - 1] * _BASE + np.uint64(letter) + _WORD)
    if made < n:
        return -made
    for i in range(made - n + 1):
        state = np.uint64(0)
        for word in words[i : i + n]:
            state = mixed(state * _BASE + word)
        words[i] = state  # which no later run begins with
    return made - n + 1


@compiled
def grams_of(
    data: Any, offsets: Any, first: Any, pool: Any, han: Any, n: int, out: Any, bounds: Any
) -> None:
    """Write the different runs of `n` words of texts to `out`, sorted, one text after the other.

    Parameters
    ----------
    data, offsets
        The texts, as `text.Texts` has them.
    first, pool, han
        Of `letters.folding`.
    out
        uint64, room for six a byte.
    bounds
        int64, shape (texts + 1,): where each text's begin and end.
    """
    size = room_of(data, offsets)
    key, gaps = np.empty(size, np.uint32), np.empty(size, np.bool_)
    words = np.empty(size, np.uint64)
    made = 0
    bounds[0] = 0
    for i in range(len(bounds) - 1):
        count = letters(data, offsets[i], offsets[i + 1], first, pool, key, gaps)
        found = np.sort(words[: max(0, word_grams(key, gaps, han, count, n, words))])
        for j in range(len(found)):
            if j == 0 or found[j] != found[j - 1]:
                out[made] = found[j]
                made += 1
        bounds[i + 1] = made


@compiled
def overlaps(
    data: Any, offsets: Any, first: Any, pool: Any, han: Any, n: int,
    keys: Any, items: Any, sizes: Any, groups: Any, share: Any, best: Any, part: Any, names: Any,
) -> None:  # fmt: skip
    """Say of each text how much of it stands in items, and which item is most in it.

    Parameters
    ----------
    keys, items
        Runs of words (uint64, sorted) and the item (uint32) that has each, ties by item.
    sizes, groups
        int64, one an item: how many different runs it has, and the number of its group, below 64.
    share, best, part, names
        double, int64, double and uint64, one a text: the share of its runs (places, not different
        ones) that stand in an item, NaN for a text of fewer words; the item of whose runs the
        largest share stands in the text, -1 for none; that share; a bit for each group found.
    """
    size = room_of(data, offsets)
    key, gaps = np.empty(size, np.uint32), np.empty(size, np.bool_)
    words = np.empty(size, np.uint64)
    hits, touched = np.zeros(len(sizes), np.int64), np.empty(len(sizes), np.int64)
    for i in range(len(share)):
        count = letters(data, offsets[i], offsets[i + 1], first, pool, key, gaps)
        made = word_grams(key, gaps, han, count, n, words)
        share[i], best[i], part[i], names[i] = np.nan, -1, 0.0, np.uint64(0)
        if made <= 0:
            continue
        found = np.sort(words[:made])
        inside, several = 0, 0
        place = 0
        for j in range(made):
            again = j > 0 and found[j] == found[j - 1]
            if not again:
                place = np.searchsorted(keys, found[j])
            if place == len(keys) or keys[place] != found[j]:
                continue
            inside += 1
            at = place
            while not again and at < len(keys) and keys[at] == found[j]:
                item = items[at]
                if hits[item] == 0:
                    touched[several] = item
                    several += 1
                hits[item] += 1
                at += 1
        share[i] = inside / made
        for item in touched[:several]:
            of_item = hits[item] / sizes[item]
            names[i] |= np.uint64(1) << np.uint64(groups[item])
            if of_item > part[i] or (of_item == part[i] and item < best[i]):
                part[i], best[i] = of_item, item
            hits[item] = 0
