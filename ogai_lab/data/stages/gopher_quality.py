"""Gopher's quality rules (Rae et al. 2021, appendix A.1.1), as signals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ogai_lab.core.types import Strict
from ogai_lab.data.stages.base import Stage

if TYPE_CHECKING:
    from pyarrow import Array, RecordBatch

STOP_WORDS = ["the", "be", "to", "of", "and", "that", "have", "with"]
"""The words of which Gopher asks two."""


class GopherQualityOptions(Strict):
    """Which words a text should have."""

    stop_words: list[str] = STOP_WORDS


class GopherQuality(Stage[GopherQualityOptions]):
    """Counts words and how many of them, and of the lines, are of the kinds that Gopher asks after.

    `gopher_words` have a character that is no mark; `avg_word_length` (characters) is theirs.
    `hash_word_ratio` and `ellipsis_word_ratio` are ``#`` and ``...`` or ``…`` a word, marks counted
    as words; `alpha_words_ratio` the share of all words with a letter; `bullet_lines_ratio` and
    `ellipsis_lines_ratio` the shares of lines that begin with ``•`` or ``-``, and that end with an
    ellipsis; `stop_words` how many different ones of the list stand in the text as they are
    written. Ratios are null where there is nothing to divide by.
    """

    name = "gopher_quality"
    columns = {
        "gopher_words": "int64",
        "avg_word_length": "double",
        "hash_word_ratio": "double",
        "ellipsis_word_ratio": "double",
        "bullet_lines_ratio": "double",
        "ellipsis_lines_ratio": "double",
        "alpha_words_ratio": "double",
        "stop_words": "int64",
    }
    options_type = GopherQualityOptions

    def signals(self, batch: RecordBatch) -> dict[str, Array]:
        """Return the counts and ratios."""
        import pyarrow as pa

        from ogai_lab.data.kernels.counters import count_words
        from ogai_lab.data.kernels.reading import reading
        from ogai_lab.data.kernels.text import ratio

        found = reading(batch["text"])
        counts, lines = count_words(found.words, self.options.stop_words), found.lines
        return {
            "gopher_words": pa.array(counts.words),
            "avg_word_length": ratio(counts.characters, counts.words),
            "hash_word_ratio": ratio(lines["hashes"], counts.all),
            "ellipsis_word_ratio": ratio(lines["ellipses"], counts.all),
            "bullet_lines_ratio": ratio(lines["bullet_rows"], lines["rows"]),
            "ellipsis_lines_ratio": ratio(lines["ellipsis_rows"], lines["rows"]),
            "alpha_words_ratio": ratio(counts.alpha, counts.all),
            "stop_words": pa.array(counts.stop_words),
        }
