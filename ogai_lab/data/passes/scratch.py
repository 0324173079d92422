"""Arrays in files: what does not fit on the disk is an error here, and never a shorter array.

numpy's ``tofile`` loses the last bytes of a full disk without a word, and a mapped file that has no
room behind it ends the process when it is touched.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def append(file: BinaryIO, array: NDArray[Any]) -> None:
    """Write an array's bytes.

    Raises
    ------
    OSError
        When they do not fit, here or when the file is closed.
    """
    file.write(np.ascontiguousarray(array).view(np.uint8).data)


def write(path: Path, array: NDArray[Any]) -> None:
    """Write an array's bytes into a file of their own."""
    with path.open("wb") as file:
        append(file, array)


def room(path: Path, type_: Any, count: int) -> NDArray[Any]:
    """Return a new array of `count` values (at least one) that is a file, zeros at first.

    Raises
    ------
    OSError
        When the disk has no room for all of it.
    """
    with path.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, count * np.dtype(type_).itemsize)
    return np.asarray(np.memmap(path, type_, "r+", shape=(count,)))


def mapped(path: Path, type_: Any) -> NDArray[Any]:
    """Return a file's contents without reading them; changes are not written."""
    size = path.stat().st_size // np.dtype(type_).itemsize
    if not size:
        return np.zeros(0, type_)
    return np.asarray(np.memmap(path, type_, "c", shape=(size,)))
