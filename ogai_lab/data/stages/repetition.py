"""How much of a text only repeats what it said before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ogai_lab.data.stages.base import NoOptions, Stage

if TYPE_CHECKING:
    from pyarrow import Array, RecordBatch


class Repetition(Stage[NoOptions]):
    """Gives the share of a text's characters that stand in lines it had before.

    Lines are compared without the white space around them; empty ones do not count.
    """

    name = "repetition"
    columns = {"repeated_line_ratio": "double"}

    def signals(self, batch: RecordBatch) -> dict[str, Array]:
        """Return the share."""
        import pyarrow as pa

        texts = batch["text"].to_pylist()
        return {"repeated_line_ratio": pa.array([_repeated(text) for text in texts], pa.float64())}


def _repeated(text: str) -> float | None:
    lines = [line for line in map(str.strip, text.split("\n")) if line]
    whole = sum(map(len, lines))
    return 1 - sum(map(len, set(lines))) / whole if whole else None
