"""From a web page to its text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from ogai_lab.core.errors import require
from ogai_lab.core.types import Strict
from ogai_lab.data.extraction import fast, precise
from ogai_lab.data.extraction.decoding import decode
from ogai_lab.data.extraction.fast import Extracted
from ogai_lab.data.stages.base import Stage

if TYPE_CHECKING:
    from pyarrow import Array, RecordBatch


class ExtractOptions(Strict):
    """How content is told from menus and footers."""

    mode: Literal["fast", "precise"] = Field(
        default="fast", description="resiliparse, or trafilatura at a tenth of the speed."
    )
    main_content: bool = Field(default=True, description="In the fast mode: without menus.")
    seconds: float = Field(
        default=30, gt=0, description="In the precise mode: a page that takes longer gives no text."
    )


class Extract(Stage[ExtractOptions]):
    """Puts the text of the page in ``html`` as the text; a document without a page keeps its own.

    ``encoding`` is the page's, ``decode_errors`` how many places of it were not valid in it.
    ``extract_fault`` is why a text may not be what it should be, null when nothing is wrong:
    ``too_deep`` (its text was taken whole), or how its process ended (it has no text).
    """

    name = "extract"
    wants = ("html", "content_type")
    replaces = ("text",)
    columns = {
        "title": "string",
        "encoding": "string",
        "decode_errors": "int32",
        "extract_fault": "string",
    }
    options_type = ExtractOptions

    def signals(self, batch: RecordBatch) -> dict[str, Array]:
        """Return the texts and what is known of them."""
        import pyarrow as pa

        require("resiliparse", "data")
        types = batch["content_type"].to_pylist()
        decoded = [
            None if page is None else decode(page, type_)
            for page, type_ in zip(batch["html"].to_pylist(), types, strict=True)
        ]
        plain = [(type_ or "").lower().startswith("text/plain") for type_ in types]
        found = [
            Extracted(own if page is None else page.text, None, None)
            for page, own in zip(decoded, batch["text"].to_pylist(), strict=True)
        ]
        rows = [row for row, page in enumerate(decoded) if page is not None and not plain[row]]
        for row, extracted in zip(
            rows, self._extracted([found[row].text for row in rows]), strict=True
        ):
            found[row] = extracted
        return {
            "text": pa.array([row.text for row in found], pa.large_string()),
            "title": pa.array([row.title for row in found], pa.string()),
            "encoding": pa.array([page and page.encoding for page in decoded], pa.string()),
            "decode_errors": pa.array([page and page.errors for page in decoded], pa.int32()),
            "extract_fault": pa.array([row.fault for row in found], pa.string()),
        }

    def _extracted(self, pages: list[str]) -> list[Extracted]:
        if self.options.mode == "fast":
            return [fast.extract(page, self.options.main_content) for page in pages]
        require("trafilatura", "crawl")
        import pyarrow as pa

        from ogai_lab.data.guard import guard

        batch = pa.record_batch({"page": pa.array(pages, pa.large_string())})
        columns, errors = guard(precise.order(self.options.seconds))(batch)
        texts, titles = columns["text"].to_pylist(), columns["title"].to_pylist()
        return [
            Extracted(text or "", title, errors.get(row))
            for row, (text, title) in enumerate(zip(texts, titles, strict=True))
        ]
