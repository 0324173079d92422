"""The order of the samples: a keyed permutation for each epoch, the same under every plan.

Sample k of a training is sequence ``permute(k mod n)`` of epoch ``k div n``. The permutation is a
Feistel network over the smallest even number of bits that holds n, walked until it lands below
n. So any place of the order is found by itself, in constant memory, whatever library version.
"""

from __future__ import annotations

import numpy as np

_ROUNDS = 6


def samples(start: int, count: int, sequences: int, seed: int) -> np.ndarray:
    """Return the sequence numbers of samples `start` … `start + count` - 1 of the order.

    Parameters
    ----------
    start, count
        Which part of the order; it goes on over epochs without end.
    sequences
        How many sequences the data holds.
    seed
        Of the recipe.

    Returns
    -------
    numpy.ndarray
        int64, shape (count,), each in [0, sequences).
    """
    result = np.empty(count, dtype=np.int64)
    done = 0
    while done < count:
        epoch, position = divmod(start + done, sequences)
        size = min(count - done, sequences - position)
        index = np.arange(position, position + size, dtype=np.uint64)
        result[done : done + size] = _permute(index, sequences, seed, epoch)
        done += size
    return result


def _permute(index: np.ndarray, size: int, seed: int, epoch: int) -> np.ndarray:
    half = max(1, ((size - 1).bit_length() + 1) // 2)
    key = _mix(_mix(np.array([seed], dtype=np.uint64)) ^ np.uint64(epoch))[0]
    result = _feistel(index, half, key)
    outside = result >= size
    while outside.any():
        result[outside] = _feistel(result[outside], half, key)
        outside = result >= size
    return result


def _feistel(index: np.ndarray, half: int, key: np.uint64) -> np.ndarray:
    mask, shift = np.uint64((1 << half) - 1), np.uint64(half)
    left, right = index >> shift, index & mask
    for turn in range(_ROUNDS):
        left, right = right, left ^ (_mix(right ^ key ^ np.uint64(turn << 56)) & mask)
    return (left << shift) | right


def _mix(value: np.ndarray) -> np.ndarray:
    """Return splitmix64's finalizer of each value."""
    value = value + np.uint64(0x9E3779B97F4A7C15)
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed: np.ndarray = value ^ (value >> np.uint64(31))
    return mixed
