"""64-bit hashes of bytes and of code points, for use inside other kernels."""

from __future__ import annotations

from typing import Any

import numpy as np

from ogai_lab.data.kernels.compiled import compiled

_A = np.uint64(0xFF51AFD7ED558CCD)
_B = np.uint64(0xC4CEB9FE1A85EC53)
_STEP = np.uint64(0x9E3779B97F4A7C15)
_33 = np.uint64(33)
_8 = np.uint64(8)


@compiled
def mixed(x: Any) -> Any:
    """Return `x` with every bit spread over all: MurmurHash3's 64-bit finaliser, a bijection."""
    x = np.uint64(x)
    x ^= x >> _33
    x *= _A
    x ^= x >> _33
    x *= _B
    return x ^ (x >> _33)


@compiled
def hashed(data: Any, start: int, end: int, seed: Any) -> Any:
    """Return the hash of ``data[start:end]``, an array of bytes.

    Eight bytes at a time, each word mixed into the state; the length is mixed in last.
    """
    state = np.uint64(seed) + _STEP
    place = start
    while place < end:
        word = np.uint64(0)
        for byte in range(place, min(place + 8, end)):
            word = (word << _8) | np.uint64(data[byte])
        state = mixed(state ^ word) + _STEP
        place += 8
    return mixed(state ^ np.uint64(end - start))


@compiled
def hash_texts(offsets: Any, data: Any, seed: Any, out: Any) -> None:
    """Fill `out` with the hash of each text.

    Parameters
    ----------
    offsets, data
        An Arrow string array's buffers: text ``i`` is ``data[offsets[i]:offsets[i + 1]]``.
    seed
        Another seed, another hash (uint64).
    out
        uint64, shape (texts,).
    """
    for i in range(len(out)):
        out[i] = hashed(data, offsets[i], offsets[i + 1], seed)
