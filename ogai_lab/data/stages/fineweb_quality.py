"""FineWeb's own rules (Penedo et al. 2024, section 3.5), as signals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ogai_lab.data.stages.base import NoOptions, Stage

if TYPE_CHECKING:
    from pyarrow import Array, RecordBatch


class FineWebQuality(Stage[NoOptions]):
    r"""Gives what FineWeb asks of a text's lines, the empty ones left out.

    `line_punct_ratio` is the share that ends with a sentence mark (of any script; 0 where there is
    no line), `short_line_ratio` that of 30 characters or fewer, `char_dup_ratio` the share of the
    characters (without ``\n``) in lines that came before, and `list_ratio` the ``\n`` a word.
    """

    name = "fineweb_quality"
    columns = {
        "line_punct_ratio": "double",
        "short_line_ratio": "double",
        "char_dup_ratio": "double",
        "list_ratio": "double",
    }

    def signals(self, batch: RecordBatch) -> dict[str, Array]:
        """Return the ratios."""
        import numpy as np

        from ogai_lab.data.kernels.reading import reading
        from ogai_lab.data.kernels.text import ratio

        found = reading(batch["text"])
        lines, words = found.lines, np.diff(found.words.bounds)
        solid = lines["solid_lines"]
        return {
            "line_punct_ratio": ratio(lines["ended_lines"], np.maximum(solid, 1)),
            "short_line_ratio": ratio(lines["short_lines"], solid),
            "char_dup_ratio": ratio(
                lines["dup_solid_chars"], lines["characters"] - lines["newlines"]
            ),
            "list_ratio": ratio(lines["newlines"], words),
        }
