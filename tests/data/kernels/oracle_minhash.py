"""What the MinHash kernels give, in plain Python."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ogai_lab.data.kernels.letters import fold

_M = (1 << 64) - 1
_BASE = 0x9E3779B97F4A7C15
_WORD = 0xD6E8FEB86659FD93


def mixed(x: int) -> int:
    for multiplier in (0xFF51AFD7ED558CCD, 0xC4CEB9FE1A85EC53):
        x = ((x ^ (x >> 33)) * multiplier) & _M
    return x ^ (x >> 33)


def hashed(data: bytes, seed: int) -> int:
    state = (seed + _BASE) & _M
    for place in range(0, len(data), 8):
        state = (mixed(state ^ int.from_bytes(data[place : place + 8], "big")) + _BASE) & _M
    return mixed(state ^ len(data))


def polynomial(values: Sequence[int]) -> int:
    state = 0
    for value in values:
        state = (state * _BASE + value) & _M
    return state


def words(text: str, han: Any) -> list[str]:
    found: list[str] = []
    gap = True
    for character in text:
        for letter in fold(character):
            alone = han[ord(letter)] or (found and han[ord(found[-1][-1])])
            if gap or alone:
                found.append(letter)
            else:
                found[-1] += letter
            gap = False
        gap = gap or not fold(character)
    return found


def shingles(text: str, n: int) -> list[int]:
    key = [ord(letter) for character in text for letter in fold(character)]
    n = min(n, len(key))
    runs = [key[i : i + n] for i in range(len(key) - n + 1)] if key else []
    return [mixed(polynomial(run)) >> 32 for run in runs]


def word_shingles(text: str, n: int, han: Any) -> list[int]:
    hashes = []
    for word in words(text, han):
        state = 0
        for letter in word:
            state = mixed((state * _BASE + ord(letter) + _WORD) & _M)
        hashes.append(state)
    n = min(n, len(hashes))
    found = []
    for i in range(len(hashes) - n + 1 if hashes else 0):
        state = 0
        for value in hashes[i : i + n]:
            state = mixed((state * _BASE + value) & _M)
        found.append(state >> 32)
    return found


def signature(hashes: Sequence[int], a: Sequence[int], b: Sequence[int]) -> list[int]:
    return [
        min(((int(x) * h + int(y)) & 0xFFFFFFFF for h in hashes), default=0xFFFFFFFF)
        for x, y in zip(a, b, strict=True)
    ]
