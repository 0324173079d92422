"""Gopher's repetition rules (Rae et al. 2021, table A1), as signals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ogai_lab.data.stages.base import NoOptions, Stage

if TYPE_CHECKING:
    from pyarrow import Array, RecordBatch

_TOPS = (2, 3, 4)
_DUPLICATES = (5, 6, 7, 8, 9, 10)
_SHARES = {
    "dup_para_frac": ("dup_paragraphs", "paragraphs"),
    "dup_para_char_frac": ("dup_paragraph_chars", "characters"),
    "dup_line_frac": ("dup_lines", "lines"),
    "dup_line_char_frac": ("dup_line_chars", "characters"),
}


class GopherRepetition(Stage[NoOptions]):
    """Gives the shares of a text that it said before.

    `dup_line_frac` and `dup_para_frac` are shares of the lines and paragraphs, all others shares of
    the text's characters, white space among them: `dup_line_char_frac`, `dup_para_char_frac`,
    `top_N_gram` in all occurrences of the most frequent sequence of N words (with a space between
    two; where none comes twice it is the first one), `dup_N_gram` in sequences of N words that
    came before, none counted twice.
    """

    name = "gopher_repetition"
    columns = dict.fromkeys(
        [
            *_SHARES,
            *(f"top_{n}_gram" for n in _TOPS),
            *(f"dup_{n}_gram" for n in _DUPLICATES),
        ],
        "double",
    )

    def signals(self, batch: RecordBatch) -> dict[str, Array]:
        """Return the shares."""
        from ogai_lab.data.kernels.ngrams import repeated_characters
        from ogai_lab.data.kernels.reading import reading
        from ogai_lab.data.kernels.text import ratio

        found = reading(batch["text"])
        lines = found.lines
        shares = {name: ratio(lines[part], lines[whole]) for name, (part, whole) in _SHARES.items()}
        repeated = repeated_characters(found.words, tops=_TOPS[-1])
        for n in (*_TOPS, *_DUPLICATES):
            name = f"{'top' if n in _TOPS else 'dup'}_{n}_gram"
            shares[name] = ratio(repeated[n], lines["characters"])
        return shares
