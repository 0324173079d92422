"""Sorting 64-bit keys that carry a 32-bit value."""

from __future__ import annotations

from typing import Any

import numpy as np

from ogai_lab.data.kernels.compiled import compiled

_BITS = 11
_DIGITS = 6  # 6 × 11 bits cover 64


@compiled
def sort_pairs(keys: Any, values: Any, keys2: Any, values2: Any) -> bool:
    """Sort by key, ties in their order, by least significant digit first (radix sort).

    Parameters
    ----------
    keys, values
        uint64 and uint32, shape (pairs,).
    keys2, values2
        Room of the same shapes.

    Returns
    -------
    bool
        Whether the sorted pairs stand in `keys2` and `values2` instead of `keys` and `values`.
    """
    size = 1 << _BITS
    counts = np.zeros((_DIGITS, size), np.int64)
    mask = np.uint64(size - 1)
    for key in keys:
        for digit in range(_DIGITS):
            counts[digit, (key >> np.uint64(digit * _BITS)) & mask] += 1
    swapped = False
    for digit in range(_DIGITS):
        if counts[digit].max() == len(keys):  # all alike in this digit
            continue
        shift = np.uint64(digit * _BITS)
        place = np.zeros(size, np.int64)
        total = 0
        for i in range(size):
            place[i] = total
            total += counts[digit, i]
        if swapped:
            _pass(keys2, values2, keys, values, shift, mask, place)
        else:
            _pass(keys, values, keys2, values2, shift, mask, place)
        swapped = not swapped
    return swapped


@compiled
def _pass(
    keys: Any, values: Any, keys2: Any, values2: Any, shift: Any, mask: Any, place: Any
) -> None:
    for i in range(len(keys)):
        key = keys[i]
        digit = (key >> shift) & mask
        to = place[digit]
        place[digit] = to + 1
        keys2[to] = key
        values2[to] = values[i]
