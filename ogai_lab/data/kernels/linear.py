"""A linear model over a text's words and pairs of words: the mean of the weights of its features.

A word is what stands between gaps; a Han letter or kana is one by itself. Letters are those of
`letters`, so capitals, full width and traditional characters are of no account. Features are
hashed to ``2**bits`` weights (Weinberger et al. 2009); the mean of weights is fastText's linear
model of one dimension (Joulin et al. 2017).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ogai_lab.data.kernels.characters import decode
from ogai_lab.data.kernels.compiled import compiled
from ogai_lab.data.kernels.hashes import BASIS, PRIME, mixed
from ogai_lab.data.kernels.letters import folding

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ogai_lab.data.kernels.text import Texts

_MANY = 1 << 31


def features(found: Texts, bits: int) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """Return the features of all texts end to end, and where each text's begin."""
    table = folding()
    # The densest sign, such as ㌀, is six words in three bytes, and a word has two features.
    out = np.empty(4 * int(found.offsets[-1] - found.offsets[0]) + 2, np.uint32)
    bounds = np.zeros(len(found) + 1, np.int64)
    _features(found.data, found.offsets, *table, np.uint64((1 << bits) - 1), out, bounds)
    return out[: bounds[-1]], bounds


@compiled
def logits(
    found: NDArray[Any], bounds: NDArray[Any], weights: NDArray[Any], bias: float, out: NDArray[Any]
) -> None:
    """Write each text's logit to `out`: the bias and the mean of its features' weights."""
    for text in range(len(bounds) - 1):
        total, size = 0.0, bounds[text + 1] - bounds[text]
        for place in range(bounds[text], bounds[text + 1]):
            total += weights[found[place]]
        out[text] = bias + (total / size if size else 0.0)


@compiled
def descend(
    found: NDArray[Any],
    bounds: NDArray[Any],
    labels: NDArray[Any],
    order: NDArray[Any],
    rates: NDArray[Any],
    weights: NDArray[Any],
) -> float:
    """Go down the logistic loss, one text after the other, and return the bias.

    Parameters
    ----------
    labels
        0 or 1 of each text, float64.
    order, rates
        Which text each step is about, and how far it goes.
    weights
        float64, changed in place.
    """
    bias = 0.0
    for step in range(len(order)):
        text = order[step]
        size = bounds[text + 1] - bounds[text]
        total = 0.0
        for place in range(bounds[text], bounds[text + 1]):
            total += weights[found[place]]
        logit = bias + (total / size if size else 0.0)
        move = rates[step] * (labels[text] - 1.0 / (1.0 + np.exp(-logit)))
        bias += 0.1 * move
        for place in range(bounds[text], bounds[text + 1]):
            weights[found[place]] += move
    return bias


@compiled
def _features(
    data: NDArray[Any],
    offsets: NDArray[Any],
    first: NDArray[Any],
    pool: NDArray[Any],
    han: NDArray[Any],
    mask: np.uint64,
    out: NDArray[Any],
    bounds: NDArray[Any],
) -> None:
    at = 0
    for text in range(len(offsets) - 1):
        place, end = offsets[text], offsets[text + 1]
        word, before = BASIS, np.uint64(0)
        while place < end:
            code, size = decode(data, place)
            place += size
            letter = np.int64(first[code])
            several = letter >= _MANY
            if letter == 0:
                at, word, before = _close(word, before, mask, out, at)
                continue
            for i in range(pool[letter - _MANY] if several else 1):
                one = np.int64(pool[letter - _MANY + 1 + i]) if several else letter
                if han[one]:
                    at, word, before = _close(word, before, mask, out, at)
                word = (word ^ np.uint64(one)) * PRIME
                if han[one]:
                    at, word, before = _close(word, before, mask, out, at)
        at, word, before = _close(word, before, mask, out, at)
        bounds[text + 1] = at


@compiled
def _close(
    word: np.uint64, before: np.uint64, mask: np.uint64, out: NDArray[Any], at: int
) -> tuple[int, np.uint64, np.uint64]:
    """Write the features of a word that ends here, if one does, and begin the next."""
    if word == BASIS:
        return at, BASIS, before
    out[at] = np.uint32(mixed(word) & mask)
    at += 1
    if before != 0:
        out[at] = np.uint32(mixed(word + before * PRIME) & mask)
        at += 1
    return at, BASIS, word
