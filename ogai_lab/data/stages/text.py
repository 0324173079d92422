"""Counting in Arrow text columns, a whole batch at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyarrow import Array


def count(text: Array, pattern: str) -> Array:
    """Return how many matches of a regular expression (RE2) each text has."""
    import pyarrow.compute as pc

    return pc.count_substring_regex(text, pattern=pattern)


def share(part: Array, whole: Array) -> Array:
    """Return ``part / whole``, null where the whole is 0."""
    import pyarrow as pa
    import pyarrow.compute as pc

    divisor = pc.if_else(pc.equal(whole, 0), pa.scalar(None, whole.type), whole)
    return pc.divide(pc.cast(part, pa.float64()), pc.cast(divisor, pa.float64()))
