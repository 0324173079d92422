"""How serious a line is, recognised from how common loggers and Python itself write.

The first mark in a line decides: ``INFO: no error so far`` is information. A number is never an
error: ``error=0.12`` and ``error: 0.12`` are measurements.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Collection
from typing import Any

from ogai_lab.scheduler.logs.linear import compiled
from ogai_lab.scheduler.types import Level

_LOOKED_AT = 400
"""Bytes of a line in which its mark is looked for."""

_WORDS = (
    "[Ee]rror|[Ff]atal|[Cc]ritical|[Pp]anic|[Ww]arn(?:ing)?|[Ii]nfo|[Nn]otice|[Dd]ebug|[Tt]race"
)
_MARK = "|".join(
    (
        r"\b(?:ERROR|FATAL|CRITICAL|SEVERE|PANIC|WARN(?:ING)?|INFO|NOTICE|DEBUG|TRACE|VERBOSE)\b",
        rf"(?:^|[\s\[(<|:])(?:{_WORDS})(?:[\])>|:]|$)",
        rf"\b(?:level|lvl|severity)[\"']?\s*[=:]\s*[\"']?(?:{_WORDS})\b",
        r"\b\w+(?:Error|Exception|Warning)(?::|$)",
        r"^Traceback \(most recent call last\)",
        r"^\s+File \"[^\"]*\", line \d",
        r"^[EFWIDV]\d{4} ",  # glog: the first letter, then month and day
        r"\bCUDA error\b|\bSegmentation fault\b|\bcore dumped\b|\b[Oo]ut of memory\b|^Killed\b",
    )
)
_NUMBER = re.compile(rb"\s*[-+.\d]")

_OF_LETTER: dict[str, Level] = {
    "E": "error",
    "F": "error",
    "W": "warning",
    "I": "info",
    "D": "debug",
    "V": "debug",
}
_OF_WORD: tuple[tuple[str, Level], ...] = (
    ("traceback", "error"),
    ("warn", "warning"),
    ("info", "info"),
    ("notice", "info"),
    ("debug", "debug"),
    ("trace", "debug"),
    ("verbose", "debug"),
)
_CANDIDATES: dict[Level, str] = {
    "error": r"error|fatal|critical|severe|panic|exception|traceback| file \\\"|[EF]\d{4} "
    r"|segmentation fault|core dumped|out of memory|killed",
    "warning": r"warn|W\d{4} ",
    "info": r"info|notice|I\d{4} ",
    "debug": r"debug|trace|verbose|[DV]\d{4} ",
}


def level_of(line: str) -> Level:
    """Return how serious a line is; what does not say is `other`.

    Parameters
    ----------
    line
        As people read it, without terminal codes.
    """
    data, at = line[:_LOOKED_AT].encode("utf-8", "replace"), 0
    while (mark := _mark().search(data, at)) is not None:
        at = mark.end()
        said: bytes = mark.group()
        if not (said.endswith(b":") and _NUMBER.match(data, at)):
            return _meant(said.decode("utf-8", "replace"))
    return "other"


def candidates(levels: Collection[Level]) -> str | None:
    """Return a pattern that every line of one of `levels` has somewhere in its record.

    It is meant for a search that ignores case; None where any line may be meant.
    """
    if "other" in levels:
        return None
    return "|".join(_CANDIDATES[level] for level in levels)


@functools.cache
def _mark() -> Any:
    return compiled(_MARK)


def _meant(mark: str) -> Level:
    if mark[1:5].isdecimal():
        return _OF_LETTER[mark[0]]
    low = mark.lower()
    return next((level for word, level in _OF_WORD if word in low), "error")
