"""A sample in which each kind of document has the share that it is to have."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from ogai_lab.core.errors import InvalidInput
from ogai_lab.core.types import Bytes, Strict
from ogai_lab.data.passes.base import ROW, Pass
from ogai_lab.data.sources.files import portion

if TYPE_CHECKING:
    import pyarrow as pa

Weight = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class MixOptions(Strict):
    """Which share each group is to have."""

    by: str = Field(default="kind", description="The column whose values are the groups.")
    weights: dict[str, Weight] = Field(
        min_length=1, description="Each group's share of the mix, up to a common factor."
    )
    others: Literal["drop", "keep"] = Field(
        default="drop", description="What becomes of groups without a weight, null among them."
    )
    unit: Literal["bytes", "documents"] = Field(
        default="bytes", description="What the shares are shares of."
    )
    limit: Bytes | None = Field(
        default=None, gt=0, description="About so much in all, in `unit`; else as much as there is."
    )
    unless: list[str] = Field(
        default=[],
        description="Columns of passes and flags: a document that has one (not null, not false) is "
        "left out of the mix and of its shares, as `minhash_kept` leaves out duplicates.",
    )
    salt: str = "ogai"


class Mix(Pass[MixOptions]):
    """Takes of each group what makes the mix as large as the scarcest group lets it be.

    A document is in by the hash of its doc_id alone: `mix_portion`, 0 to 1, is below the group's
    rate, so a larger mix holds a smaller one, and shares are met to within the chance of sampling.
    No document is taken twice. The rule that drops the others: ``mix_taken`` is false.
    """

    name = "mix"
    columns = {"mix_taken": "bool", "mix_portion": "double", "mix_rate": "double"}
    wants = ("doc_id",)
    options_type = MixOptions

    def needed(self) -> tuple[str, ...]:
        """Return the columns that `map` reads."""
        size = ("bytes",) if self.options.unit == "bytes" else ()
        return tuple(dict.fromkeys(("doc_id", self.options.by, *size, *self.options.unless)))

    def map(self, table: pa.Table) -> pa.Table:
        """Return each document's group, size and portion; null is the group of those left out."""
        import numpy as np
        import pyarrow as pa
        import pyarrow.compute as pc

        options = self.options
        rows = table.num_rows
        out = pa.array(np.zeros(rows, np.bool_))
        for name in options.unless:
            column = table[name]
            has = column if pa.types.is_boolean(column.type) else pc.is_valid(column)
            out = pc.or_(out, pc.fill_null(has, False))
        groups = pc.fill_null(table[options.by].cast(pa.string()), "")
        sizes = table["bytes"] if options.unit == "bytes" else pa.array(np.ones(rows, np.int64))
        portions = [portion(name, options.salt) for name in table["doc_id"].to_pylist()]
        return pa.table(
            {
                ROW: pa.array(np.arange(rows, dtype=np.int32)),
                "group": pc.if_else(out, pa.scalar(None, pa.string()), groups),
                "size": sizes.cast(pa.int64()),
                "portion": pa.array(portions, pa.float64()),
            }
        )

    def reduce(
        self,
        parts: Sequence[Callable[[], pa.Table]],
        sizes: Sequence[int],
        scratch: Path,
        memory: int,
    ) -> Iterator[pa.Table]:
        """Yield whether each document is taken, and why."""
        import numpy as np
        import pyarrow as pa

        there: Counter[str] = Counter()
        for load in parts:
            part = load().select(["group", "size"])
            for row in part.group_by("group").aggregate([("size", "sum")]).to_pylist():
                if row["group"] is not None:
                    there[row["group"]] += row["size_sum"]
        rates = self.rates(there)
        for load in parts:
            part = load()
            found = [rates.get(group, 0.0) for group in part["group"].to_pylist()]
            rate, portions = np.asarray(found, np.float64), np.asarray(part["portion"])
            yield pa.table(
                {
                    "mix_taken": pa.array(portions < rate),
                    "mix_portion": pa.array(portions),
                    "mix_rate": pa.array(rate),
                }
            )

    def rates(self, there: dict[str, int]) -> dict[str, float]:
        """Return the share of each group that is taken, 0 to 1.

        Parameters
        ----------
        there
            How much there is of each group, in `unit`.

        Raises
        ------
        InvalidInput
            When a group with a weight has no documents, for then there is no such mix.
        """
        options = self.options
        weights = {group: weight for group, weight in options.weights.items() if weight}
        missing = sorted(group for group in weights if not there.get(group))
        if missing or not weights:
            raise InvalidInput(
                f"There is no document with {options.by!r} {', '.join(map(repr, missing))}."
                if missing
                else "All weights of the mix are 0.",
                action=f"Groups there are: {', '.join(map(repr, sorted(there))) or 'none'}.",
                field="weights",
            )
        most = min(there[group] / weight for group, weight in weights.items())
        if options.limit is not None:
            most = min(most, options.limit / sum(weights.values()))
        taken = {group: most * weight / there[group] for group, weight in weights.items()}
        if options.others == "keep":
            taken |= {group: 1.0 for group in there if group not in options.weights}
        return taken
