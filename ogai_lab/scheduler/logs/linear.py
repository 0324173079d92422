"""Patterns that take time in proportion to the text, whatever they are: RE2.

People type patterns into a server that others use too. With a backtracking engine ``(a+)+$`` stops
a thread for hours; RE2 has no such patterns, and no back references in exchange.
"""

from __future__ import annotations

from typing import Any

from ogai_lab.core.errors import InvalidInput

_MEMORY = 64 << 20


def compiled(pattern: str, *, literal: bool = False, case: bool = True) -> Any:
    """Return a pattern over bytes of UTF-8; nothing in it matches a newline.

    Parameters
    ----------
    literal
        Whether `pattern` is text to be found as it is.
    case
        Whether capitals count.

    Raises
    ------
    InvalidInput
        When it is no pattern of RE2.
    """
    import re2

    options = re2.Options()
    options.never_nl = True
    options.log_errors = False
    options.max_mem = _MEMORY
    options.case_sensitive = case
    source = re2.escape(pattern) if literal else f"(?m){pattern}"
    try:
        return re2.compile(source, options)
    except re2.error as exc:
        raise InvalidInput(
            f"This is no search pattern: {_reason(exc)}.",
            action="Correct it, or search for it as text. Back references and looking around are "
            "not supported.",
            field="query",
        ) from exc


def _reason(error: Exception) -> str:
    said = error.args[0] if error.args else error
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
