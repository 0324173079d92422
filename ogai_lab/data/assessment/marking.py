"""What was removed between two states of a text, line by line and then word by word."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from typing import Literal

from ogai_lab.data.assessment.types import Piece

_MOST = 20_000
"""Characters of a text that are compared; what follows is not shown."""
_PRODUCT = 1 << 20
"""Words of one times words of the other, up to which they are compared one by one."""
_WORD = re.compile(r"[^\W\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff]+|\s+|.", re.DOTALL)
"""A word, white space, or one character; a Han character is a word."""

Kind = Literal["same", "removed", "put"]


def marked(before: str, after: str) -> list[Piece]:
    """Return the pieces of both texts, in order.

    The same and the put ones together are `after`, the same and the removed ones `before`. White
    space at the ends of lines and empty lines are of no account.
    """
    old, new = _lines(before), _lines(after)
    return _joined(_compared(old, new, "\n"))


def _compared(old: Sequence[str], new: Sequence[str], end: str) -> Iterator[tuple[Kind, str]]:
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for tag, a, b, c, d in matcher.get_opcodes():
        was, now = [f"{each}{end}" for each in old[a:b]], [f"{each}{end}" for each in new[c:d]]
        if tag == "equal":
            yield "same", "".join(now)
        elif tag == "replace" and end:
            yield from _words("".join(was), "".join(now))
        else:
            yield "removed", "".join(was)
            yield "put", "".join(now)


def _words(was: str, now: str) -> Iterator[tuple[Kind, str]]:
    old, new = _WORD.findall(was), _WORD.findall(now)
    if len(old) * len(new) > _PRODUCT:
        yield "removed", was
        yield "put", now
    else:
        yield from _compared(old, new, "")


def _lines(text: str) -> list[str]:
    stripped = (line.rstrip() for line in text[:_MOST].split("\n"))
    return [line for line in stripped if line]


def _joined(found: Iterable[tuple[Kind, str]]) -> list[Piece]:
    pieces: list[Piece] = []
    for kind, text in found:
        if text and pieces and pieces[-1].kind == kind:
            pieces[-1].text += text
        elif text:
            pieces.append(Piece(kind=kind, text=text))
    return pieces
