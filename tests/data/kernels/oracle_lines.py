"""Lines and C4's rules in plain Python."""

from __future__ import annotations

import re

from ogai_lab.data.kernels import characters
from tests.data.kernels.oracle_words import Word

_CITATION = re.compile(r"\[\d*\]|\[edit\]|\[citation needed\]", re.ASCII)
_POLICY = ("terms of use", "privacy policy", "cookie policy", "uses cookies", "use of cookies",
           "use cookies")  # fmt: skip


def is_(character: str, bit: int) -> bool:
    return bool(characters.classes()[ord(character)] & bit)


def repeats(parts: list[str]) -> tuple[int, int, int]:
    """Return how many parts there are, how many came before, and the characters of these."""
    again = [part for place, part in enumerate(parts) if part in parts[:place]]
    return len(parts), len(again), sum(map(len, again))


def lines(text: str, short: int = 30) -> dict[str, int]:
    rows = text.splitlines()
    solid = [line for line in text.split("\n") if line.strip()]
    found = {
        "characters": len(text),
        "newlines": text.count("\n"),
        "hashes": text.count("#"),
        "ellipses": text.count("...") + text.count("…"),
        "rows": len(rows),
        "bullet_rows": sum(row.lstrip().startswith(("•", "-")) for row in rows),
        "ellipsis_rows": sum(row.rstrip().endswith(("...", "…")) for row in rows),
        "solid_lines": len(solid),
        "ended_lines": sum(is_(line[-1], characters.TERMINAL) for line in solid),
        "wide_ended_lines": sum(is_(line[-1], characters.WIDE_END) for line in solid),
        "short_lines": sum(len(line) <= short for line in solid),
        "dup_solid_chars": repeats(solid)[2],
    }
    parts = re.split("\n+", text) if text else []
    names = ("lines", "dup_lines", "dup_line_chars")
    found |= dict(zip(names, repeats(parts), strict=True))
    parts = re.split("\n{2,}", text.strip())
    names = ("paragraphs", "dup_paragraphs", "dup_paragraph_chars")
    return found | dict(zip(names, repeats(parts), strict=True))


def c4(text: str, words: list[Word]) -> dict[str, int]:
    found = dict.fromkeys(("lines", "kept_lines", "sentences", "lorem_ipsum", "curly_bracket"), 0)
    at = 0
    for row in text.splitlines(keepends=True):
        begin, at = at, at + len(row.encode())
        line = row.strip()
        found["lines"] += 1
        pieces = line.split()
        if any(len(piece) > 1000 for piece in pieces):
            continue
        plain = _CITATION.sub("", line)
        if not plain.endswith((".", "?", "!", '"', "'")) or plain.endswith("..."):
            continue
        small = plain.lower()
        if len(pieces) < 3:
            continue
        if "lorem ipsum" in small:
            found["lorem_ipsum"] = 1
        elif "javascript" in small:
            continue
        elif "{" in plain:
            found["curly_bracket"] = 1
        elif not any(phrase in small for phrase in _POLICY):
            found["kept_lines"] += 1
            found["sentences"] += sentences([word for word in words if begin <= word.start < at])
    return found


def sentences(words: list[Word]) -> int:
    """Return the sentences; each ends with a sentence mark and the marks behind it."""
    found, over = 0, True
    for word in words:
        mark = all(is_(character, characters.PUNCTUATION) for character in word.text)
        ends = len(word.text) == 1 and is_(word.text, characters.TERMINAL)
        if over and (found == 0 or not (mark or ends)):
            found, over = found + 1, False
        over = over or ends
    return found
