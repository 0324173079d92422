"""Sliding windows: every token is scored once, with as much before it as the stride leaves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Window:
    """Tokens ``[start, end)`` of one document; the last `scored` of them are scored."""

    document: int
    start: int
    end: int
    scored: int


def windows(document: int, length: int, context: int, stride: int) -> Iterator[Window]:
    """Cut a document into windows.

    Parameters
    ----------
    document
        Its number, carried along.
    length
        Its tokens, with the one in front that says that a document begins: token 0 is only ever
        context, tokens 1 to ``length - 1`` are scored once each.
    context
        Tokens a window has at most.
    stride
        Tokens that each window after the first scores; less than `context`.

    Yields
    ------
    Window
        In order.
    """
    if length < 2:
        return
    end = min(context, length)
    yield Window(document, 0, end, end - 1)
    while end < length:
        scored = min(stride, length - end)
        end += scored
        yield Window(document, max(0, end - context), end, scored)


def batches(found: list[Window], tokens: int) -> Iterator[list[Window]]:
    """Put windows of like length together, about `tokens` tokens a batch, padding counted."""
    batch: list[Window] = []
    for window in sorted(found, key=lambda w: (w.start - w.end, w.document, w.start)):
        longest = batch[0].end - batch[0].start if batch else 0
        if batch and longest * (len(batch) + 1) > tokens:
            yield batch
            batch = []
        batch.append(window)
    if batch:
        yield batch
