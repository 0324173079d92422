"""What is counted in a column of texts, once for all the stages that look at it."""

from __future__ import annotations

import functools
import threading
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ogai_lab.data.kernels.lines import count_lines
from ogai_lab.data.kernels.text import Texts, texts
from ogai_lab.data.kernels.words import Words, words

if TYPE_CHECKING:
    import pyarrow as pa

_last = threading.local()


class Reading:
    """A column of texts; its words and lines are found when they are first asked for."""

    def __init__(self, column: pa.Array) -> None:
        self.column = column
        self.texts: Texts = texts(column)

    @functools.cached_property
    def words(self) -> Words:
        """The words, English rules."""
        return words(self.texts)

    @functools.cached_property
    def lines(self) -> dict[str, NDArray[np.int64]]:
        """What `lines.count_lines` counts."""
        return count_lines(self.texts)


def reading(column: pa.Array) -> Reading:
    """Return the reading of a column; that of the column asked for last is at hand.

    A column is the same where its memory is: the reading holds it, so that no other can take its
    place.
    """
    known: Reading | None = getattr(_last, "known", None)
    if known is None or not _same(known.column, column):
        known = _last.known = Reading(column)
    return known


def _same(one: pa.Array, other: pa.Array) -> bool:
    if (one.type, one.offset, len(one)) != (other.type, other.offset, len(other)):
        return False
    places = [
        [buffer and (buffer.address, buffer.size) for buffer in column.buffers()]
        for column in (one, other)
    ]
    return bool(places[0] == places[1])
