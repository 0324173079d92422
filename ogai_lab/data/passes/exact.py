"""Documents that say the same, letter by letter, wherever they stand in the corpus."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import Field

from ogai_lab.core.types import Strict
from ogai_lab.data.passes.base import Pass
from ogai_lab.data.passes.columns import columns

if TYPE_CHECKING:
    import pyarrow as pa


class ExactOptions(Strict):
    """What is compared, and what of it is of no account."""

    column: str = Field(default="text", description="Text, or a URL, or a key made by a stage.")
    fold_space: bool = Field(default=True, description="Runs of white space are one space.")
    fold_case: bool = True
    priority: str | None = Field(
        default=None,
        description="A number column: the highest of a cluster survives; of equals, and without "
        "one, the smallest doc_id does.",
    )


class Exact(Pass[ExactOptions]):
    """Finds documents with the same 128-bit hash (xxh3) of their normal form; null is like none."""

    name = "exact"
    columns = columns("exact")
    options_type = ExactOptions

    def needed(self) -> tuple[str, ...]:
        """Return the columns that `map` reads."""
        priority = self.options.priority
        return ("doc_id", self.options.column, *([priority] if priority else []))

    def map(self, table: pa.Table) -> pa.Table:
        """Return each document's key."""
        import numpy as np
        from xxhash import xxh3_128_digest

        from ogai_lab.data.passes.duplicates import part

        values = table[self.options.column].to_pylist()
        rows = np.asarray([i for i, value in enumerate(values) if value is not None], np.int32)
        digests = b"".join(xxh3_128_digest(self._normal(values[row])) for row in rows.tolist())
        words = np.frombuffer(digests, np.uint32)
        # The key's first half finds candidates, all of it is what they are compared by.
        keys = np.frombuffer(digests, np.uint64).reshape(-1, 2)[:, :1].copy()
        bounds = np.arange(len(rows) + 1, dtype=np.int64) * 4
        return part(table, rows, keys, words, bounds, self.options.priority)

    def reduce(
        self,
        parts: Sequence[Callable[[], pa.Table]],
        sizes: Sequence[int],
        scratch: Path,
        memory: int,
    ) -> Iterator[pa.Table]:
        """Yield each document's cluster and survivor; the similarity is 1."""
        from ogai_lab.data.passes.duplicates import Compared, Duplicates

        compared = Compared(sets=False, threshold=1.0)
        yield from Duplicates(parts, sizes, scratch, memory, compared).columns(self.name)

    def _normal(self, text: str) -> bytes:
        text = " ".join(text.split()) if self.options.fold_space else text
        return (text.casefold() if self.options.fold_case else text).encode()
