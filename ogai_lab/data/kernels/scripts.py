"""Which scripts a text is written in, counted by its characters."""

from __future__ import annotations

import functools
import unicodedata
from typing import TYPE_CHECKING, Any

import numpy as np

from ogai_lab.data.kernels.compiled import compiled
from ogai_lab.data.kernels.letters import folding

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ogai_lab.data.kernels.text import Texts

_RANGES = {
    "Latn": [(0x41, 0x5B), (0x61, 0x7B), (0xC0, 0x250), (0x1E00, 0x1F00), (0xFF21, 0xFF5B)],
    "Grek": [(0x370, 0x400), (0x1F00, 0x2000)],
    "Cyrl": [(0x400, 0x530)],
    "Armn": [(0x531, 0x588)],
    "Hebr": [(0x5D0, 0x5F3)],
    "Arab": [(0x620, 0x6FF), (0x750, 0x780), (0x8A0, 0x8E0), (0xFB50, 0xFE00), (0xFE70, 0xFEFF)],
    "Deva": [(0x900, 0x980)],
    "Beng": [(0x980, 0xA00)],
    "Guru": [(0xA00, 0xA80)],
    "Gujr": [(0xA80, 0xB00)],
    "Taml": [(0xB80, 0xC00)],
    "Telu": [(0xC00, 0xC80)],
    "Knda": [(0xC80, 0xD00)],
    "Mlym": [(0xD00, 0xD80)],
    "Sinh": [(0xD80, 0xE00)],
    "Thai": [(0xE00, 0xE80)],
    "Laoo": [(0xE80, 0xF00)],
    "Tibt": [(0xF00, 0x1000)],
    "Mymr": [(0x1000, 0x10A0)],
    "Geor": [(0x10A0, 0x1100), (0x1C90, 0x1CC0)],
    "Ethi": [(0x1200, 0x1380)],
    "Khmr": [(0x1780, 0x1800)],
    "Mong": [(0x1800, 0x18B0)],
    "Kore": [(0x1100, 0x1200), (0xAC00, 0xD7B0)],
    "Kana": [(0x3041, 0x3100), (0x31F0, 0x3200), (0xFF66, 0xFF9E)],
}
SCRIPTS = ("", *_RANGES, "Hani", "Hans", "Hant")
"""ISO 15924 codes by their class: of a Han character `Hans` or `Hant` where it is only that."""


@functools.cache
def classes() -> NDArray[np.uint8]:
    """Return the class of each code point: an index of `SCRIPTS`, 0 for what is no letter."""
    found = np.zeros(0x110000, np.uint8)
    for number, ranges in enumerate(_RANGES.values(), 1):
        for start, end in ranges:
            found[start:end] = number
    found[0xD7] = found[0xF7] = 0  # × and ÷
    han, hans, hant = (SCRIPTS.index(name) for name in ("Hani", "Hans", "Hant"))
    codes = np.flatnonzero(folding().han & (found == 0)).tolist()
    letters = [code for code in codes if unicodedata.category(chr(code)) == "Lo"]
    found[letters] = han
    # A few, such as 后, are simplified forms and traditional ones too: others outweigh them.
    found[_changed("s2t", letters)] = hans
    found[_changed("t2s", letters)] = hant
    return found


def count_scripts(found: Texts) -> NDArray[np.int64]:
    """Return how many characters of each class a text has: shape (texts, ``len(SCRIPTS)``)."""
    out = np.zeros((len(found), len(SCRIPTS)), np.int64)
    _count(found.data, found.offsets, classes(), out)
    return out


def _changed(conversion: str, codes: list[int]) -> list[int]:
    """Return the characters that OpenCC writes in another way, each by itself."""
    from opencc import OpenCC

    lines = OpenCC(conversion).convert("\n".join(map(chr, codes))).split("\n")
    return [code for code, line in zip(codes, lines, strict=True) if line != chr(code)]


@compiled
def _count(data: NDArray[Any], offsets: NDArray[Any], kinds: NDArray[Any], out: Any) -> None:
    for text in range(len(offsets) - 1):
        place, end = offsets[text], offsets[text + 1]
        while place < end:
            byte = np.uint32(data[place])
            if byte < 0x80:
                code, size = byte, 1
            elif byte < 0xE0:
                code, size = byte & np.uint32(0x1F), 2
            elif byte < 0xF0:
                code, size = byte & np.uint32(0x0F), 3
            else:
                code, size = byte & np.uint32(0x07), 4
            for at in range(place + 1, place + size):
                code = (code << np.uint32(6)) | (np.uint32(data[at]) & np.uint32(0x3F))
            out[text, kinds[code]] += 1
            place += size
