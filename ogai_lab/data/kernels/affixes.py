"""Where one piece of text without white space is parted into words."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ogai_lab.data.kernels import characters as c
from ogai_lab.data.kernels.addresses import is_address
from ogai_lab.data.kernels.compiled import compiled
from ogai_lab.data.kernels.hashes import find, hash_bytes
from ogai_lab.data.kernels.specials import MOST_BYTES

_FACE = 3
_UNITS = (
    " km m dm cm mm ha nm yd in ft kg g mg t lb oz kmh mph hPa Pa mbar mb MB kb KB gb GB tb TB T G"
    " M K "
)
_FORMS = np.array(sorted(int.from_bytes(unit.encode(), "big") for unit in _UNITS.split()), np.int64)
_STOP, _COMMA, _PLUS, _DASH, _QUOTE, _ELLIPSIS = 0x2E, 0x2C, 0x2B, 0x2D, 0x27, 0x2026


@compiled
def special(data: NDArray[Any], place: NDArray[Any], lo: int, hi: int, keys: NDArray[Any]) -> int:
    """Return the slot of a special word in the table, -1 when it is none."""
    if hi <= lo or place[hi] - place[lo] > MOST_BYTES:
        return -1
    return max(-1, find(keys, hash_bytes(data, place[lo], place[hi])))


@compiled
def front(data: NDArray[Any], kind: NDArray[Any], place: NDArray[Any], lo: int, hi: int) -> int:
    """Return how many characters are cut off the front of [lo, hi)."""
    if lo >= hi:
        return 0
    one = data[place[lo]]
    if one == _STOP:
        end = lo
        while end < hi and data[place[end]] == _STOP:
            end += 1
        return end - lo if end - lo > 1 else 0
    if one == _PLUS:
        return 0 if lo + 1 < hi and kind[lo + 1] & c.DIGIT else 1
    if kind[lo] & c.OPENS:
        return 1
    if lo + 1 < hi and data[place[lo + 1]] == 0x24:  # C$, A$
        return 2 if one == 0x43 or one == 0x41 else 0
    return 0


@compiled
def back(data: NDArray[Any], kind: NDArray[Any], place: NDArray[Any], lo: int, hi: int) -> int:
    """Return how many characters are cut off the end of [lo, hi)."""
    if lo >= hi:
        return 0
    one, bits = data[place[hi - 1]], kind[hi - 1]
    if bits & c.LETTER:
        if (one == 0x73 or one == 0x53) and hi - lo > 1 and _apostrophe(data, place, hi - 2):
            return 2
        return _unit(data, kind, place, lo, hi)
    if not bits & c.CLOSES:
        return 0
    if one == _STOP and place[hi] - place[hi - 1] == 1:
        dots = 1
        while dots < hi - lo and data[place[hi - 1 - dots]] == _STOP:
            dots += 1
        if dots > 1:
            return dots
        if hi - lo < 2:
            return 0
        before = kind[hi - 2]
        if before & (c.LOWER | c.BEFORE_STOP):
            return 1
        return 1 if hi - lo > 2 and before & c.UPPER and kind[hi - 3] & c.UPPER else 0
    if one == _PLUS or one == 0x25 or bits & c.CURRENCY:
        return 1 if hi - lo > 1 and kind[hi - 2] & c.DIGIT else 0
    return 1


@compiled
def _apostrophe(data: NDArray[Any], place: NDArray[Any], i: int) -> bool:
    code, _ = c.decode(data, place[i])
    return code == _QUOTE or code == 0x2019


@compiled
def _unit(data: NDArray[Any], kind: NDArray[Any], place: NDArray[Any], lo: int, hi: int) -> int:
    """Return the length of a unit of measure behind a digit, as in 10km."""
    form = np.int64(0)
    for size in range(min(5, hi - lo)):
        i = hi - 1 - size
        if kind[i] & c.DIGIT:
            for known in _FORMS:
                if known == form:
                    return size
            return 0
        if not kind[i] & c.LETTER or size == 4:
            return 0
        form |= np.int64(data[place[i]]) << (8 * size)
    return 0


@compiled
def within(  # noqa: C901 - one rule after the other
    data: NDArray[Any], kind: NDArray[Any], place: NDArray[Any], lo: int, i: int, hi: int
) -> int:
    """Return how many characters at `i` part [lo, hi) there, 0 when none does."""
    bits = kind[i]
    if not bits & c.MATTERS_WITHIN:
        return 0
    if bits & c.ICON:
        return 1
    code, _ = c.decode(data, place[i])
    if code == _ELLIPSIS:
        return 1
    if code == _STOP and i + 1 < hi and data[place[i + 1]] == _STOP:
        end = i
        while end < hi and data[place[end]] == _STOP:
            end += 1
        return end - i
    if i == lo or i + 1 >= hi:
        return 0
    before, after = kind[i - 1], kind[i + 1]
    if code == _STOP:
        joins = before & (c.LOWER | c.QUOTE) and after & (c.UPPER | c.QUOTE)
        return 1 if joins else 0
    if code == _COMMA:
        return 1 if before & c.LETTER and after & c.LETTER else 0
    if code in (_PLUS, _DASH, 0x2A, 0x5E):  # + - * ^
        numbers = before & c.DIGIT and (after & c.DIGIT or data[place[i + 1]] == _DASH)
        if numbers or not bits & c.HYPHEN:
            return 1 if numbers else 0
    if bits & c.HYPHEN and before & (c.LETTER | c.DIGIT):
        if after & c.LETTER:
            return 1
        end = i
        while end < hi and end - i < 3 and kind[end] & c.HYPHEN:
            end += 1
        same = code == _DASH or code == 0x2014
        return end - i if same and end < hi and kind[end] & c.LETTER else 0
    if code == 0x3A or code == 0x3C or code == 0x3E or code == 0x3D or code == 0x2F:
        return 1 if before & (c.LETTER | c.DIGIT) and after & c.LETTER else 0
    return 0


@compiled
def parts(  # noqa: C901 - one loop, its order is the rule
    data: NDArray[Any],
    kind: NDArray[Any],
    place: NDArray[Any],
    count: int,
    keys: NDArray[Any],
    cuts: NDArray[Any],
    ends: NDArray[Any],
    later: NDArray[Any],
) -> int:
    """Part a piece into words.

    Parameters
    ----------
    data
        The bytes.
    kind, place
        Of each character of the piece, its bits and its first byte; `place` has one entry more.
    count
        The characters.
    keys, cuts
        The table of specials.
    ends
        Is filled with each word's end, in characters.
    later
        Room to work, as long as `ends`.

    Returns
    -------
    int
        How many words there are.
    """
    lo, hi, made, held = 0, count, 0, 0
    slot = -1
    while lo < hi:
        slot = special(data, place, lo, hi, keys)
        if slot >= 0:
            break
        cut = front(data, kind, place, lo, hi)
        if cut > 0:
            slot = special(data, place, lo + cut, hi, keys)
            if slot >= 0:
                lo += cut
                ends[made] = lo
                made += 1
                break
        off = back(data, kind, place, lo + cut, hi)
        if off > 0:
            slot = special(data, place, lo, hi - off, keys)
            if slot >= 0:
                later[held] = hi
                held += 1
                hi -= off
                break
        if cut == 0 and off == 0:
            break
        if cut > 0:
            lo += cut
            ends[made] = lo
            made += 1
        if off > 0:
            later[held] = hi
            held += 1
            hi -= off
    if slot >= 0:
        made = _cut(place, lo, cuts[slot], ends, made)
    elif lo < hi:
        made = _part_within(data, kind, place, lo, hi, ends, made)
    while held > 0:
        held -= 1
        ends[made] = later[held]
        made += 1
    return made


@compiled
def _cut(place: NDArray[Any], lo: int, cut: np.uint64, ends: NDArray[Any], made: int) -> int:
    """Part a special word by its lengths in bytes."""
    at, i = place[lo], lo
    while cut:
        at += np.int64(cut & np.uint64(15))
        while place[i] < at:
            i += 1
        ends[made] = i
        made += 1
        cut >>= np.uint64(4)
    return made


@compiled
def _part_within(
    data: NDArray[Any],
    kind: NDArray[Any],
    place: NDArray[Any],
    lo: int,
    hi: int,
    ends: NDArray[Any],
    made: int,
) -> int:
    last = lo
    if not is_address(data, place, lo, hi):
        i = lo
        while i < hi:
            size = within(data, kind, place, lo, i, hi)
            if size > 0 and i > last:
                ends[made] = i
                ends[made + 1] = i + size
                made += 2
                last = i + size
            i += max(size, 1)
    if last < hi:
        ends[made] = hi
        made += 1
    return made


@compiled
def joined(
    data: NDArray[Any],
    place: NDArray[Any],
    ends: NDArray[Any],
    pieces: int,
    keys: NDArray[Any],
    cuts: NDArray[Any],
) -> int:
    """Join words beside each other that are one special together, as ``)`` and ``:``."""
    made, lo, piece = 0, 0, 0
    while piece < pieces:
        take = 1
        for more in range(2, 0, -1):
            if piece + more < pieces and ends[piece + more] - lo <= _FACE:
                begin, end = place[lo], place[ends[piece + more]]
                slot = find(keys, hash_bytes(data, begin, end))
                if slot >= 0 and cuts[slot] < 16:  # it is one word
                    take = more + 1
                    break
        piece += take
        lo = ends[made] = ends[piece - 1]
        made += 1
    return made
