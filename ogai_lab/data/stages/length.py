"""How long a text is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ogai_lab.data.stages.base import NoOptions, Stage
from ogai_lab.data.stages.text import count

if TYPE_CHECKING:
    from pyarrow import Array, RecordBatch


class Length(Stage[NoOptions]):
    """Counts characters, words (runs without white space) and lines that are not empty."""

    name = "length"
    columns = {"characters": "int64", "words": "int64", "lines": "int64"}

    def signals(self, batch: RecordBatch) -> dict[str, Array]:
        """Return the three counts."""
        import pyarrow.compute as pc

        text = batch["text"]
        return {
            "characters": pc.utf8_length(text),
            "words": count(text, r"\S+"),
            "lines": count(text, r"[^\n]*\S[^\n]*"),
        }
