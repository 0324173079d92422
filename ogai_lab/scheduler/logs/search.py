"""Finding every line of a log that holds a text or a pattern, the first ones at once."""

from __future__ import annotations

import bisect
import json
from collections.abc import Callable, Iterator
from itertools import accumulate

from ogai_lab.core import records
from ogai_lab.scheduler.logs.levels import level_of
from ogai_lab.scheduler.logs.linear import compiled
from ogai_lab.scheduler.logs.scan import Filter
from ogai_lab.scheduler.logs.source import Source
from ogai_lab.scheduler.logs.text import shown
from ogai_lab.scheduler.types import LogMatch, LogMatches

_FIRST_BYTES = 1 << 19
_MOST_BYTES = 1 << 22
_MOST_PLACES = 1_000_000
"""So many lines are told one by one; what is found beyond them is only counted."""

_TEXT = b'"kind":"text","stream":"'
_LEAD = len(b'"kind":"text","stream":"stdout","text":"')
_MORE = b'","more":true}'
_SHOWN_CHARACTERS = 2000
_SPANS = 100
_RARE_BYTES = 1000
"""A text that is rarer is looked for in the records as they lie, and only its lines are cut."""


class Query:
    """What is looked for: a text, or a pattern of RE2, in single lines.

    Raises
    ------
    InvalidInput
        When the pattern is none.
    """

    def __init__(self, text: str, *, pattern: bool = False, case: bool = False) -> None:
        self._pattern = compiled(text, literal=not pattern, case=case)
        self._find = self._by_pattern if pattern else self._by_text
        self._needle = text if case else text.lower()
        self._case = case
        self._raw = not pattern and (case or text.isascii()) and text.isprintable()

    def lines(self, block: bytes) -> Iterator[tuple[int, int]]:
        """Yield where the lines begin and end in whose text it is; `block` is whole lines."""
        if self._raw and b"\\" not in block and (self._case or block.isascii()):
            hay, needle = block if self._case else block.lower(), self._needle.encode()
            if hay.count(needle) <= len(block) // _RARE_BYTES:
                yield from _where(hay, needle)
                return
        lines = block.split(b"\n")[:-1]
        begins = _begins(lines)
        for index in self._find(_texts(block, lines)):
            if _TEXT in lines[index]:
                yield begins[index], begins[index + 1]

    def _by_text(self, texts: list[bytes]) -> Iterator[int]:
        whole = b"\n".join(texts).decode("utf-8", "replace")
        whole, needle = whole if self._case else whole.lower(), self._needle
        if needle not in whole:
            return iter(())
        return iter([index for index, line in enumerate(whole.split("\n")) if needle in line])

    def _by_pattern(self, texts: list[bytes]) -> Iterator[int]:
        whole, begins, at = b"\n".join(texts), _begins(texts), 0
        while at <= len(whole) and (found := self._pattern.search(whole, at)) is not None:
            index = bisect.bisect_right(begins, found.start()) - 1
            yield index
            at = begins[index + 1]

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Return what it finds in a line, as characters from and to."""
        data = text.encode("utf-8", "replace")
        found = []
        for match in self._pattern.finditer(data):
            start, end = (len(data[:at].decode("utf-8", "replace")) for at in match.span())
            if end > start:
                found.append((start, end))
            if len(found) == _SPANS:
                break
        return found


def search(
    source: Source,
    query: Query,
    wanted: Filter,
    offset: int,
    until: int | None,
    limit: int,
    stopped: Callable[[], bool],
) -> Iterator[LogMatches]:
    """Yield what is found between two offsets, part by part; the last part's `ended` is true.

    Parameters
    ----------
    until
        Where to stop; where the log ends now, when None.
    limit
        How many lines are given themselves; of the others only where they are.
    """
    end = min(source.size(), until) if until is not None else source.size()
    at, count, size = offset, 0, _FIRST_BYTES
    while not stopped():
        block = source.forward(at, min(size, end - at)) if at < end else b""
        places: list[int] = []
        matches: list[LogMatch] = []
        for start, stop in query.lines(block):
            if at + start >= end:
                break
            if wanted.head is not None and not wanted.head.search(block, start, stop):
                continue
            if count < limit or wanted.level:
                match = _match(block[start:stop], at + start, wanted, query)
                if match is None:
                    continue
                if count < limit:
                    matches.append(match)
            count += 1
            if count <= _MOST_PLACES:
                places.append(at + start)
        at += len(block)
        ended = not block or at >= end
        yield LogMatches(
            places=places,
            matches=matches,
            count=count,
            offset=at,
            size=max(end, at),
            ended=ended,
        )
        if ended:
            return
        size = _MOST_BYTES


def _match(line: bytes, offset: int, wanted: Filter, query: Query) -> LogMatch | None:
    for record in records.parse(line):
        if record["kind"] != "text" or not wanted.passes(record):
            return None
        text = shown(str(record.get("text", "")))
        level = level_of(text)
        text = text[:_SHOWN_CHARACTERS]
        return LogMatch(
            offset=offset,
            time=record["time"],
            rank=record["rank"],
            stream=record.get("stream"),
            level=level,
            text=text,
            spans=query.spans(text),
        )
    return None


def _where(block: bytes, needle: bytes) -> Iterator[tuple[int, int]]:
    """Yield the lines in whose text `needle` is, of records in which nothing is escaped."""
    at = 0
    while (found := block.find(needle, at)) >= 0:
        begin = block.rfind(b"\n", 0, found) + 1
        at = block.index(b"\n", found) + 1
        line = block[begin : at - 1]
        if _TEXT in line and needle in _texts(line, [line])[0]:
            yield begin, at


def _begins(lines: list[bytes]) -> list[int]:
    """Return where each line begins, and where one more would."""
    return list(accumulate(map(len, lines), lambda at, length: at + length + 1, initial=0))


def _texts(block: bytes, lines: list[bytes]) -> list[bytes]:
    """Return the text of each line as people read it; empty for records that are no text.

    Cutting the texts out of the JSON costs a quarter of decoding it. Only texts with something
    escaped (a quote, a colour) are decoded.
    """
    texts = [
        line[place + _LEAD : -2] if (place := line.find(_TEXT)) >= 0 else b"" for line in lines
    ]
    if _MORE in block:
        texts = [
            text[: -(len(_MORE) - 2)] if line.endswith(_MORE) else text
            for line, text in zip(lines, texts, strict=True)
        ]
    if b"\\" in block:
        texts = [_decoded(text) if b"\\" in text else text for text in texts]
    return texts


def _decoded(text: bytes) -> bytes:
    try:
        return shown(json.loads(b'"' + text + b'"')).encode("utf-8", "replace")
    except ValueError:
        return text
