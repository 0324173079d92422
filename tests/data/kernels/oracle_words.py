"""Word splitting in plain Python: the rules as regular expressions."""

from __future__ import annotations

import re
from typing import NamedTuple

from ogai_lab.data.kernels import characters as c
from ogai_lab.data.kernels.specials import MOST_BYTES, specials

_UNITS = (
    " km m dm cm mm ha nm yd in ft kg g mg t lb oz kmh mph hPa Pa mbar mb MB kb KB gb GB tb TB T G"
    " M K "
)
_ADDRESS = re.compile(
    r"""([A-Za-z0-9]+://)?([^/@]*@)?
    ([A-Za-z0-9\x80-\U0010ffff][A-Za-z0-9\x80-\U0010ffff_-]*\.)+[a-z]{2,}(:[0-9]{2,5})?([/?#].*)?""",
    re.VERBOSE | re.DOTALL,
)
_SPECIALS = specials()


class Word(NamedTuple):
    text: str
    start: int


def words(text: str) -> list[Word]:
    found, at = [], 0
    for piece in re.split(r"(\s+)", text):
        # What a regular expression takes for white space is not all that str.isspace does.
        for part in re.split("([\x1c-\x1f\x85]+)", piece):
            if not part.isspace():
                start = at
                for word in _joined(_parts(part)):
                    found.append(Word(word, start))
                    start += len(word.encode())
            at += len(part.encode())
    return [word for word in found if word.text]


def _is(character: str, bits: int) -> bool:
    return bool(c.classes()[ord(character)] & bits)


def _special(text: str) -> list[str] | None:
    data, at, found = text.encode(), 0, []
    if text not in _SPECIALS or len(data) > MOST_BYTES:
        return None
    for length in _SPECIALS[text]:
        found.append(data[at : at + length].decode())
        at += length
    return found


def _front(text: str) -> int:
    dots = re.match(r"\.\.+", text)
    if dots:
        return dots.end()
    if re.match(r"\+(?![0-9])", text) or (text[:1] not in ("", "+") and _is(text[0], c.OPENS)):
        return 1
    return 2 if re.match(r"[CA]\$", text) else 0


def _back(text: str) -> int:
    if not text:
        return 0
    if re.search(r"['\u2019][sS]\Z", text):
        return 2
    unit = re.search(r"[0-9]([A-Za-z]{1,4})\Z", text)
    if unit:
        return len(unit[1]) if f" {unit[1]} " in _UNITS else 0
    dots = re.search(r"\.\.+\Z", text)
    if dots:
        return len(dots[0])
    last, before = text[-1], text[-2:-1]
    if last == ".":
        capitals = len(text) > 2 and all(_is(one, c.UPPER) for one in text[-3:-1])
        return int(before != "" and (_is(before, c.LOWER | c.BEFORE_STOP) or capitals))
    if last in "+%" or _is(last, c.CURRENCY):
        return int(before.isascii() and before.isdigit())
    return int(_is(last, c.CLOSES) and not _is(last, c.LETTER))


def _parts(text: str) -> list[str]:
    front: list[str] = []
    back: list[str] = []
    while text:
        known = _special(text)
        if known is not None:
            return front + known + back
        cut = _front(text)
        known = _special(text[cut:]) if cut else None
        if known is not None:
            return [*front, text[:cut], *known, *back]
        off = _back(text[cut:])
        known = _special(text[: len(text) - off]) if off else None
        if known is not None:
            return [*front, *known, text[len(text) - off :], *back]
        if not cut and not off:
            break
        front += [text[:cut]] if cut else []
        back[:0] = [text[len(text) - off :]] if off else []
        text = text[cut : len(text) - off]
    return front + _within(text) + back


def _within(text: str) -> list[str]:
    if _ADDRESS.fullmatch(text):
        return [text]
    found, last, i = [], 0, 0
    while i < len(text):
        size = _infix(text, i)
        if size and i > last:
            found += [text[last:i], text[i : i + size]]
            last = i + size
        i += max(size, 1)
    return found + ([text[last:]] if last < len(text) else [])


def _infix(text: str, i: int) -> int:
    one, before, after = text[i], text[i - 1 : i] if i else "", text[i + 1 : i + 2]
    dots = re.match(r"\.\.+", text[i:])
    if dots:
        return dots.end()
    if one == "…" or _is(one, c.ICON):
        return 1
    if not before or not after:
        return 0
    hyphens = re.match(r"(---?|——|[-–—~])(?=(.))", text[i:], re.DOTALL)
    between = (
        (one == "." and _is(before, c.LOWER | c.QUOTE) and _is(after, c.UPPER | c.QUOTE))
        or (one == "," and _is(before, c.LETTER) and _is(after, c.LETTER))
        or (one in "+-*^" and _is(before, c.DIGIT) and (_is(after, c.DIGIT) or after == "-"))
        or (one in ":<>=/" and _is(before, c.LETTER | c.DIGIT) and _is(after, c.LETTER))
    )
    if between:
        return 1
    if hyphens and _is(before, c.LETTER | c.DIGIT):
        for form in ("-", "–", "—", "--", "---", "——", "~"):
            rest = text[i + len(form) :]
            if text.startswith(form, i) and rest and _is(rest[0], c.LETTER):
                return len(form)
    return 0


def _joined(parts: list[str]) -> list[str]:
    found = []
    while parts:
        take = 1
        for size in (3, 2):
            face = "".join(parts[:size])
            if size <= len(parts) and len(face) <= 3 and len(_SPECIALS.get(face, ())) == 1:
                take = size
                break
        found.append("".join(parts[:take]))
        parts = parts[take:]
    return found
