"""The lines that C4's rules keep, and what stands in them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ogai_lab.data.kernels import characters as c
from ogai_lab.data.kernels.compiled import compiled
from ogai_lab.data.kernels.text import Texts
from ogai_lab.data.kernels.words import ENDS_SENTENCE, IS_MARK, Words

FIELDS = ("lines", "kept_lines", "sentences", "lorem_ipsum", "curly_bracket")
"""`lines` are those of ``str.splitlines``; the rest is said of the lines that pass: `kept_lines`,
the `sentences` in them, and whether one that ends as it should has one of the two marks."""
_LONGEST_WORD, _FEWEST_WORDS = 1000, 3
_PHRASES = (
    "javascript", "lorem ipsum", "terms of use", "privacy policy", "cookie policy",
    "uses cookies", "use of cookies", "use cookies",
)  # fmt: skip
_LONGEST = 14
_FORMS = np.array([[*phrase.encode().ljust(_LONGEST, b"\0")] for phrase in _PHRASES], np.uint8)
_CITATIONS = np.array(
    [[*text.encode().ljust(18, b"\0")] for text in ("[edit]", "[citation needed]")], np.uint8
)
_OPEN, _CLOSE, _BRACE, _STOP = 0x5B, 0x5D, 0x7B, 0x2E


def count_c4(texts: Texts, words: Words) -> dict[str, NDArray[np.int64]]:
    """Return `FIELDS`, each int64 of shape (texts,).

    The rules are those of C4's code (Raffel et al. 2020, section 2.2, and tensorflow_datasets'
    c4_utils): a line is kept when it ends with one of ``. ? ! " '`` but not with ``...``, has three
    words of at most 1000 characters, and names neither JavaScript nor a policy or cookies.
    Citations as in Wikipedia (``[1]``, ``[edit]``) count for nothing.
    """
    out = np.zeros((len(texts), len(FIELDS)), np.int64)
    _count(texts.data, texts.offsets, c.classes(), words.bounds, words.start, words.flags, out)
    return {name: out[:, place] for place, name in enumerate(FIELDS)}


@compiled
def _count(  # noqa: C901 - one line of text after the other
    data: NDArray[Any],
    offsets: NDArray[Any],
    table: NDArray[Any],
    bounds: NDArray[Any],
    start: NDArray[Any],
    flags: NDArray[Any],
    out: NDArray[Any],
) -> None:
    for text in range(len(offsets) - 1):
        first, last = offsets[text], offsets[text + 1]
        row = out[text]
        at, word = first, bounds[text]
        while at < last:
            solid, end = last, at
            spaced = longest = run = 0
            cited = braced = False
            while at < last:
                code, size = int(data[at]), 1
                if code >= 0x80:
                    code, size = c.decode(data, at)
                bits = table[code]
                at += size
                if bits & c.SPACE:
                    run = 0
                    if bits & c.BREAK:
                        if code == 0x0D and at < last and data[at] == 0x0A:
                            at += 1
                        break
                    continue
                if run == 0:
                    spaced += 1
                run += 1
                longest = max(longest, run)
                solid = min(solid, at - size)
                end = at
                cited |= code == _CLOSE
                braced |= code == _BRACE
            row[0] += 1
            from_word = word
            while word < bounds[text + 1] and start[word] < at - first:
                word += 1
            if longest > _LONGEST_WORD or spaced < _FEWEST_WORDS:
                continue
            if cited:
                end = _before_citations(data, solid, end)
            if not _ends(data, solid, end):
                continue
            phrase = _phrase(data, solid, end)
            if phrase == 1:
                row[3] = 1
                continue
            if phrase == 0:
                continue
            if braced:
                row[4] = 1
                continue
            if phrase > 1:
                continue
            row[1] += 1
            row[2] += _sentences(flags, from_word, word)
            if cited:
                row[2] += _cited_sentences(data, solid, end)


@compiled
def _ends(data: NDArray[Any], begin: int, end: int) -> bool:
    if end <= begin:
        return False
    one = data[end - 1]
    if one == _STOP:
        three = end - begin > 2 and data[end - 2] == _STOP and data[end - 3] == _STOP
        return not three
    return bool(one == 0x3F or one == 0x21 or one == 0x22 or one == 0x27)


@compiled
def _citation(data: NDArray[Any], at: int, end: int) -> int:
    """Return the length of the citation at `at`, 0 when there is none."""
    if data[at] != _OPEN:
        return 0
    i = at + 1
    while i < end and 0x30 <= data[i] <= 0x39:
        i += 1
    if i < end and data[i] == _CLOSE:
        return i + 1 - at
    for form in _CITATIONS:
        i = 0
        while form[i] != 0 and at + i < end and data[at + i] == form[i]:
            i += 1
        if form[i] == 0:
            return i
    return 0


@compiled
def _before_citations(data: NDArray[Any], begin: int, end: int) -> int:
    """Return where the line ends without the citations at its end."""
    again = True
    while again and end > begin and data[end - 1] == _CLOSE:
        again = False
        for at in range(end - 2, max(begin, end - 18) - 1, -1):
            if data[at] == _OPEN:
                again = _citation(data, at, end) == end - at
                end = at if again else end
                break
    return end


@compiled
def _cited_sentences(data: NDArray[Any], begin: int, end: int) -> int:
    """Return how many sentences end before a citation, unseen in words: ``so.[1] It``."""
    found = 0
    for at in range(begin + 1, end - 1):
        before = data[at - 1]
        if data[at] == _OPEN and (before == _STOP or before == 0x21 or before == 0x3F):
            size = _citation(data, at, end)
            found += size > 0 and at + size < end and data[at + size] == 0x20
    return found


@compiled
def _phrase(data: NDArray[Any], begin: int, end: int) -> int:
    """Return which of the phrases a line has, in any case; 0 before 1 before others, -1: none.

    "Lorem ipsum" (1) goes before JavaScript (0), as it is looked for first.
    """
    found = -1
    for at in range(begin, end):
        one = data[at] | 0x20
        if (
            one != 0x6A
            and one != 0x6C
            and one != 0x74
            and one != 0x70
            and one != 0x63
            and one != 0x75
        ):
            continue
        for number in range(len(_FORMS)):
            form = _FORMS[number]
            if form[0] != one:
                continue
            i = 1
            while (
                i < _LONGEST and form[i] != 0 and at + i < end and _small(data[at + i]) == form[i]
            ):
                i += 1
            if i == _LONGEST or form[i] == 0:
                if number == 1:
                    return 1
                if found != 0:
                    found = number
    return found


@compiled
def _small(one: int) -> int:
    return one + 32 if 0x41 <= one <= 0x5A else one


@compiled
def _sentences(flags: NDArray[Any], begin: int, end: int) -> int:
    """Return the sentences: one ends with a sentence mark and the marks right behind it."""
    found, over = 0, True
    for word in range(begin, end):
        if word == begin:
            found, over = 1, False
        elif over and not flags[word] & (IS_MARK | ENDS_SENTENCE):
            found += 1
            over = False
        if flags[word] & ENDS_SENTENCE:
            over = True
    return found
