"""The hash by which words, lines and n-grams are compared, and tables of it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ogai_lab.data.kernels.compiled import compiled

BASIS = np.uint64(0xCBF29CE484222325)
PRIME = np.uint64(0x100000001B3)
MIX = np.uint64(0x9E3779B97F4A7C15)


@compiled
def mixed(value: np.uint64) -> np.uint64:
    """Return the value with its bits stirred, so that any of them can place it in a table."""
    value ^= value >> np.uint64(32)
    value *= MIX
    return value ^ (value >> np.uint64(29))


@compiled
def hash_bytes(data: NDArray[Any], start: int, end: int) -> np.uint64:
    """Return the 64-bit hash of some bytes: FNV-1a, stirred."""
    value = BASIS
    for at in range(start, end):
        value = (value ^ np.uint64(data[at])) * PRIME
    return mixed(value)


@compiled
def find(keys: NDArray[Any], key: np.uint64) -> int:
    """Return the slot of `key` in an open table, or -1 - the free slot where it belongs.

    The table's size is a power of two, and 0 is a free slot; a key of 0 is as 1.
    """
    mask = np.int64(len(keys) - 1)
    if key == 0:
        key = np.uint64(1)
    slot = np.int64(key) & mask
    while keys[slot] != 0:
        if keys[slot] == key:
            return int(slot)
        slot = (slot + 1) & mask
    return int(-1 - slot)


def hash_text(text: str) -> int:
    """Return the hash that the kernels give to a text's bytes."""
    data = np.frombuffer(text.encode() or b"\0", np.uint8)
    return int(hash_bytes(data, 0, len(text.encode())))
