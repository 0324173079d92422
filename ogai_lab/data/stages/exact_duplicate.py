"""A key that texts share when they say the same."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING

from pydantic import Field

from ogai_lab.core.errors import require
from ogai_lab.core.types import Strict
from ogai_lab.data.stages.base import Stage

if TYPE_CHECKING:
    from pyarrow import Array, RecordBatch


class ExactDuplicateOptions(Strict):
    """What is of no account when texts are compared."""

    fold_space: bool = True
    fold_case: bool = True
    fold_script: bool = Field(
        default=False, description="Compare Chinese in simplified characters (OpenCC)."
    )


class ExactDuplicate(Stage[ExactDuplicateOptions]):
    """Gives each text the 128-bit hash (xxh3) of its normal form."""

    name = "exact_duplicate"
    columns = {"exact_key": "string"}
    options_type = ExactDuplicateOptions

    def signals(self, batch: RecordBatch) -> dict[str, Array]:
        """Return the key."""
        import pyarrow as pa
        from xxhash import xxh3_128_hexdigest

        texts = batch["text"].to_pylist()
        keys = [xxh3_128_hexdigest(self._normal(text).encode()) for text in texts]
        return {"exact_key": pa.array(keys, pa.string())}

    def _normal(self, text: str) -> str:
        text = " ".join(text.split()) if self.options.fold_space else text
        text = _simplified()(text) if self.options.fold_script and not text.isascii() else text
        return text.casefold() if self.options.fold_case else text


@functools.cache
def _simplified() -> Callable[[str], str]:
    convert: Callable[[str], str] = require("opencc", "data").OpenCC("t2s").convert
    return convert
