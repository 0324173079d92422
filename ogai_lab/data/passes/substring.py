"""Runs of characters that stand in several documents."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from ogai_lab.core.types import Strict
from ogai_lab.data.passes.base import ROW, Pass
from ogai_lab.data.passes.columns import span_columns

if TYPE_CHECKING:
    import pyarrow as pa


class SubstringOptions(Strict):
    """What is a repeated substring."""

    characters: int = Field(
        default=200, ge=8, le=1 << 16,
        description="The shortest: 200 are about 50 tokens of English, the length in Lee et al.; "
        "of Chinese, 75 are.",
    )  # fmt: skip
    least: int = Field(default=2, ge=2, description="In so many it must stand.")
    counted: Literal["documents", "places"] = Field(
        default="documents", description="Places: in one document more than once counts too."
    )
    keep: Literal["first", "none"] = Field(
        default="first", description="The first, of the smallest doc_id, may stay."
    )


class Substring(Pass[SubstringOptions]):
    """Finds every run of so many characters that stands elsewhere too.

    It gives what a suffix array gives (Katherine Lee et al., Deduplicating Training Data Makes
    Language Models Better, 2022), by the hash of the window at every character: 12 bytes of scratch
    a character, sorted on disk, so that the corpus may be larger than memory by far. Two windows
    count as equal if their 64-bit hashes are. ``substring_spans`` has byte offsets between
    characters (`ogai_lab.data.spans`), which the stage ``remove_spans`` takes out.
    """

    name = "substring"
    columns = span_columns("substring")
    options_type = SubstringOptions

    def map(self, table: pa.Table) -> pa.Table:
        """Return the texts themselves: hashes would take eight times their room."""
        import numpy as np
        import pyarrow as pa
        import pyarrow.compute as pc

        text = table["text"].combine_chunks().cast(pa.large_string()).fill_null("")
        return pa.table(
            {
                ROW: pa.array(np.arange(table.num_rows, dtype=np.int32)),
                "doc_id": table["doc_id"],
                "bytes": pc.binary_length(text).cast(pa.int64()),
                "text": text,
            }
        )

    def reduce(
        self,
        parts: Sequence[Callable[[], pa.Table]],
        sizes: Sequence[int],
        scratch: Path,
        memory: int,
    ) -> Iterator[pa.Table]:
        """Yield each document's repeated substrings."""
        from ogai_lab.data.kernels import repeats as kernel
        from ogai_lab.data.kernels.text import texts
        from ogai_lab.data.passes.repeats import Known, Pieces, Repeats, room_for

        options = self.options

        def pieces(part: pa.Table) -> Pieces:
            found = texts(part["text"].combine_chunks())
            text = found.data[found.offsets[0] : found.offsets[-1]]
            most = int(((text & 0xC0) != 0x80).sum())
            room = room_for(most)
            made = kernel.windows(found.data, found.offsets, options.characters, *room)
            return room.first(made)

        known = Known(options.least, options.counted == "places", options.keep == "first")
        yield from Repeats(parts, sizes, scratch, memory, pieces, known).columns(self.name)
