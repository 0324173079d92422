"""Which release this is."""

from __future__ import annotations

import functools


@functools.cache
def version() -> str:
    """Return the version of this release; ``0`` in a source tree that was never installed."""
    from importlib.metadata import PackageNotFoundError
    from importlib.metadata import version as installed

    try:
        return installed("ogai-lab")
    except PackageNotFoundError:
        return "0"
