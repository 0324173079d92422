"""The bytes of a text column, as kernels take them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Texts:
    """Texts end to end: text ``i`` is ``data[offsets[i]:offsets[i + 1]]``.

    `data` is uint8, valid UTF-8; `offsets` is int64 and has one entry more than there are texts.
    Both are views of the column's memory where it has 64-bit offsets. A null is an empty text.
    """

    data: NDArray[np.uint8]
    offsets: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.offsets) - 1


def texts(column: pa.Array) -> Texts:
    """Return the bytes of a string or large_string column, sliced or not."""
    import pyarrow as pa

    if column.type != pa.large_string():
        column = column.cast(pa.large_string())
    if column.null_count:
        column = column.fill_null("")
    _, offsets, data = column.buffers()
    bounds = np.zeros(1, np.int64)
    if len(column):
        bounds = np.frombuffer(offsets, np.int64, len(column) + 1, column.offset * 8)
    empty = data is None or data.size == 0
    return Texts(np.zeros(1, np.uint8) if empty else np.frombuffer(data, np.uint8), bounds)


def ratio(part: NDArray[Any], whole: NDArray[Any]) -> pa.Array:
    """Return ``part / whole`` as doubles, null where the whole is 0."""
    import pyarrow as pa

    none = whole == 0
    return pa.array(part / np.where(none, 1, whole), pa.float64(), mask=none)
