"""Where the registry keeps its blobs."""

from __future__ import annotations

from ogai_lab.core.blobs import BlobStore


def model_store(blobs: BlobStore) -> BlobStore:
    """Return the registry's own store, beside the blobs of other layers.

    What no version needs can then be removed without asking the other layers, and never takes a
    blob of theirs away: the same bytes are simply kept twice.
    """
    return BlobStore(f"{blobs.url.rstrip('/')}/models")
