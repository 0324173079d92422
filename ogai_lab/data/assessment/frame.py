"""The documents of a run, column by column, with what became of each."""

from __future__ import annotations

import bisect
import functools
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from ogai_lab.core.blobs import BlobStore, Digest
from ogai_lab.core.errors import Conflict
from ogai_lab.data import corpus, sources, tables
from ogai_lab.data.accounts import Fate
from ogai_lab.data.answers import pipeline_of
from ogai_lab.data.checking import column_makers
from ogai_lab.data.steps import build
from ogai_lab.data.types import Count, Manifest

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

_EXCERPT = 160


class Begin(NamedTuple):
    """A document by its names, and how its text begins."""

    doc_id: str
    path: str
    excerpt: str


class Frame:
    """The documents of one run that were not set aside, in the corpus's order.

    A column is loaded when it is asked for and forgotten afterwards, so that memory holds one at a
    time, whatever the number of signals.

    Parameters
    ----------
    blobs
        Where the run's tables are.
    manifest
        What the run made.

    Raises
    ------
    Conflict
        When the manifest is of a version that did not list its documents.
    """

    def __init__(self, blobs: BlobStore, manifest: Manifest) -> None:
        if not manifest.tables:
            raise Conflict(
                f"The manifest {manifest.name!r} does not list its documents.",
                cause="An older version of OGAI Lab made it.",
                action="Run its pipeline again.",
            )
        self.blobs = blobs
        self.manifest = manifest
        self.pipeline = pipeline_of(blobs, manifest)
        self.corpus = corpus.loaded(blobs, Digest(manifest.tables))
        steps = [build(spec) for spec in self.pipeline.stages]
        self.makers = column_makers(steps, sources.columns(self.pipeline.sources))
        """Each column's Arrow type and the stage that makes it."""

    def column(self, name: str) -> pa.ChunkedArray:
        """Return a column of all documents."""
        return corpus.columns(self.blobs, self.corpus, [name])[name]

    def numbers(self, name: str) -> NDArray[np.float64]:
        """Return a column of numbers or flags, NaN where a document has none."""
        import numpy as np
        import pyarrow.compute as pc

        return np.asarray(pc.cast(self.column(name), "float64"), np.float64)

    @functools.cached_property
    def decided(self) -> pa.Table:
        """What was decided about each document, as `ledger.decided` wrote it."""
        return tables.load(self.blobs, Digest(self.manifest.decisions))

    @functools.cached_property
    def gone(self) -> NDArray[np.bool_]:
        """Which documents were dropped."""
        import numpy as np

        return np.asarray(self.decided["reason"].is_valid(), bool)

    @functools.cached_property
    def heldout(self) -> NDArray[np.bool_]:
        """Which documents are held out, dropped ones among them."""
        import numpy as np

        return np.asarray(self.decided["heldout"], bool)

    @functools.cached_property
    def sizes(self) -> NDArray[np.int64]:
        """Bytes of text of each document."""
        import numpy as np

        return np.asarray(self.column("bytes"), np.int64)

    def state(self, row: int) -> Fate:
        """Return what became of the document at a place."""
        if self.gone[row]:
            return "dropped"
        return "heldout" if self.heldout[row] else "kept"

    def reason(self, row: int) -> str | None:
        """Return why the document at a place was dropped, None if it was not."""
        reason: str | None = self.decided["reason"][row].as_py()
        return reason

    def count(self, rows: NDArray[np.bool_]) -> Count:
        """Return how many documents these are."""
        return Count(documents=int(rows.sum()), bytes=int(self.sizes[rows].sum()))

    def begins(self, rows: Iterable[int]) -> dict[int, Begin]:
        """Return the names of documents and how their texts begin, by their places."""
        import pyarrow.compute as pc

        wanted = sorted(set(map(int, rows)))
        starts = corpus.starts(self.corpus)
        of_table: dict[int, list[int]] = {}
        for row in wanted:
            of_table.setdefault(bisect.bisect_right(starts, row) - 1, []).append(row)
        found: dict[int, Begin] = {}
        for number, places in of_table.items():
            parts = self.corpus[number].parts
            table = tables.load_parts(self.blobs, parts, ["doc_id", "path", "text"])
            table = table.take([row - starts[number] for row in places])
            begin = pc.utf8_slice_codeunits(table["text"], 0, _EXCERPT)
            table = table.set_column(2, "text", begin)
            for row, each in zip(places, table.to_pylist(), strict=True):
                found[row] = Begin(each["doc_id"], each["path"], each["text"] or "")
        return found

    def document(self, doc_id: str) -> tuple[int, dict[str, Any]] | None:
        """Return the place of a document and all its columns, None where there is none."""
        import pyarrow.compute as pc

        start = 0
        for table in self.corpus:
            names = tables.load_parts(self.blobs, table.parts, ["doc_id"])["doc_id"]
            place = pc.index(names, doc_id).as_py()
            if place >= 0:
                whole = tables.load_parts(self.blobs, table.parts)
                return start + place, whole.slice(place, 1).to_pylist()[0]
            start += table.documents
        return None
