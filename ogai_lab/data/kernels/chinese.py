"""Counts for Chinese, which has no spaces: over characters, not over words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ogai_lab.data.kernels import characters as c
from ogai_lab.data.kernels.compiled import compiled
from ogai_lab.data.kernels.hashes import mixed
from ogai_lab.data.kernels.text import Texts

_FACTOR = np.uint64(0x9E3779B97F4A7C15)


def count_characters(texts: Texts, *lists: Sequence[str]) -> NDArray[np.int64]:
    """Count the characters that are no white space, the Han ones, and those of lists.

    Parameters
    ----------
    texts
        The texts.
    lists
        At most 8 lists of single characters.

    Returns
    -------
    NDArray[np.int64]
        Of shape (2 + lists, texts): all characters, Han characters, and how many different ones
        of each list a text has.
    """
    members = [[ord(one) for one in dict.fromkeys(list_)] for list_ in lists]
    codes = sorted({code for list_ in members for code in list_})
    # The slot of a listed character by its code point, and the lists that it stands in.
    slots = np.zeros(len(c.classes()), np.int16)
    slots[codes] = np.arange(1, len(codes) + 1)
    which = np.zeros(len(codes) + 1, np.uint8)
    for number, list_ in enumerate(members):
        which[slots[list_]] |= np.uint8(1 << number)
    out = np.zeros((2 + len(lists), len(texts)), np.int64)
    _count(texts.data, texts.offsets, c.classes(), slots, which, out)
    return out


@compiled
def _count(
    data: NDArray[Any],
    offsets: NDArray[Any],
    table: NDArray[Any],
    slots: NDArray[Any],
    which: NDArray[Any],
    out: NDArray[Any],
) -> None:
    seen = np.full(len(which), -1, np.int64)
    for text in range(len(offsets) - 1):
        at = offsets[text]
        while at < offsets[text + 1]:
            code, size = c.decode(data, at)
            at += size
            if table[code] & c.SPACE:
                continue
            out[0, text] += 1
            out[1, text] += (table[code] & c.HAN) != 0
            slot = slots[code]
            if slot > 0 and seen[slot] != text:
                seen[slot] = text
                for number in range(len(out) - 2):
                    out[2 + number, text] += (which[slot] >> number) & 1


def repeated_grams(texts: Texts, n: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Count the sequences of `n` characters, white space left out.

    Returns
    -------
    tuple
        How many came before in their text, and how many there are, each int64 of shape (texts,).
        Sequences are compared by a 64-bit hash.
    """
    out = np.zeros((2, len(texts)), np.int64)
    _repeated(texts.data, texts.offsets, c.classes(), n, out)
    return out[0], out[1]


@compiled
def _repeated(
    data: NDArray[Any], offsets: NDArray[Any], table: NDArray[Any], n: int, out: NDArray[Any]
) -> None:
    oldest = np.uint64(1)
    for _ in range(n):
        oldest *= _FACTOR
    window = np.zeros(n, np.uint64)
    seen = np.zeros(64, np.uint64)
    for text in range(len(offsets) - 1):
        first, last = offsets[text], offsets[text + 1]
        characters = 0
        for at in range(first, last):
            characters += (data[at] & 0xC0) != 0x80
        size = 16
        while size < 2 * characters:
            size *= 2
        if size > len(seen):
            seen = np.zeros(size, np.uint64)
        seen[:size] = 0
        mask = np.int64(size - 1)
        window[:] = 0
        value = np.uint64(0)
        count = 0
        at = first
        while at < last:
            code, width = c.decode(data, at)
            at += width
            if table[code] & c.SPACE:
                continue
            place = count % n
            value = value * _FACTOR + np.uint64(code) - window[place] * oldest
            window[place] = np.uint64(code)
            count += 1
            if count < n:
                continue
            key = mixed(value)
            if key == 0:
                key = np.uint64(1)
            slot = np.int64(key) & mask
            while seen[slot] != 0 and seen[slot] != key:
                slot = (slot + 1) & mask
            out[0, text] += seen[slot] == key
            out[1, text] += 1
            seen[slot] = key
