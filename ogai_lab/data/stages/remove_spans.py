"""Takes out of a text what a pass over the corpus marked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from ogai_lab.core.types import Strict
from ogai_lab.data import spans
from ogai_lab.data.stages.base import Stage

if TYPE_CHECKING:
    from pyarrow import Array, RecordBatch


class RemoveSpansOptions(Strict):
    """What is taken out."""

    column: str = Field(
        default="paragraph_spans",
        min_length=1,
        description="The column with the spans (`ogai_lab.data.spans`), in bytes of this text.",
    )
    put: str = Field(default="", description="What stands in the place of each.")


class RemoveSpans(Stage[RemoveSpansOptions]):
    """Takes spans out of the text; ``removed_bytes`` says how much that was.

    The spans stay in their column, as offsets into the text before (``raw_text``, where the
    pipeline keeps it), so that what was removed can be shown. No stage between the pass that made
    them and this one may change the text.
    """

    name = "remove_spans"
    columns = {"removed_bytes": "int64"}
    replaces = ("text",)
    options_type = RemoveSpansOptions

    def __init__(self, options: RemoveSpansOptions) -> None:
        super().__init__(options)
        self.wants = ("text", options.column)  # type: ignore[misc] # as the options say

    def signals(self, batch: RecordBatch) -> dict[str, Array]:
        """Return the texts without the spans, and how many bytes these had."""
        import pyarrow as pa

        found = [spans.read(marked) for marked in batch[self.options.column].to_pylist()]
        texts = [
            spans.without(text, where, self.options.put) if where else text
            for text, where in zip(batch["text"].to_pylist(), found, strict=True)
        ]
        removed = [sum(end - start for start, end in where) for where in found]
        return {"text": pa.array(texts, pa.large_string()), "removed_bytes": pa.array(removed)}
