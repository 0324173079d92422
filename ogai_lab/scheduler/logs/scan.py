"""Which of the records in some bytes are wanted; found without decoding the others."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ogai_lab.core import records
from ogai_lab.scheduler.logs.levels import candidates, level_of
from ogai_lab.scheduler.logs.linear import compiled
from ogai_lab.scheduler.logs.text import shown
from ogai_lab.scheduler.types import Level, Record


@dataclass(frozen=True)
class Filter:
    """Which records are wanted; None stands for all. Only what ranks print has stream and level."""

    rank: int | None = None
    kind: Collection[str] | None = None
    stream: str | None = None
    level: Collection[Level] | None = None

    def passes(self, record: dict[str, Any]) -> bool:
        """Whether a record is wanted."""
        return (
            (self.rank is None or record.get("rank") == self.rank)
            and (not self.kind or record.get("kind") in self.kind)
            and (self.stream is None or record.get("stream") == self.stream)
            and (not self.level or _level(record) in self.level)
        )

    @property
    def open(self) -> bool:
        """Whether every record passes."""
        return not (self.rank is not None or self.kind or self.stream is not None or self.level)

    @cached_property
    def head(self) -> re.Pattern[bytes] | None:
        """What every wanted line has in its head, where its rank, kind or stream counts."""
        head = "" if self.rank is None else f'"rank":{self.rank},'
        if self.stream is not None:
            head += f'"kind":"text","stream":"{re.escape(self.stream)}"'
        elif self.kind:
            head += f'"kind":"(?:{"|".join(map(re.escape, self.kind))})"'
        return re.compile(head.encode()) if head else None

    @cached_property
    def _sieve(self) -> Any:
        """A pattern over bytes without which no line can be wanted; None where any line may be."""
        words = candidates(self.level) if self.level else None
        return self.head if words is None else compiled(words, case=False)

    def lines(self, block: bytes) -> Iterator[tuple[int, int]]:
        """Yield where the lines begin and end that may be wanted; `block` is whole lines."""
        sieve, at = self._sieve, 0
        while at < len(block):
            if sieve is not None:
                found = sieve.search(block, at)
                if found is None:
                    return
                at = max(at, block.rfind(b"\n", at, found.start()) + 1)
            end = block.find(b"\n", at) + 1
            yield at, end
            at = end


def scan(block: bytes, offset: int, wanted: Filter) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the wanted records in whole lines that begin at `offset`, and where each begins."""
    for start, end in wanted.lines(block):
        for record in records.parse(block[start:end]):
            if wanted.passes(record):
                yield offset + start, record


def told(block: bytes, offset: int, wanted: Filter) -> Iterator[Record]:
    """Yield the wanted records as they are handed out, with their offsets and levels."""
    for at, record in scan(block, offset, wanted):
        level = _level(record)
        yield Record.model_validate({**record, "offset": at, "level": level})


def _level(record: dict[str, Any]) -> Level | None:
    return level_of(shown(str(record.get("text", "")))) if record.get("kind") == "text" else None
