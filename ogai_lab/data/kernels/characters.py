# ruff: noqa: RUF001 - marks that look like others are what this is about
"""What each Unicode character is to the kernels: bits, looked up by code point."""

from __future__ import annotations

import functools
import sys
import unicodedata
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ogai_lab.data.kernels.compiled import compiled

SPACE = 1
"""White space, as ``str.isspace`` has it."""
ALPHA = 2
"""A letter of any script, as ``str.isalpha`` has it."""
SYMBOL = 4
"""A mark, a control character or a sentence end: a word of these only counts for nothing."""
TERMINAL = 8
"""Ends a sentence in some script (Unicode's Sentence_Terminal, which has 。？！)."""
BREAK = 16
"""Ends a line for ``str.splitlines``."""
HAN = 32
PUNCTUATION = 64
"""Unicode category P."""
OPENS = 128
"""Is cut off the front of a word."""
CLOSES = 256
"""Is cut off the end of a word."""
LETTER = 512
LOWER = 1024
"""A small letter, or one of a script without case."""
UPPER = 2048
"""A capital letter, or one of a script without case."""
DIGIT = 4096
"""0 to 9."""
QUOTE = 8192
ICON = 16384
"""Unicode category So: emoji, arrows, boxes."""
BEFORE_STOP = 32768
"""A full stop behind it stands alone."""
HYPHEN = 65536
CURRENCY = 131072
PLAIN = 262144
"""A word of these alone is one word, whatever stands beside: letters, digits, marks on letters."""
MATTERS_WITHIN = 524288
"""May part a word in two where it stands within."""
WIDE_END = 1048576
"""Ends a line of Chinese: TERMINAL, and closing quotes and brackets, … and ：；."""

_MARKS = "!/—”:％１〈&(、━\\【#%「」，】；+^]~“《„';’{|∶´[=-`*．（–？！：$～«〉,><》)?）。…@_.\"}►»"
"""What datatrove 0.10 takes for punctuation (datatrove/utils/text.py), beside sentence ends."""
_PUNCT = "…,:;!?¿؟¡()[]{}<>_#*&。？！，、；：～·।،۔؛٪"
_QUOTES = "'\"”“`‘´’‚,„»«「」『』（）〔〕【】《》〈〉⟦⟧"
_CURRENCY = "$£€¥฿₽﷼" + "".join(map(chr, range(0x20A0, 0x20C0)))
_HAN = ((0x3007, 0x3007), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x323AF))
_LAST_LETTER = 0x323AF
"""Behind it come only selectors, tags and what is for private use."""
_TERMINALS = """
21 2e 3f 589 61d-61f 6d4 700-702 7f9 837 839 83d-83e 964-965 104a-104b 1362 1367-1368 166e
1735-1736 17d4-17d6 17d9-17da 1803 1809 1944-1945 1aa8-1aab 1b5a-1b5b 1b5e-1b5f 1b7d-1b7e
1c3b-1c3c 1c7e-1c7f 203c-203d 2047-2049 2e2e 2e3c 2e53-2e54 3002 a4ff a60e-a60f a6f3 a6f7
a876-a877 a8ce-a8cf a92f a9c8-a9c9 aa5d-aa5f aaf0-aaf1 abeb fe52 fe56-fe57 ff01 ff0e ff1f ff61
10a56-10a57 10f55-10f59 10f86-10f89 11047-11048 110be-110c1 11141-11143 111c5-111c6 111cd
111de-111df 11238-11239 1123b-1123c 112a9 1144b-1144c 115c2-115c3 115c9-115d7 11641-11642
1173c-1173e 11944 11946 11a42-11a43 11a9b-11a9c 11c41-11c42 11ef7-11ef8 11f43-11f44 16a6e-16a6f
16af5 16b37-16b38 16b44 16e98 1bc9f 1da88
"""
"""Unicode's Sentence_Terminal as datatrove 0.10 has it, with the Khmer 17d6, 17d9 and 17da."""


@functools.cache
def classes() -> NDArray[np.uint32]:
    """Return the bits of every code point, uint32 of shape (0x110000,)."""
    table = np.zeros(sys.maxunicode + 1, np.uint32)
    for code in (*range(_LAST_LETTER + 1), *range(0xE0000, 0xE0200)):
        table[code] = _general(chr(code))
    for characters, bits in _groups():
        table[[ord(character) for character in characters]] |= np.uint32(bits)
    for first, last in _HAN:
        table[first : last + 1] |= np.uint32(HAN)
    # "x" and "3" stand beside each other in one word, but "3km" and "3$" are two.
    plain = (table & (LETTER | DIGIT) != 0) & (table & (OPENS | CLOSES | MATTERS_WITHIN) == 0)
    table[plain] |= np.uint32(PLAIN)
    table.setflags(write=False)
    return table


def _general(character: str) -> int:
    category = unicodedata.category(character)
    bits = SPACE if character.isspace() else 0
    if character.isalpha():
        bits |= ALPHA | LETTER
        bits |= 0 if character.isupper() else LOWER
        bits |= 0 if character.islower() else UPPER
    if category[0] == "P":
        bits |= PUNCTUATION
    if category == "So":
        bits |= ICON | OPENS | CLOSES | MATTERS_WITHIN
    return bits


def _groups() -> list[tuple[str, int]]:
    controls = [*range(9), *range(11, 32), *range(127, 160)]
    terminals = "".join(_ranges(_TERMINALS))
    return [
        (_MARKS + terminals + "".join(map(chr, controls)), SYMBOL),
        (terminals, TERMINAL),
        ("\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029", BREAK),
        ("§%=—–+" + _PUNCT + _QUOTES + _CURRENCY, OPENS),
        (_PUNCT + _QUOTES + "—–.+", CLOSES),
        (_CURRENCY + "%", CLOSES),
        ("0123456789", DIGIT),
        (_QUOTES, QUOTE),
        (_PUNCT + _QUOTES + "%²-+|(?:)0123456789", BEFORE_STOP),
        ("-–—~", HYPHEN),
        (_CURRENCY, CURRENCY),
        ("….,+-*^–—~:<>=/", MATTERS_WITHIN),
        (terminals + "”’」』》）】〕…︒：；)\"'", WIDE_END),
    ]


def _ranges(text: str) -> list[str]:
    pairs = [(part.split("-") * 2)[:2] for part in text.split()]
    bounds = [(int(first, 16), int(last, 16)) for first, last in pairs]
    return [chr(code) for first, last in bounds for code in range(first, last + 1)]


@compiled
def decode(data: NDArray[Any], at: int) -> tuple[int, int]:
    """Return the code point that begins at byte `at`, and its bytes; the text is valid UTF-8."""
    one = int(data[at])
    if one < 0x80:
        return one, 1
    if one < 0xE0:
        return (one & 0x1F) << 6 | (int(data[at + 1]) & 0x3F), 2
    two = (int(data[at + 1]) & 0x3F) << 6 | (int(data[at + 2]) & 0x3F)
    if one < 0xF0:
        return (one & 0x0F) << 12 | two, 3
    return (one & 0x07) << 18 | two << 6 | (int(data[at + 3]) & 0x3F), 4
