"""What a text is made of: letters, digits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ogai_lab.data.stages.base import NoOptions, Stage
from ogai_lab.data.stages.text import count, share

if TYPE_CHECKING:
    from pyarrow import Array, RecordBatch

_NUMBERS = r"\\x[0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\U[0-9a-fA-F]{8}|\b0x[0-9a-fA-F]+|\d"


class Characters(Stage[NoOptions]):
    """Gives the shares of letters (of any script) and of digits and hexadecimal escapes.

    Both are shares of the characters that are not white space.
    """

    name = "characters"
    columns = {"letter_ratio": "double", "digit_ratio": "double"}

    def signals(self, batch: RecordBatch) -> dict[str, Array]:
        """Return the two shares."""
        import pyarrow.compute as pc

        text = batch["text"]
        solid = count(text, r"\S")
        without = pc.replace_substring_regex(text, pattern=_NUMBERS, replacement="")
        numbers = pc.subtract(pc.utf8_length(text), pc.utf8_length(without))
        return {
            "letter_ratio": share(count(text, r"\p{L}"), solid),
            "digit_ratio": share(numbers, solid),
        }
