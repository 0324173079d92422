"""Lines that stand in many documents of a site: its menus, notices and footers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from pydantic import Field

from ogai_lab.core.types import Strict
from ogai_lab.data.passes.base import ROW, Pass
from ogai_lab.data.passes.columns import span_columns

if TYPE_CHECKING:
    import pyarrow as pa


class ParagraphOptions(Strict):
    """Which lines are boilerplate.

    dolma's deduplication of paragraphs is ``site=None, least=2, counted="places", keep="first"``.
    """

    site: str | None = Field(
        default="url",
        description="The column whose host is a document's site (any other text is the site "
        "itself); none: the corpus is one site. Documents without it are one site together.",
    )
    least: int = Field(default=3, ge=2, description="In so many it must stand.")
    counted: Literal["documents", "places"] = "documents"
    keep: Literal["none", "first"] = Field(
        default="none", description="The first, of the smallest doc_id, may stay."
    )
    characters: int = Field(default=2, ge=1, description="Shorter lines are let be.")


class Paragraph(Pass[ParagraphOptions]):
    """Finds lines that a site repeats: their spans, their number, and their share of the text.

    Lines are compared by their bytes, without the white space around them. ``paragraph_spans`` has
    byte offsets (`ogai_lab.data.spans`), which the stage ``remove_spans`` takes out.
    """

    name = "paragraph"
    columns = span_columns("paragraph")
    options_type = ParagraphOptions

    def needed(self) -> tuple[str, ...]:
        """Return the columns that `map` reads."""
        return self.wants + ((self.options.site,) if self.options.site else ())

    def map(self, table: pa.Table) -> pa.Table:
        """Return the hashes of each document's lines, and where they stand."""
        import numpy as np
        import pyarrow as pa
        from xxhash import xxh3_64_intdigest

        from ogai_lab.data.kernels import repeats as kernel
        from ogai_lab.data.kernels.text import texts
        from ogai_lab.data.passes.repeats import room_for

        found = texts(table["text"].combine_chunks())
        names: list[str | None] = [""] * len(found)
        if self.options.site:
            names = table[self.options.site].to_pylist()
        sites = np.asarray([xxh3_64_intdigest(_site(name).encode()) for name in names], np.uint64)
        text = found.data[found.offsets[0] : found.offsets[-1]]
        most = int((text == 10).sum()) + len(found)
        room = room_for(most)
        made = kernel.lines(found.data, found.offsets, sites, self.options.characters, *room)
        pieces = room.first(made)
        bounds = np.searchsorted(pieces.rows, np.arange(len(found) + 1))
        lists = (
            pa.LargeListArray.from_arrays(pa.array(bounds), pa.array(values))
            for values in (pieces.keys, pieces.starts, pieces.ends)
        )
        columns = {
            ROW: pa.array(np.arange(len(found), dtype=np.int32)),
            "doc_id": table["doc_id"],
            "bytes": pa.array(np.diff(found.offsets)),
        }
        return pa.table(columns | dict(zip(("keys", "starts", "ends"), lists, strict=True)))

    def reduce(
        self,
        parts: Sequence[Callable[[], pa.Table]],
        sizes: Sequence[int],
        scratch: Path,
        memory: int,
    ) -> Iterator[pa.Table]:
        """Yield each document's repeated lines."""
        import numpy as np

        from ogai_lab.data.passes.repeats import Known, Pieces, Repeats

        def pieces(part: pa.Table) -> Pieces:
            lists = [part[name].combine_chunks() for name in ("keys", "starts", "ends")]
            rows = np.repeat(np.asarray(part[ROW]), np.diff(np.asarray(lists[0].offsets)))
            keys, starts, ends = (np.asarray(values.flatten()) for values in lists)
            return Pieces(keys, rows, starts, ends)

        options = self.options
        known = Known(options.least, options.counted == "places", options.keep == "first")
        yield from Repeats(parts, sizes, scratch, memory, pieces, known).columns(self.name)


def _site(name: str | None) -> str:
    try:
        host = urlsplit(name or "").hostname
    except ValueError:  # an address that is none
        host = None
    return (host or name or "").lower().removeprefix("www.")
