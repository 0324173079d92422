"""A line as people read it; the front end's `ansi.ts` shows the same characters."""

from __future__ import annotations

import re

_ESCAPE = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]"  # colours, the cursor
    r"|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?"  # titles, links
    r"|\x1b[ -/]*[0-~]?"
    r"|[\x00-\x08\x0b-\x1f\x7f-\x9f]"
)


def shown(text: str) -> str:
    """Return a line without terminal codes, and without what a carriage return overwrote."""
    if text.isprintable():
        return text
    text = text.rstrip("\r").replace("\n", "␊")  # no program prints it within a line
    return _ESCAPE.sub("", text[text.rfind("\r") + 1 :])
