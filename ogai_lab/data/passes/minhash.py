"""Documents that say nearly the same: MinHash signatures, banded, and what shares a band."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from ogai_lab.core.types import Strict
from ogai_lab.data.passes.base import Pass
from ogai_lab.data.passes.columns import columns

if TYPE_CHECKING:
    import pyarrow as pa


class MinHashOptions(Strict):
    """How documents are compared. The defaults are those of FineWeb: 14 bands of 8 rows.

    Two documents whose shingles have the Jaccard similarity s are candidates with the probability
    1 - (1 - s^rows)^bands: 0.56 at s = 0.7, 0.77 at 0.75, 0.92 at 0.8 with the defaults.
    """

    bands: int = Field(default=14, ge=1, le=1000)
    rows: int = Field(default=8, ge=1, le=1000, description="Hash functions of a band.")
    shingle: Literal["characters", "words"] = Field(
        default="characters",
        description="Runs of letters, which do for every script, or of words.",
    )
    length: int = Field(default=5, ge=1, le=100, description="Letters or words of a shingle.")
    threshold: float = Field(
        default=0,
        ge=0,
        le=1,
        description="How alike candidates must be to be duplicates; 0: all are, as in datatrove.",
    )
    jaccard: Literal["estimated", "true"] = Field(
        default="estimated",
        description="Likeness from signatures (with its standard error of √(s(1-s)/112) at the "
        "defaults), or from all shingles: true to 32-bit hashes, with 4 bytes a shingle kept.",
    )
    priority: str | None = Field(
        default=None,
        description="A number column: the highest of a cluster survives; of equals, and without "
        "one, the smallest doc_id does.",
    )
    seed: int = Field(default=1, ge=0)


class MinHash(Pass[MinHashOptions]):
    """Finds near-duplicates (Broder 1997), transitively: clusters are connected components."""

    name = "minhash"
    columns = columns("minhash")
    options_type = MinHashOptions

    def needed(self) -> tuple[str, ...]:
        """Return the columns that `map` reads."""
        return self.wants + ((self.options.priority,) if self.options.priority else ())

    def map(self, table: pa.Table) -> pa.Table:
        """Return the bands' hashes, and signatures or shingles, of the documents with letters."""
        import numpy as np

        from ogai_lab.data.kernels import minhash as kernel
        from ogai_lab.data.kernels.letters import folding
        from ogai_lab.data.kernels.text import texts
        from ogai_lab.data.passes.duplicates import part

        options = self.options
        found = texts(table["text"].combine_chunks())
        given = (found.data, found.offsets, *folding(), options.length, options.shingle == "words")
        size = options.bands * options.rows
        signatures = np.empty((len(found), size), np.uint32)
        counts = np.empty(len(found), np.int64)
        kernel.signatures(*given, *kernel.functions(size, options.seed), signatures, counts)
        bands = np.empty((len(found), options.bands), np.uint64)
        kernel.bands(signatures, options.rows, bands)
        rows = np.flatnonzero(counts).astype(np.int32)
        words = signatures[rows].reshape(-1)
        bounds = np.arange(len(rows) + 1, dtype=np.int64) * size
        if options.jaccard == "true":
            every = np.empty(len(found) + 1, np.int64)
            words = np.empty(counts.sum(), np.uint32)
            kernel.shingle_sets(*given, words, every)
            words, bounds = words[: every[-1]], np.append(every[rows], every[-1])
        return part(table, rows, bands[rows], words, bounds, options.priority)

    def reduce(
        self,
        parts: Sequence[Callable[[], pa.Table]],
        sizes: Sequence[int],
        scratch: Path,
        memory: int,
    ) -> Iterator[pa.Table]:
        """Yield each document's cluster, survivor and likeness to it."""
        from ogai_lab.data.passes.duplicates import Compared, Duplicates

        compared = Compared(self.options.jaccard == "true", self.options.threshold)
        yield from Duplicates(parts, sizes, scratch, memory, compared).columns(self.name)
