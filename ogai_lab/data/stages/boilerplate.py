"""Text that stands in many files without saying anything: licences, what programs wrote."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ogai_lab.data.stages.base import NoOptions, Stage

if TYPE_CHECKING:
    from pyarrow import Array, RecordBatch

_LICENCE = (
    r"(?i)permission (is hereby granted|to use, copy)|all rights reserved|licensed under"
    r"|licensed to psf|without warranty|warranties of|redistribution and use in source"
    r"|copyright \(c\)|copyright ©|©|版权所有"
)
_GENERATED = (
    r"(?i)auto-?\s?generated (by|from)|automatically generated|file (is|was) generated"
    r"|do not edit|python character mapping codec"
)


class Boilerplate(Stage[NoOptions]):
    """Says whether the beginning of a text reads like a licence, or like a program's output."""

    name = "boilerplate"
    columns = {"licence": "bool", "generated": "bool"}

    def signals(self, batch: RecordBatch) -> dict[str, Array]:
        """Return the two flags."""
        import pyarrow.compute as pc

        beginning = pc.utf8_slice_codeunits(batch["text"], 0, 600)
        return {
            "licence": pc.match_substring_regex(beginning, pattern=_LICENCE),
            "generated": pc.match_substring_regex(beginning, pattern=_GENERATED),
        }
