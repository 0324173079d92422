"""Held-out documents, as JSON lines: whoever measures a model can read them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

COLUMNS = ["doc_id", "path", "kind", "text", "bytes"]


def lines(documents: pa.Table, decisions: pa.Table) -> bytes:
    """Return the held-out documents that were kept, one JSON object a line.

    Parameters
    ----------
    documents
        The documents, with their source's columns.
    decisions
        The rows of `ledger.decided` that belong to them.
    """
    import pyarrow.compute as pc

    kept = pc.and_(decisions["heldout"], pc.is_null(decisions["reason"]))
    rows = documents.select(COLUMNS).filter(kept).to_pylist()
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()
