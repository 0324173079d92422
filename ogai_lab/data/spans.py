"""Spans of a text, written as text: ``12-40 80-95``, byte offsets into its UTF-8, in order."""

from __future__ import annotations

from collections.abc import Iterable


def written(spans: Iterable[tuple[int, int]]) -> str | None:
    """Return spans as text, None where there are none."""
    return " ".join(f"{start}-{end}" for start, end in spans) or None


def read(text: str | None) -> list[tuple[int, int]]:
    """Return the spans that `written` wrote."""
    pairs = (span.split("-") for span in (text or "").split())
    return [(int(start), int(end)) for start, end in pairs]


def without(text: str, spans: Iterable[tuple[int, int]], put: str = "") -> str:
    """Return a text without its spans, `put` in the place of each."""
    data, kept, place = text.encode(), [], 0
    for start, end in spans:
        kept.append(data[place:start].decode())
        place = end
    return put.join([*kept, data[place:].decode()])
