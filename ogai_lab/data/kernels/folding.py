"""Texts written as terms are looked for in them: small, simplified, without what hides a word."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ogai_lab.data.kernels.characters import decode
from ogai_lab.data.kernels.compiled import compiled
from ogai_lab.data.kernels.letters import folding

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ogai_lab.data.kernels.text import Texts

END = 0xFF
"""Stands behind each text; no letter has this byte."""
_SPACE = 0x20
_MANY = 1 << 31


class Folded(NamedTuple):
    """Texts as bytes end to end: ``data[offsets[i]:offsets[i + 1]]``, the last one `END`.

    Letters are those of `letters`, in UTF-8, and ASCII digits. What stands between words is one
    space, and nothing between Han letters. `letters` is how many letters and digits a text has.
    """

    data: NDArray[np.uint8]
    offsets: NDArray[np.int64]
    letters: NDArray[np.int64]


def folded(found: Texts) -> Folded:
    """Return the texts so written."""
    table = folding()
    size = int(found.offsets[-1] - found.offsets[0])
    out = np.empty(4 * size + len(found) + 16, np.uint8)
    offsets = np.zeros(len(found) + 1, np.int64)
    counts = np.zeros(len(found), np.int64)
    _fold(found.data, found.offsets, *table, out, offsets, counts)
    return Folded(out[: offsets[-1]], offsets, counts)


@compiled
def _fold(
    data: NDArray[Any],
    bounds: NDArray[Any],
    first: NDArray[Any],
    pool: NDArray[Any],
    han: NDArray[Any],
    out: NDArray[Any],
    offsets: NDArray[Any],
    counts: NDArray[Any],
) -> None:
    at = 0
    for text in range(len(bounds) - 1):
        place, end = bounds[text], bounds[text + 1]
        gap, joined = False, True  # nothing before, or a Han letter
        while place < end:
            code, size = decode(data, place)
            place += size
            letter = code if 0x30 <= code <= 0x39 else np.int64(first[code])
            several = letter >= _MANY
            if letter == 0 or (several and pool[letter - _MANY] > 2):
                gap = True  # a sign that is a whole phrase counts as none
                continue
            for i in range(pool[letter - _MANY] if several else 1):
                one = np.int64(pool[letter - _MANY + 1 + i]) if several else letter
                if gap and not joined and not han[one]:
                    out[at] = _SPACE
                    at += 1
                gap, joined = False, han[one]
                at = _put(out, at, int(one))
                counts[text] += 1
        out[at] = END
        at += 1
        offsets[text + 1] = at


@compiled
def _put(out: NDArray[Any], at: int, code: int) -> int:
    """Write a character as UTF-8 and return where the next one goes."""
    if code < 0x80:
        out[at] = code
        return at + 1
    if code < 0x800:
        out[at] = 0xC0 | (code >> 6)
        out[at + 1] = 0x80 | (code & 0x3F)
        return at + 2
    if code < 0x10000:
        out[at] = 0xE0 | (code >> 12)
        out[at + 1] = 0x80 | ((code >> 6) & 0x3F)
        out[at + 2] = 0x80 | (code & 0x3F)
        return at + 3
    out[at] = 0xF0 | (code >> 18)
    out[at + 1] = 0x80 | ((code >> 12) & 0x3F)
    out[at + 2] = 0x80 | ((code >> 6) & 0x3F)
    out[at + 3] = 0x80 | (code & 0x3F)
    return at + 4
