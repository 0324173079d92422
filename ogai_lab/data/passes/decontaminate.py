"""Documents that hold what models are measured by."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import Field

from ogai_lab.core.types import Strict
from ogai_lab.data.passes.base import ROW, Pass

if TYPE_CHECKING:
    import pyarrow as pa


class DecontaminateOptions(Strict):
    """What is looked for."""

    benchmarks: dict[str, str] = Field(
        min_length=1,
        max_length=64,
        description="By name, a file of items: JSON lines (.gz too) or Parquet.",
    )
    fields: list[str] = Field(
        default=[],
        description="The fields of an item with its text, in their order; every text in it if "
        "empty. Lists and objects give all texts in them.",
    )
    identifier: str = Field(
        default="id", description="The field that names an item; its number where there is none."
    )
    n: int = Field(
        default=13, ge=2, le=100, description="Words in a row, as for GPT-3 (Brown et al. 2020)."
    )
    joined: bool = Field(
        default=True,
        description="An item's fields are one text, so that a question with its answer is found; "
        "else each is looked for by itself.",
    )


class Decontaminate(Pass[DecontaminateOptions]):
    """Finds documents that have `n` words in a row with an item of a benchmark in common.

    Words are compared without case, accents and punctuation, traditional Han as simplified, numbers
    as they are; a Han character is a word. An item of fewer words is not looked for.

    ``decontaminate_names`` has the benchmarks found (separated by commas, null: none),
    ``decontaminate_item`` the item of which the largest part stands in the document,
    ``decontaminate_item_share`` that part, ``decontaminate_share`` the part of the document that
    stands in any item, both 0 to 1 and in runs of `n` words; null where it has fewer words.
    """

    name = "decontaminate"
    columns = {
        "decontaminate_names": "string",
        "decontaminate_item": "string",
        "decontaminate_item_share": "double",
        "decontaminate_share": "double",
    }
    wants = ("text",)
    options_type = DecontaminateOptions

    def files(self) -> tuple[Path, ...]:
        """Return the files of the benchmarks."""
        return tuple(Path(path) for path in self.options.benchmarks.values())

    def map(self, table: pa.Table) -> pa.Table:
        """Return this pass's columns already: each document is compared with the items alone."""
        import numpy as np
        import pyarrow as pa

        from ogai_lab.data.kernels import words_of_letters as kernel
        from ogai_lab.data.kernels.letters import folding
        from ogai_lab.data.kernels.text import texts
        from ogai_lab.data.passes.benchmarks import index

        items = index(self.options.model_dump_json())
        found = texts(table["text"].combine_chunks())
        rows = len(found)
        share, part = np.empty(rows), np.empty(rows)
        best, bits = np.empty(rows, np.int64), np.empty(rows, np.uint64)
        kernel.overlaps(
            found.data, found.offsets, *folding(digits=True), self.options.n,
            items.keys, items.items, items.sizes, items.groups, share, best, part, bits,
        )  # fmt: skip
        names = sorted(self.options.benchmarks)
        listed = [
            ",".join(name for i, name in enumerate(names) if which >> i & 1) or None
            for which in bits.tolist()
        ]
        none, few = best < 0, np.isnan(share)
        columns = {
            "decontaminate_names": pa.array(listed, pa.string()),
            "decontaminate_item": pa.array(items.names, pa.string()).take(
                pa.array(best, mask=none)
            ),
            "decontaminate_item_share": pa.array(part, mask=few),
            "decontaminate_share": pa.array(share, mask=few),
        }
        return pa.table({ROW: pa.array(np.arange(rows, dtype=np.int32))} | columns)

    def reduce(
        self,
        parts: Sequence[Callable[[], pa.Table]],
        sizes: Sequence[int],
        scratch: Path,
        memory: int,
    ) -> Iterator[pa.Table]:
        """Yield what was found."""
        for load in parts:
            yield load().select(list(self.columns))
