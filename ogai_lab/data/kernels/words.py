"""Words, as the quality rules count them: a text's bytes become words with hash and length.

White space parts words; then marks are cut off the front and the end of each (``(that's)!`` is
``(``, ``that``, ``'s``, ``)``, ``!``), hyphens and the like part it within, and `specials` are
kept or parted as English does. These are the rules of spaCy's English tokenizer, which datatrove's
filters count with, written for bytes: see docs/decisions/data-signals.md for where they differ.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ogai_lab.data.kernels import characters as c
from ogai_lab.data.kernels import specials
from ogai_lab.data.kernels.affixes import joined, parts
from ogai_lab.data.kernels.compiled import compiled
from ogai_lab.data.kernels.hashes import BASIS, PRIME, find, hash_bytes, hash_text, mixed
from ogai_lab.data.kernels.text import Texts

IS_WORD = 1
"""Has a character that is no `characters.SYMBOL`."""
HAS_ALPHA = 2
ENDS_SENTENCE = 4
"""Is one character that ends sentences."""
IS_MARK = 8
"""Has punctuation only."""
Out = tuple[NDArray[Any], NDArray[Any], NDArray[Any], NDArray[Any]]
_STOP = 0x2E
_MARK_KEYS = np.array([hash_text(chr(one)) for one in range(128)], np.uint64)


@dataclass(frozen=True)
class Words:
    """The words of many texts: those of text ``i`` are ``[bounds[i], bounds[i + 1])``.

    `start` (int32) is a word's first byte in its text, `key` (uint64) its hash, `length` (int32)
    its characters and `flags` (uint8) what it is.
    """

    bounds: NDArray[np.int64]
    start: NDArray[np.int32]
    key: NDArray[np.uint64]
    length: NDArray[np.int32]
    flags: NDArray[np.uint8]


def words(texts: Texts) -> Words:
    """Return the words of each text."""
    total = int(texts.offsets[-1] - texts.offsets[0])
    longest = int(np.diff(texts.offsets).max(initial=0))
    keys, cuts = specials.table()
    capacity = total // 4 + 64
    while True:
        bounds = np.zeros(len(texts) + 1, np.int64)
        out = (
            np.empty(capacity, np.int32),
            np.empty(capacity, np.uint64),
            np.empty(capacity, np.int32),
            np.empty(capacity, np.uint8),
        )
        made = _split(texts.data, texts.offsets, c.classes(), keys, cuts, longest, bounds, out)
        if made >= 0:
            start, key, length, flags = out
            return Words(bounds, start[:made], key[:made], length[:made], flags[:made])
        capacity = total + 64


@compiled
def _split(
    data: NDArray[Any],
    offsets: NDArray[Any],
    table: NDArray[Any],
    special_keys: NDArray[Any],
    special_cuts: NDArray[Any],
    longest: int,
    bounds: NDArray[Any],
    out: Out,
) -> int:
    """Fill the arrays of `Words`; return how many there are, -1 when they have no room."""
    room = len(out[0])
    made = 0
    # One piece between white space, by characters: its bits, and where each begins.
    kind = np.empty(longest + 1, np.uint32)
    place, ends = np.empty(longest + 1, np.int32), np.empty(longest + 1, np.int32)
    later = np.empty(longest + 1, np.int32)
    for text in range(len(offsets) - 1):
        first, last = offsets[text], offsets[text + 1]
        at = first
        while at < last:
            if data[at] < 0x80 and table[data[at]] & c.SPACE:
                at += 1
                continue
            if made + 8 > room:
                return -1
            begin = at
            at, made = _plain(
                data, begin, first, last, table, special_keys, special_cuts, made, out
            )
            if at > begin:
                continue
            count, at = _piece(data, begin, last, table, kind, place)
            if count == 0:
                continue
            pieces = parts(data, kind, place, count, special_keys, special_cuts, ends, later)
            if pieces > 1:
                pieces = joined(data, place, ends, pieces, special_keys, special_cuts)
            if made + pieces > room:
                return -1
            made = _put(data, first, kind, place, ends, pieces, made, out)
        bounds[text + 1] = made
    return made


@compiled
def _plain(  # noqa: C901 - one case after the other
    data: NDArray[Any],
    begin: int,
    first: int,
    last: int,
    table: NDArray[Any],
    special_keys: NDArray[Any],
    special_cuts: NDArray[Any],
    made: int,
    out: Out,
) -> tuple[int, int]:
    """Add a word of letters or digits with a mark before it perhaps, and up to two behind.

    That is what most pieces are; others are left to the rules.

    Returns
    -------
    tuple
        Where the piece ends, or `begin` when it is another; how many words there are now.
    """
    front = 1 if _opens(data[begin]) else 0
    word = at = begin + front
    value, bits = BASIS, np.uint32(0)
    while at < last and data[at] < 0x80 and table[data[at]] & c.PLAIN:
        bits |= table[data[at]]
        value = (value ^ np.uint64(data[at])) * PRIME
        at += 1
    behind = at
    while behind < last and behind - at < 2 and _closes(data[behind]):
        behind += 1
    marks = behind - at
    if at - word <= front or bits & (c.DIGIT | c.LETTER) == (c.DIGIT | c.LETTER):
        return begin, made
    if behind < last and not (data[behind] < 0x80 and table[data[behind]] & c.SPACE):
        return begin, made
    if marks == 2 and data[at] == _STOP and data[at + 1] == _STOP:
        return begin, made
    # "8)" is a face; "3..." and "1.)" have rules.
    odd = at - word == 1 or (marks == 2 and data[behind - 1] == _STOP)
    if bits & c.DIGIT and marks > 0 and odd:
        return begin, made
    if marks > 0 and data[at] == _STOP:
        # "e.g." and "Mr." keep their stop, and so does "A.", but not "end." and "US."
        with_stop = (value ^ np.uint64(_STOP)) * PRIME
        alone = table[data[at - 1]] & (c.LOWER | c.DIGIT) or (
            at - word > 1 and table[data[at - 2]] & c.UPPER
        )
        if not alone or find(special_keys, mixed(with_stop)) >= 0:
            value = with_stop
            at += 1
    if front:
        made = _mark(data[begin], table, begin - first, made, out)
    value = mixed(value)
    slot = find(special_keys, value) if at - word <= specials.MOST_BYTES else -1
    if slot >= 0:
        made = _special(data, word, first, special_cuts[slot], made, out)
    else:
        letters = HAS_ALPHA if bits & c.ALPHA else 0
        made = _add(word - first, at - word, value, IS_WORD | letters, made, out)
    if behind - at == 2:
        pair = hash_bytes(data, at, behind)
        if find(special_keys, pair) >= 0:
            made = _add(at - first, 2, pair, IS_MARK, made, out)
            at = behind
    while at < behind:
        made = _mark(data[at], table, at - first, made, out)
        at += 1
    return at, made


@compiled
def _piece(
    data: NDArray[Any],
    at: int,
    last: int,
    table: NDArray[Any],
    kind: NDArray[Any],
    place: NDArray[Any],
) -> tuple[int, int]:
    """Read characters up to white space; return how many there are, and where to go on."""
    count = 0
    while at < last:
        code, size = int(data[at]), 1
        if code >= 0x80:
            code, size = c.decode(data, at)
        if table[code] & c.SPACE:
            if count == 0:
                at += size
            break
        kind[count], place[count] = table[code], at
        count += 1
        at += size
    place[count] = at
    return count, at


@compiled
def _put(
    data: NDArray[Any],
    first: int,
    kind: NDArray[Any],
    place: NDArray[Any],
    ends: NDArray[Any],
    pieces: int,
    made: int,
    out: Out,
) -> int:
    """Add the words that end at `ends`; return how many there are now."""
    lo = 0
    for piece in range(pieces):
        hi = ends[piece]
        bits, every = np.uint32(0), np.uint32(0xFFFFFFFF)
        for i in range(lo, hi):
            bits |= kind[i]
            every &= kind[i]
        flag = 0 if every & c.SYMBOL else IS_WORD
        flag |= HAS_ALPHA if bits & c.ALPHA else 0
        flag |= ENDS_SENTENCE if hi - lo == 1 and bits & c.TERMINAL else 0
        flag |= IS_MARK if every & c.PUNCTUATION else 0
        key = hash_bytes(data, place[lo], place[hi])
        made = _add(place[lo] - first, hi - lo, key, flag, made, out)
        lo = hi
    return made


@compiled
def _special(data: NDArray[Any], word: int, first: int, cut: np.uint64, made: int, out: Out) -> int:
    """Add the words that a special is; return how many there are now."""
    while cut:
        size = int(np.int64(cut & np.uint64(15)))
        key = hash_bytes(data, word, word + size)
        made = _add(word - first, size, key, IS_WORD | HAS_ALPHA, made, out)
        word += size
        cut >>= np.uint64(4)
    return made


@compiled
def _add(where: int, length: Any, key: np.uint64, flag: int, made: int, out: Out) -> int:
    out[0][made] = where
    out[1][made] = key
    out[2][made] = length
    out[3][made] = flag
    return made + 1


@compiled
def _mark(one: int, table: NDArray[Any], where: int, made: int, out: Out) -> int:
    """Add a word that is one ASCII mark; return how many there are now."""
    flag = IS_MARK | (ENDS_SENTENCE if table[one] & c.TERMINAL else 0)
    return _add(where, 1, _MARK_KEYS[one], flag, made, out)


@compiled
def _opens(one: int) -> bool:
    return one == 0x28 or one == 0x5B or one == 0x7B or one == 0x22  # ( [ { "


@compiled
def _closes(one: int) -> bool:
    """Say whether a byte is one of ``, . ; : ) ] } ! ? "``."""
    return (
        one == 0x2C or one == _STOP or one == 0x3A or one == 0x29 or one == 0x3B or one == 0x22
        or one == 0x5D or one == 0x7D or one == 0x21 or one == 0x3F
    )  # fmt: skip
