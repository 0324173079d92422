"""Text that was read by the wrong encoding, read by the right one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ogai_lab.core.errors import require
from ogai_lab.data.extraction.mojibake import repair
from ogai_lab.data.stages.base import NoOptions, Stage
from ogai_lab.data.stages.text import count, share

if TYPE_CHECKING:
    from pyarrow import Array, RecordBatch

_LOST = "\ufffd|锟斤拷?|锟"
_PRIVATE = r"\p{Co}"


class Repair(Stage[NoOptions]):
    """Repairs UTF-8, GBK and Big5 that were read as each other or as Latin-1, line by line.

    ``mojibake`` is what was repaired ("utf-8 as gb18030"), null for nothing, and
    ``repaired_lines`` in how many lines. What cannot be repaired is told by shares of all
    characters: ``lost_ratio`` of U+FFFD and what it becomes when read as GBK (锟斤拷),
    ``private_use_ratio`` of characters that no standard gives a meaning.
    """

    name = "repair"
    replaces = ("text",)
    columns = {
        "mojibake": "string",
        "repaired_lines": "int32",
        "lost_ratio": "double",
        "private_use_ratio": "double",
    }

    def signals(self, batch: RecordBatch) -> dict[str, Array]:
        """Return the repaired texts and what is known of them."""
        import pyarrow as pa
        import pyarrow.compute as pc

        require("ftfy", "data")
        found = [repair(text) for text in batch["text"].to_pylist()]
        text = pa.array([row.text for row in found], pa.large_string())
        characters = pc.utf8_length(text)
        return {
            "text": text,
            "mojibake": pa.array([row.how for row in found], pa.string()),
            "repaired_lines": pa.array([row.lines for row in found], pa.int32()),
            "lost_ratio": share(count(text, _LOST), characters),
            "private_use_ratio": share(count(text, _PRIVATE), characters),
        }
