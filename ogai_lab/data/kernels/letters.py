"""The letters of a text, as duplicates are compared by: the rest of it is of no account.

A text's key is made character by character. A character gives the letters of its compatibility
decomposition (Unicode's NFKD, so that ``ﬁ`` is ``fi``), without accents, in
lower case, traditional Han as simplified. Hangul syllables stay whole. Digits, punctuation, symbols
and white space give nothing.
"""

from __future__ import annotations

import functools
import sys
import unicodedata
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ogai_lab.data.kernels.compiled import compiled

if TYPE_CHECKING:
    from numpy.typing import NDArray

_MANY = np.uint32(1 << 31)
_HAN = (0x2E80, 0xA000), (0xF900, 0xFB00), (0x20000, 0x33480)
MOST = 6
"""A character gives so many letters a byte at most: U+FDFA, of 3 bytes, gives 18."""


class Folding(NamedTuple):
    """A character's letters: ``first[c]`` if below 2³¹ (0: none), else a place in `pool`.

    Such a place ``p = first[c] - 2³¹`` has their number, and ``pool[p + 1:]`` has them. `han` says
    of a letter that it is a word by itself (Han and kana).
    """

    first: NDArray[np.uint32]
    pool: NDArray[np.uint32]
    han: NDArray[np.bool_]


@functools.cache
def folding(digits: bool = False) -> Folding:
    """Return the table for all code points, a second's work.

    Parameters
    ----------
    digits
        Digits are letters too.
    """
    simple = _simplified()
    first = np.zeros(sys.maxunicode + 1, np.uint32)
    pool: list[int] = []
    known: dict[str, int] = {}
    for code in range(sys.maxunicode + 1):
        character = chr(code)
        if not unicodedata.decomposition(character):
            if not _counts(character, digits):
                continue
            if character.casefold() == character:  # nearly all
                first[code] = ord(simple.get(character, character))
                continue
        folded = fold(character, simple, digits)
        if len(folded) == 1:
            first[code] = ord(folded)
        elif folded:
            if folded not in known:
                known[folded] = len(pool)
                pool += [len(folded), *map(ord, folded)]
            first[code] = _MANY + np.uint32(known[folded])
    han = np.zeros(sys.maxunicode + 1, np.bool_)
    for start, end in _HAN:
        han[start:end] = True
    return Folding(first, np.asarray(pool, np.uint32), han)


def fold(character: str, simple: dict[str, str] | None = None, digits: bool = False) -> str:
    """Return the letters that one character gives (see the module)."""
    hangul = "가" <= character <= "힣"
    parts = character if hangul else unicodedata.normalize("NFKD", character)
    letters = "".join(part for part in parts if _counts(part, digits)).casefold()
    simple = _simplified() if simple is None else simple
    again = letters if hangul else unicodedata.normalize("NFKD", letters)
    return "".join(simple.get(letter, letter) for letter in again if _counts(letter, digits))


def _counts(character: str, digits: bool) -> bool:
    kind = unicodedata.category(character)[0]
    if kind == "M":
        # Signs of Indic vowels are marks of combining class 0: they stay. Variation selectors go.
        selects = "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef"
        return not unicodedata.combining(character) and not selects
    return kind == "L" or (digits and unicodedata.category(character) == "Nd")


@functools.cache
def _simplified() -> dict[str, str]:
    from opencc import OpenCC

    han = [
        chr(code)
        for start, end in _HAN
        for code in range(start, end)
        if unicodedata.category(chr(code)) == "Lo"
    ]
    # One a line, so that OpenCC's phrases find nothing.
    converted = OpenCC("t2s").convert("\n".join(han)).split("\n")
    return {a: b for a, b in zip(han, converted, strict=True) if a != b and len(b) == 1}


@compiled
def letters(data: Any, start: int, end: int, first: Any, pool: Any, out: Any, gaps: Any) -> int:
    """Write the letters of one text to `out` and return how many there are.

    Parameters
    ----------
    data, start, end
        The text: ``data[start:end]``, UTF-8.
    first, pool
        Of `folding`.
    out
        uint32, room for all of them, see `room_of`.
    gaps
        bool, of the same shape: whether something that is no letter stands before this one.
    """
    count = 0
    gap = False
    place = start
    while place < end:
        byte = np.uint32(data[place])
        if byte < 0x80:
            code, place = byte, place + 1
        elif byte < 0xE0:
            code = ((byte & np.uint32(0x1F)) << np.uint32(6)) | (
                np.uint32(data[place + 1]) & np.uint32(0x3F)
            )
            place += 2
        elif byte < 0xF0:
            code = (
                ((byte & np.uint32(0x0F)) << np.uint32(12))
                | ((np.uint32(data[place + 1]) & np.uint32(0x3F)) << np.uint32(6))
                | (np.uint32(data[place + 2]) & np.uint32(0x3F))
            )
            place += 3
        else:
            code = (
                ((byte & np.uint32(0x07)) << np.uint32(18))
                | ((np.uint32(data[place + 1]) & np.uint32(0x3F)) << np.uint32(12))
                | ((np.uint32(data[place + 2]) & np.uint32(0x3F)) << np.uint32(6))
                | (np.uint32(data[place + 3]) & np.uint32(0x3F))
            )
            place += 4
        letter = first[code]
        if letter == 0:
            gap = True
        elif letter < _MANY:
            out[count] = letter
            gaps[count] = gap
            gap = False
            count += 1
        else:
            at = np.int64(letter - _MANY)
            for i in range(np.int64(pool[at])):
                out[count] = pool[at + 1 + i]
                gaps[count] = gap
                gap = False
                count += 1
    return count


@compiled
def room_of(data: Any, offsets: Any) -> int:
    """Return a number of letters that none of the texts (as `text.Texts` has them) exceeds."""
    longest = 0
    for i in range(len(offsets) - 1):
        longest = max(longest, offsets[i + 1] - offsets[i])
    return MOST * longest + 1
