"""Where a text names a person's mail, address, telephone, identity or bank card.

Numbers are told apart in `numbers`; here are addresses of mail, and what is made of all of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ogai_lab.data.kernels.compiled import compiled
from ogai_lab.data.kernels.numbers import EMAIL, alphanumeric, number

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ogai_lab.data.kernels.text import Texts

_SHORTEST = 6
"""Bytes of the shortest thing found: ``a@b.cn``."""
_LONGEST_LOCAL, _LONGEST_DOMAIN = 64, 253  # RFC 5321
_DIGIT, _AT, _PLUS = 1, 2, 3
_STARTS = np.zeros(256, np.uint8)
_STARTS[0x30:0x3A] = _DIGIT
_STARTS[0x40] = _AT
_STARTS[0x2B] = _PLUS
_LOCAL = np.zeros(256, np.bool_)
_LOCAL[list(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._%+-")] = True


class Spans(NamedTuple):
    """What was found, in order: bytes ``[start, end)`` of a text, and a kind (`numbers.KINDS`)."""

    text: NDArray[np.int64]
    start: NDArray[np.int64]
    end: NDArray[np.int64]
    kind: NDArray[np.int64]


def find(found: Texts, private: bool = False) -> Spans:
    """Return what the texts name.

    Parameters
    ----------
    private
        Whether IP addresses count that are no public ones (RFC 1918 and the like).
    """
    first, last = (int(found.offsets[place]) for place in (0, -1))
    out = np.empty((4, (last - first) // _SHORTEST + 1), np.int64)
    count = _find(found.data, found.offsets, private, out)
    text, start, end, kind = out[:, :count].copy()
    return Spans(text, start - found.offsets[text], end - found.offsets[text], kind)


def replace(found: Texts, spans: Spans, marks: list[bytes]) -> tuple[Any, Any]:
    """Return the bytes and the offsets of the texts with a mark in place of each span.

    Parameters
    ----------
    marks
        What stands for each of `numbers.KINDS`.
    """
    sizes = np.array([len(mark) for mark in marks], np.int64)
    bounds = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    whole = np.frombuffer(b"".join(marks) or b"\0", np.uint8)
    grown = int((sizes[spans.kind] - (spans.end - spans.start)).sum())
    data = np.empty(int(found.offsets[-1] - found.offsets[0]) + grown, np.uint8)
    offsets = np.empty(len(found) + 1, np.int64)
    _replace(found.data, found.offsets, *spans, whole, bounds, data, offsets)
    return data, offsets


@compiled
def _find(data: NDArray[Any], offsets: NDArray[Any], private: bool, out: NDArray[Any]) -> int:
    count = 0
    for text in range(len(offsets) - 1):
        lo, hi = offsets[text], offsets[text + 1]
        first = count
        at = lo
        while at < hi:
            start = _STARTS[data[at]]
            if start == 0:
                at += 1
                continue
            free = lo if count == first else out[2, count - 1]
            begin, end, kind = at, at + 1, -1
            if start == _AT:
                begin, end = _email(data, lo, hi, at)
                # A number within its name was taken for something else.
                while end > begin and count > first and out[1, count - 1] >= begin:
                    count -= 1
                    free = lo if count == first else out[2, count - 1]
                if end > begin and begin >= free:
                    kind = EMAIL
                else:
                    end = at + 1
            else:
                end, kind = number(data, lo, hi, at, private)
            if kind >= 0:
                out[0, count], out[1, count] = text, begin
                out[2, count], out[3, count] = end, kind
                count += 1
            at = max(end, at + 1)
    return count


@compiled
def _email(data: NDArray[Any], lo: int, hi: int, at: int) -> tuple[int, int]:
    """Return where the mail address around an ``@`` begins and ends; equal where there is none."""
    begin = at
    while begin > lo and at - begin < _LONGEST_LOCAL and _LOCAL[data[begin - 1]]:
        begin -= 1
    while begin < at and (data[begin] == 0x2E or data[begin] == 0x2D):
        begin += 1
    if begin == at or data[at - 1] == 0x2E:
        return at, at
    end, label, letters, place = at, 0, 0, at + 1
    while place < hi and place - at <= _LONGEST_DOMAIN:
        one = data[place]
        if alphanumeric(one):
            label += 1
            letters += one >= 0x41
        elif one == 0x2D and label > 0:
            if end > at and letters == label and label >= 2:
                end = place
            label += 1
            letters = -1000  # no top-level domain
        elif one == 0x2E and label > 0 and data[place - 1] != 0x2D:
            if end > at and letters == label and label >= 2:
                end = place
            elif end == at:
                end = at + 1  # one label is behind us
            label, letters = 0, 0
        else:
            break
        place += 1
    if end > at and letters == label and label >= 2:
        return begin, place
    return (begin, end) if end > at + 1 else (at, at)


@compiled
def _replace(
    data: NDArray[Any],
    offsets: NDArray[Any],
    text: NDArray[Any],
    start: NDArray[Any],
    end: NDArray[Any],
    kind: NDArray[Any],
    marks: NDArray[Any],
    bounds: NDArray[Any],
    out: NDArray[Any],
    ends: NDArray[Any],
) -> None:
    at = one = 0
    ends[0] = 0
    for row in range(len(offsets) - 1):
        place = offsets[row]
        while one < len(text) and text[one] == row:
            for i in range(place, offsets[row] + start[one]):
                out[at] = data[i]
                at += 1
            for i in range(bounds[kind[one]], bounds[kind[one] + 1]):
                out[at] = marks[i]
                at += 1
            place = offsets[row] + end[one]
            one += 1
        for i in range(place, offsets[row + 1]):
            out[at] = data[i]
            at += 1
        ends[row + 1] = at
