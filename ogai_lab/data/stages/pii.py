"""What names a person in a text: counted, and replaced."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from ogai_lab.core.types import Strict
from ogai_lab.data.stages.base import Stage

if TYPE_CHECKING:
    from pyarrow import Array, RecordBatch

Kind = Literal["email", "ip", "phone", "id", "card"]
MARKS: dict[Kind, str] = {
    "email": "<EMAIL>",
    "ip": "<IP>",
    "phone": "<PHONE>",
    "id": "<ID>",
    "card": "<CARD>",
}


class PiiOptions(Strict):
    """What counts, and what stands in its place."""

    kinds: list[Kind] = Field(default=list(MARKS), min_length=1, description="What is looked for.")
    replace: bool = Field(default=True, description="Whether a mark is put in its place.")
    marks: dict[Kind, str] = Field(default={}, description="Other marks than <EMAIL> and so on.")
    private_addresses: bool = Field(
        default=False, description="Whether IP addresses count that are no public ones."
    )


class Pii(Stage[PiiOptions]):
    """Puts a mark for mail and IP addresses, telephones, Chinese identity numbers, bank cards.

    `pii_email` … `pii_card` are how many there were. The same text always gives the same marks:
    nothing is remembered between documents. Identity numbers and cards count with the right check
    digit only; telephones are Chinese mobile and area-code numbers, American ones, and those of any
    country with a plus.
    """

    name = "pii"
    columns = {f"pii_{kind}": "int64" for kind in MARKS}
    replaces: ClassVar[tuple[str, ...]] = ("text",)
    options_type = PiiOptions

    def signals(self, batch: RecordBatch) -> dict[str, Array]:
        """Return the counts, and the text with its marks."""
        import numpy as np
        import pyarrow as pa

        from ogai_lab.data.kernels import pii
        from ogai_lab.data.kernels.numbers import KINDS
        from ogai_lab.data.kernels.text import texts

        column = texts(batch["text"])
        found = pii.find(column, self.options.private_addresses)
        wanted = np.array([kind in self.options.kinds for kind in KINDS])
        if not wanted.all():
            found = pii.Spans(*(values[wanted[found.kind]] for values in found))
        made = {
            f"pii_{kind}": pa.array(
                np.bincount(found.text[found.kind == number], minlength=len(column))
            )
            for number, kind in enumerate(KINDS)
        }
        if not self.options.replace or not len(found.text):
            return {**made, "text": batch["text"]}
        marks = [(self.options.marks.get(kind) or MARKS[kind]).encode() for kind in MARKS]
        data, offsets = pii.replace(column, found, marks)
        text = pa.LargeStringArray.from_buffers(
            len(column), pa.py_buffer(offsets), pa.py_buffer(data)
        )
        if batch["text"].null_count:
            import pyarrow.compute as pc

            text = pc.if_else(batch["text"].is_null(), pa.scalar(None, text.type), text)
        return {**made, "text": text}
