"""The pieces of work that run in a pool: pure functions of values that travel as JSON.

Each stores what it makes as blobs and returns their digests, so a task may run in any process, on
any machine that reaches the store, any number of times.
"""

from __future__ import annotations

import functools
import hashlib
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ogai_lab.core.blobs import BlobStore, Digest
from ogai_lab.data import heldout, ledger, quarantine, sources, staging, tables
from ogai_lab.data.firsts import alone
from ogai_lab.data.quarantine import Lost, Unread
from ogai_lab.data.sources import batches, locations
from ogai_lab.data.sources.files import Piece
from ogai_lab.data.staging import size
from ogai_lab.data.steps import build_pass, build_stage
from ogai_lab.data.types import StageSpec

if TYPE_CHECKING:
    import pyarrow as pa

Result = dict[str, Any]


def fingerprint(url: str, pieces: Sequence[Piece]) -> Result:
    """Tell the SHA-256 of each piece's bytes."""
    return {"digests": [locations.digest(Piece(*piece)) for piece in pieces], "blobs": {}}


def file_digest(path: str) -> str:
    """Return the SHA-256 of a file beside the corpus."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read(
    url: str,
    source: str,
    stages: str,
    pieces: Sequence[Piece],
    digests: Sequence[str],
    columns: str | None = None,
    keep_raw: bool = False,
    lost: Sequence[Lost] = (),
    unread: Sequence[Unread] = (),
) -> Result:
    """Make a table of the documents in `pieces`, with the signals of all stages.

    Parameters
    ----------
    url
        The blob store.
    source, stages
        The source and the list of stages, as JSON.
    pieces, digests
        The parts of files to read, and the SHA-256 that each must have.
    columns
        What `sources.columns` says of the pipeline, as JSON; of this source alone when left out.
    keep_raw
        Whether a text that a stage changes is kept as ``raw_text``.
    lost, unread
        Documents, and pieces with their digests, that no worker survives: they are set aside.

    Raises
    ------
    Conflict
        When a file is not what it was when its digest was taken.
    """
    import pyarrow as pa

    given = staging.read(url, source, stages, pieces, digests, columns, keep_raw)
    made = given.staged(lost)
    aside = pa.concat_tables([quarantine.unread(unread), made.quarantine])
    kept = made.batch if keep_raw else batches.without_pages(made.batch)
    blobs = BlobStore(url)
    return {
        "documents": made.batch.num_rows,
        "bytes": size(made.batch),
        "spent": {staging.READING: given.spent} | made.spent,
        **_set_aside(aside),
        "blobs": {
            "documents": tables.store(blobs, pa.Table.from_batches([kept])),
            **_stored_quarantine(blobs, aside),
        },
    }


def extend(
    url: str, parts: Sequence[str], stages: str, keep_raw: bool, lost: Sequence[Lost] = ()
) -> Result:
    """Run further stages over a stored table; only what they add is stored.

    Parameters
    ----------
    parts
        Digests of the table's parts.
    stages
        The list of stages, as JSON.
    keep_raw
        Whether a text that a stage changes is kept as ``raw_text``.
    lost
        Documents that no worker survives: they are set aside.
    """
    import pyarrow as pa

    blobs = BlobStore(url)
    given = staging.extend(url, parts, stages, keep_raw)
    made = given.staged(lost)
    result = pa.Table.from_batches([made.batch])
    whole = made.quarantine.num_rows > 0
    if not whole:
        old = set(given.batch.schema.names)
        replaced = (name for spec in given.specs for name in build_stage(spec).replaces)
        changed = {*replaced, "bytes"}
        result = result.select([n for n in result.column_names if n not in old or n in changed])
    return {
        "documents": result.num_rows,
        "bytes": size(made.batch),
        "whole": whole,
        "spent": made.spent,
        **_set_aside(made.quarantine),
        "blobs": {
            "documents": tables.store(blobs, result),
            **_stored_quarantine(blobs, made.quarantine),
        },
    }


def gather(url: str, parts: Sequence[str], spec: str) -> Result:
    """Store what a pass compares the documents of one table by."""
    blobs = BlobStore(url)
    pass_ = build_pass(StageSpec.model_validate_json(spec))
    start = time.perf_counter()
    table = tables.load_parts(blobs, parts, list(dict.fromkeys([*pass_.needed(), "bytes"])))
    with alone(pass_.name):
        part = pass_.map(table)
    spent = (time.perf_counter() - start, table.num_rows, size(table))
    return {
        "spent": {pass_.name: spent},
        "blobs": {"part": tables.store(blobs, part)},
    }


def compare(url: str, parts: Sequence[str], sizes: Sequence[int], spec: str, memory: int) -> Result:
    """Run the second half of a pass, over the whole corpus: its columns, one blob a table.

    Parameters
    ----------
    parts, sizes
        What `gather` stored of each table, and how many documents it has.
    memory
        Bytes that it may take.
    """
    blobs = BlobStore(url)
    pass_ = build_pass(StageSpec.model_validate_json(spec))
    loads = [functools.partial(tables.load, blobs, Digest(part)) for part in parts]
    start = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="ogai-pass-") as scratch:
        found = pass_.reduce(loads, sizes, Path(scratch), memory)
        stored = {str(place): tables.store(blobs, table) for place, table in enumerate(found)}
    spent = (time.perf_counter() - start, 0, 0)
    return {"spent": {pass_.name: spent}, "blobs": stored}


def divide(url: str, parts: Sequence[str], decisions: str, quarantine: Sequence[str]) -> Result:
    """Make the ledger of one table's dropped documents, and the lines of its held-out ones.

    Parameters
    ----------
    parts, decisions
        Digests of the table's parts and of the decisions about its documents.
    quarantine
        Digests of the tables of what was set aside on the way to this one.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    blobs = BlobStore(url)
    decided = tables.load(blobs, Digest(decisions))
    told = pc.or_(pc.is_valid(decided["reason"]), decided["heldout"])
    needed = bool(pc.any(told).as_py())  # of a table that is kept whole, no text need be read
    table = tables.load_parts(blobs, parts, list(sources.COLUMNS)) if needed else None
    if table is None:
        kinds = {name: pa.type_for_alias(kind) for name, kind in sources.COLUMNS.items()}
        table, decided = pa.schema(kinds).empty_table(), decided.slice(0, 0)
    aside = [tables.load(blobs, Digest(digest)) for digest in quarantine]
    return {
        "blobs": {
            "ledger": tables.store(blobs, ledger.drops(table, decided, aside)),
            "heldout": blobs.put(heldout.lines(table, decided)),
        }
    }


def tokenize(
    url: str, parts: Sequence[str], keep: str, start: int, tokenizer: str, eos: str
) -> Result:
    """Encode the kept training documents of one table.

    Parameters
    ----------
    keep
        Digest of the array of flags, one a document of the corpus.
    start
        The corpus's index of the table's first document.
    """
    import numpy as np

    from ogai_lab.data import tokenizer as tokenizers

    blobs = BlobStore(url)
    table = tables.load_parts(blobs, parts, ["text"])
    rows = np.flatnonzero(tables.load_array(blobs, Digest(keep))[start : start + table.num_rows])
    tokenizer_ = tokenizers.load(blobs, Digest(tokenizer), eos)
    encoded = tokenizer_.encode(table["text"].take(rows).to_pylist())
    return {
        "tokens": int(encoded.lengths.sum()),
        "blobs": {
            "tokens": tables.store_array(blobs, encoded.ids),
            "lengths": tables.store_array(blobs, encoded.lengths),
        },
    }


def _set_aside(aside: pa.Table) -> dict[str, Any]:
    if not aside.num_rows:
        return {"quarantined": 0, "quarantined_bytes": 0}
    first = aside.slice(0, 1).to_pylist()[0]
    return {
        "quarantined": aside.num_rows,
        "quarantined_bytes": size(aside),
        "error": f"{first['stage']}: {first['error']}",
    }


def _stored_quarantine(blobs: BlobStore, aside: pa.Table) -> dict[str, str]:
    return {"quarantine": tables.store(blobs, aside)} if aside.num_rows else {}
