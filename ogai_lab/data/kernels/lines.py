"""Lines and paragraphs: how many, how they begin and end, which came before."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ogai_lab.data.kernels import characters as c
from ogai_lab.data.kernels.compiled import compiled
from ogai_lab.data.kernels.hashes import BASIS, PRIME, mixed
from ogai_lab.data.kernels.text import Texts

FIELDS = (
    "characters", "newlines", "hashes", "ellipses",
    "rows", "bullet_rows", "ellipsis_rows",
    "lines", "dup_lines", "dup_line_chars",
    "paragraphs", "dup_paragraphs", "dup_paragraph_chars",
    "solid_lines", "ended_lines", "wide_ended_lines", "short_lines", "dup_solid_chars",
)  # fmt: skip
"""What is counted. *Rows* are the lines of ``str.splitlines``, empty ones too; *lines* what runs of
``\\n`` part, with an empty one before a leading and after a trailing run; *paragraphs* what two and
more ``\\n`` part in the stripped text; *solid* lines have more than white space. *Dup* are those
that came before."""
_NEWLINE, _STOP, _HASH, _DASH = 0x0A, 0x2E, 0x23, 0x2D
_BULLET, _ELLIPSIS = 0x2022, 0x2026


def count_lines(texts: Texts, short: int = 30) -> dict[str, NDArray[np.int64]]:
    """Return `FIELDS`, each int64 of shape (texts,).

    Parameters
    ----------
    texts
        The texts.
    short
        A line of so many characters is short.
    """
    out = np.zeros((len(texts), len(FIELDS)), np.int64)
    _count(texts.data, texts.offsets, c.classes(), short, out)
    return {name: out[:, place] for place, name in enumerate(FIELDS)}


@compiled
def _count(
    data: NDArray[Any], offsets: NDArray[Any], table: NDArray[Any], short: int, out: NDArray[Any]
) -> None:
    seen = np.empty(64, np.uint64)
    for text in range(len(offsets) - 1):
        first, last = offsets[text], offsets[text + 1]
        newlines = 0
        for at in range(first, last):
            newlines += data[at] == _NEWLINE
        size = 16
        while size < 2 * (newlines + 2):
            size *= 2
        if size > len(seen):
            seen = np.empty(size, np.uint64)
        seen[:size] = 0
        row = out[text]
        row[1] = newlines
        _lines(data, first, last, table, short, seen, np.int64(size - 1), row)
        seen[:size] = 0
        _paragraphs(data, first, last, table, seen, np.int64(size - 1), row)


@compiled
def _lines(  # noqa: C901 - one loop over the bytes
    data: NDArray[Any],
    first: int,
    last: int,
    table: NDArray[Any],
    short: int,
    seen: NDArray[Any],
    mask: Any,
    row: NDArray[Any],
) -> None:
    at = begin = row_begin = first
    value = BASIS
    chars = dots = 0
    ending = np.uint32(0)  # bits of the line's last character
    row_first, solid_end, line_solid = 0, first, False
    while at <= last:
        one = int(data[at]) if at < last else _NEWLINE
        if dots > 0 and one != _STOP:
            row[3] += dots // 3
            dots = 0
        if one == _NEWLINE:
            if at > begin:
                _end_line(mixed(value), chars, ending, line_solid, short, seen, mask, row)
            elif at == first and at < last:
                row[7] += 1
            if at == last and at > first and data[at - 1] == _NEWLINE:
                row[7] += 1
                row[8] += data[first] == _NEWLINE
            if at < last or at > row_begin:
                _end_row(data, row_begin, row_first, solid_end, row)
            row[0] += chars + (at < last)
            at += 1
            begin = row_begin = at
            value, chars, line_solid, row_first = BASIS, 0, False, 0
            ending = np.uint32(0)
            continue
        value = (value ^ np.uint64(one)) * PRIME
        size, code = 1, one
        if one >= 0x80:
            # Only characters that begin with these bytes can be white space, bullets or ellipses.
            code, size = c.decode(data, at)
            for more in range(at + 1, at + size):
                value = (value ^ np.uint64(data[more])) * PRIME
            row[3] += code == _ELLIPSIS
        else:
            row[2] += one == _HASH
            dots += one == _STOP
        ending = table[code]
        chars += 1
        at += size
        if not ending & c.SPACE:
            line_solid = True
            solid_end = at
            if row_first == 0:
                row_first = code
        elif ending & c.BREAK and not (one == 0x0D and at < last and data[at] == _NEWLINE):
            _end_row(data, row_begin, row_first, solid_end, row)
            row_begin, row_first = at, 0


@compiled
def _end_line(
    value: np.uint64,
    chars: int,
    ending: np.uint32,
    solid: bool,
    short: int,
    seen: NDArray[Any],
    mask: Any,
    row: NDArray[Any],
) -> None:
    again = _met(seen, mask, value)
    row[7] += 1
    row[8] += again
    row[9] += chars if again else 0
    if solid:
        row[13] += 1
        row[14] += (ending & c.TERMINAL) != 0
        row[15] += (ending & c.WIDE_END) != 0
        row[16] += chars <= short
        row[17] += chars if again else 0


@compiled
def _end_row(data: NDArray[Any], begin: int, first: int, end: int, row: NDArray[Any]) -> None:
    row[4] += 1
    row[5] += first in (_BULLET, _DASH)
    if end - 3 >= begin:
        a, b, last = data[end - 3], data[end - 2], data[end - 1]
        row[6] += (a == _STOP and b == _STOP and last == _STOP) or (
            a == 0xE2 and b == 0x80 and last == 0xA6
        )


@compiled
def _paragraphs(
    data: NDArray[Any],
    first: int,
    last: int,
    table: NDArray[Any],
    seen: NDArray[Any],
    mask: Any,
    row: NDArray[Any],
) -> None:
    first, last = _stripped(data, first, last, table)
    at = first
    value = BASIS
    chars = 0
    while at <= last:
        if at == last or (data[at] == _NEWLINE and at + 1 < last and data[at + 1] == _NEWLINE):
            again = _met(seen, mask, mixed(value))
            row[10] += 1
            row[11] += again
            row[12] += chars if again else 0
            value, chars = BASIS, 0
            while at < last and data[at] == _NEWLINE:
                at += 1
            if at == last:
                break
            continue
        value = (value ^ np.uint64(data[at])) * PRIME
        chars += (data[at] & 0xC0) != 0x80
        at += 1


@compiled
def _stripped(data: NDArray[Any], first: int, last: int, table: NDArray[Any]) -> tuple[int, int]:
    """Return the bounds of a text without the white space around it."""
    while first < last:
        code, size = c.decode(data, first)
        if not table[code] & c.SPACE:
            break
        first += size
    while last > first:
        at = last - 1
        while data[at] & 0xC0 == 0x80:
            at -= 1
        code, _ = c.decode(data, at)
        if not table[code] & c.SPACE:
            break
        last = at
    return first, last


@compiled
def _met(seen: NDArray[Any], mask: Any, value: np.uint64) -> bool:
    """Say whether a table has this hash; it has it from now on."""
    if value == 0:
        value = np.uint64(1)
    slot = np.int64(value) & mask
    while seen[slot] != 0:
        if seen[slot] == value:
            return True
        slot = (slot + 1) & mask
    seen[slot] = value
    return False
