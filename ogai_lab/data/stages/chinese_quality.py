"""What the quality rules ask of Chinese, where words have no spaces between them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from ogai_lab.core.types import Strict
from ogai_lab.data.stages.base import Stage

if TYPE_CHECKING:
    from pyarrow import Array, RecordBatch

_BOTH = "的是在有不人了我他也和就而中被由到上可以"
_SIMPLIFIED = "这个们为与时来说对会后于"
_TRADITIONAL = "這個們為與時來說對會後於"


class ChineseQualityOptions(Strict):
    """How long the repeated sequences are."""

    gram: int = Field(default=13, ge=2, le=100, description="Characters of a sequence.")


class ChineseQuality(Stage[ChineseQualityOptions]):
    """Counts by characters what Gopher, C4 and FineWeb count by words and by ASCII marks.

    `han_characters` is how many there are and `han_ratio` their share of the characters that are no
    white space; `char_rep_ratio` the share of sequences of 13 characters (white space left out)
    that came before; `zh_line_punct_ratio` the share of lines with more than white space that end
    as Chinese lines do: with a sentence mark of any script, a closing quote or bracket (``”』）``),
    ``…``, ``：`` or ``；``; `zh_line_length` the mean of their characters; `zh_stop_words_hans` and
    `zh_stop_words_hant` how many different function words (of one character) of the simplified and
    of the traditional script stand in the text, those of both in each.
    """

    name = "chinese_quality"
    columns = {
        "han_characters": "int64",
        "han_ratio": "double",
        "char_rep_ratio": "double",
        "zh_line_punct_ratio": "double",
        "zh_line_length": "double",
        "zh_stop_words_hans": "int64",
        "zh_stop_words_hant": "int64",
    }
    options_type = ChineseQualityOptions

    def signals(self, batch: RecordBatch) -> dict[str, Array]:
        """Return the counts and ratios."""
        import numpy as np
        import pyarrow as pa

        from ogai_lab.data.kernels.chinese import count_characters, repeated_grams
        from ogai_lab.data.kernels.reading import reading
        from ogai_lab.data.kernels.text import ratio

        found = reading(batch["text"])
        lines = found.lines
        all_, han, simplified, traditional = count_characters(
            found.texts, _BOTH + _SIMPLIFIED, _BOTH + _TRADITIONAL
        )
        again, grams = repeated_grams(found.texts, self.options.gram)
        solid = lines["solid_lines"]
        return {
            "han_characters": pa.array(han),
            "han_ratio": ratio(han, all_),
            "char_rep_ratio": ratio(again, grams),
            "zh_line_punct_ratio": ratio(lines["wide_ended_lines"], np.maximum(solid, 1)),
            "zh_line_length": ratio(lines["characters"] - lines["newlines"], solid),
            "zh_stop_words_hans": pa.array(simplified),
            "zh_stop_words_hant": pa.array(traditional),
        }
