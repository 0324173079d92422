"""One form for what looks the same."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from ogai_lab.data.stages.base import NoOptions, Stage

if TYPE_CHECKING:
    from pyarrow import Array, RecordBatch

_LINE_ENDS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_UNSEEN = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u200b\u2060\ufeff]")
"""Controls, the soft hyphen, zero-width space, word joiner and byte order mark. The joiners U+200C
and U+200D stay: Persian, Indic scripts and emoji are written with them."""
_SPACES = re.compile("[ \t\xa0]+(?=\n|$)")
_EMPTY = re.compile("\n{3,}")


class Normalise(Stage[NoOptions]):
    """Composes characters (NFC), makes all line ends one, takes out what cannot be seen.

    Spaces at line ends and empty lines after the first go as well. Nothing else is folded: the
    punctuation and the full-width forms of Chinese stay what they are. ``removed_characters`` is
    by how many characters a text became shorter.
    """

    name = "normalise"
    replaces = ("text",)
    columns = {"removed_characters": "int32"}

    def signals(self, batch: RecordBatch) -> dict[str, Array]:
        """Return the texts in their form."""
        import pyarrow as pa

        before = batch["text"].to_pylist()
        after = [normal(text) for text in before]
        shorter = [len(old) - len(new) for old, new in zip(before, after, strict=True)]
        return {
            "text": pa.array(after, pa.large_string()),
            "removed_characters": pa.array(shorter, pa.int32()),
        }


def normal(text: str) -> str:
    """Return a text in its normal form; that of a normal form is itself."""
    text = _UNSEEN.sub("", _LINE_ENDS.sub("\n", text))
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    return _EMPTY.sub("\n\n", _SPACES.sub("", text))
