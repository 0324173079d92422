"""The features of `kernels.linear`, said again in plain Python."""

from __future__ import annotations

from ogai_lab.data.kernels.letters import fold, folding

_MASK = (1 << 64) - 1
_BASIS, _PRIME, _MIX = 0xCBF29CE484222325, 0x100000001B3, 0x9E3779B97F4A7C15


def features(text: str, bits: int) -> list[int]:
    """Return the features of a text, in order."""
    han = folding().han
    words: list[str] = [""]
    for character in text:
        letters = fold(character)
        if not letters:
            words.append("")
        for letter in letters:
            if han[ord(letter)]:
                words += [letter, ""]
            else:
                words[-1] += letter
    found: list[int] = []
    before = 0
    for word in filter(None, words):
        value = _BASIS
        for letter in word:
            value = ((value ^ ord(letter)) * _PRIME) & _MASK
        found.append(_mixed(value) % (1 << bits))
        if before:
            found.append(_mixed((value + before * _PRIME) & _MASK) % (1 << bits))
        before = value
    return found


def _mixed(value: int) -> int:
    value ^= value >> 32
    value = (value * _MIX) & _MASK
    return value ^ (value >> 29)
