"""C4's rules (Raffel et al. 2020, section 2.2), as signals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ogai_lab.data.stages.base import NoOptions, Stage

if TYPE_CHECKING:
    from pyarrow import Array, RecordBatch


class C4Quality(Stage[NoOptions]):
    """Says what C4's rules for lines leave of a text; the text stays as it is.

    `c4_lines` is how many lines there are, `c4_kept_lines` how many end like a sentence, have three
    words and name neither JavaScript nor a policy, and `c4_sentences` what stands in these.
    `c4_lorem_ipsum` and `c4_curly_bracket` say that a line that ends like a sentence has the one or
    the other.
    """

    name = "c4_quality"
    columns = {
        "c4_lines": "int64",
        "c4_kept_lines": "int64",
        "c4_sentences": "int64",
        "c4_lorem_ipsum": "bool",
        "c4_curly_bracket": "bool",
    }

    def signals(self, batch: RecordBatch) -> dict[str, Array]:
        """Return the counts and the flags."""
        import pyarrow as pa

        from ogai_lab.data.kernels.c4 import count_c4
        from ogai_lab.data.kernels.reading import reading

        found = reading(batch["text"])
        return {
            f"c4_{name}": pa.array(values)
            for name, values in count_c4(found.texts, found.words).items()
        }
