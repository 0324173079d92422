"""What is kept on disk of the documents that share a key with another."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

import numpy as np

from ogai_lab.data.kernels.hashing import hash_texts
from ogai_lab.data.passes.scratch import append, mapped

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

    Array = NDArray[Any]


class Found(NamedTuple):
    """The records, mapped; `order` is a hash of the doc_id.

    Document ``i`` has ``ids[offsets[i]:offsets[i + 1]]`` as its doc_id, and
    ``words[bounds[i]:bounds[i + 1]]`` to be compared by.
    """

    offsets: NDArray[np.int64]
    ids: NDArray[np.uint8]
    priority: NDArray[np.float64]
    order: NDArray[np.uint64]
    bounds: NDArray[np.int64]
    words: NDArray[np.uint32]


_TYPES = (np.int64, np.uint8, np.float64, np.uint64, np.int64, np.uint32)


class Records:
    """Files of records, one after the other in the corpus's order.

    Parameters
    ----------
    folder
        Where the files go; it exists.
    """

    def __init__(self, folder: Path) -> None:
        self._paths = [folder / f"record.{name}" for name in Found._fields]
        self._ends = {"offsets": 0, "bounds": 0}

    def write(self, parts: Any) -> None:
        """Write the rows of tables (of `duplicates.part`), one table after the other."""
        files = [path.open("wb") for path in self._paths]
        try:
            for file in (files[0], files[4]):
                append(file, np.zeros(1, np.int64))
            for part in parts:
                self._append(part, files)
        finally:
            for file in files:
                file.close()

    def read(self) -> Found:
        """Return all records. Map them anew now and then: what was touched counts as memory."""
        return Found(
            *(mapped(path, type_) for path, type_ in zip(self._paths, _TYPES, strict=True))
        )

    def _append(self, part: pa.Table, files: Sequence[BinaryIO]) -> None:
        import pyarrow as pa

        offsets, ids = _texts(part["doc_id"].combine_chunks().cast(pa.large_string()))
        words = part["words"].combine_chunks()
        bounds = np.asarray(words.offsets)
        order = np.empty(len(offsets) - 1, np.uint64)
        hash_texts(offsets, ids, np.uint64(0), order)
        columns = (
            offsets[1:] - offsets[0] + self._ends["offsets"],
            ids[offsets[0] : offsets[-1]],
            part["priority"].combine_chunks().to_numpy(zero_copy_only=False),
            order,
            bounds[1:] - bounds[0] + self._ends["bounds"],
            np.asarray(words.flatten()),
        )
        self._ends["offsets"] += int(offsets[-1] - offsets[0])
        self._ends["bounds"] += int(bounds[-1] - bounds[0])
        for column, type_, file in zip(columns, _TYPES, files, strict=True):
            append(file, column.astype(type_, copy=False))


def _texts(column: pa.Array) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
    from ogai_lab.data.kernels.text import texts

    found = texts(column)
    return found.offsets, found.data
