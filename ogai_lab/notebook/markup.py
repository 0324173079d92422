"""The one way from untrusted text to HTML and SVG."""

from __future__ import annotations

from html import escape

from ogai_lab.core.records import ANSI

_CONTROL = {code: "\ufffd" for code in (*range(32), *range(127, 160)) if code not in (9, 10)}


def markup(text: str) -> str:
    """Return untrusted text as HTML, without escape sequences and control characters."""
    return escape(ANSI.sub("", text).translate(_CONTROL))
