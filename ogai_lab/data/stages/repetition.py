"""How much of a text only repeats what it said before, in its words or in its form."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ogai_lab.data.stages.base import NoOptions, Stage

if TYPE_CHECKING:
    from pyarrow import Array, RecordBatch

_NUMBERS = re.compile(r"\\[xuU][0-9a-fA-F]+|0x[0-9a-fA-F]+|\d+")
_WORDS = re.compile(r"[^\W\d_]+(?:[ -][^\W\d_]+)*")
_FEW = 8
"""Lines below which a form says nothing; `same_form_ratio` is null then."""


class Repetition(Stage[NoOptions]):
    """Gives the share of a text's characters in lines that it had before: the same, or alike.

    `repeated_line_ratio` compares lines without the white space around them; `same_form_ratio`
    compares what is left when numbers and words are made equal, which finds tables and lists.
    Empty lines do not count.
    """

    name = "repetition"
    columns = {"repeated_line_ratio": "double", "same_form_ratio": "double"}

    def signals(self, batch: RecordBatch) -> dict[str, Array]:
        """Return the two shares."""
        import pyarrow as pa

        lines = [_lines(text) for text in batch["text"].to_pylist()]
        forms = [[_form(line) for line in found] if len(found) >= _FEW else [] for found in lines]
        pairs = {
            "repeated_line_ratio": [_repeated(found, found) for found in lines],
            "same_form_ratio": [_repeated(*both) for both in zip(forms, lines, strict=True)],
        }
        return {name: pa.array(values, pa.float64()) for name, values in pairs.items()}


def _lines(text: str) -> list[str]:
    return [line for line in map(str.strip, text.split("\n")) if line]


def _form(line: str) -> str:
    return _WORDS.sub("a", _NUMBERS.sub("0", line))


def _repeated(keys: list[str], lines: list[str]) -> float | None:
    """Return the share of characters in lines whose key an earlier line had."""
    if not keys:
        return None
    seen: set[str] = set()
    again = whole = 0
    for key, line in zip(keys, lines, strict=True):
        whole += len(line)
        again += len(line) if key in seen else 0
        seen.add(key)
    return again / whole
