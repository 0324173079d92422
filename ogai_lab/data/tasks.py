"""The pieces of work that run in a pool: pure functions of values that travel as JSON.

Each stores what it makes as blobs and returns their digests, so a task may run in any process, on
any machine that reaches the store, any number of times.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter

from ogai_lab.core.blobs import BlobStore, Digest
from ogai_lab.core.errors import Conflict
from ogai_lab.data import heldout, ledger, sources, tables
from ogai_lab.data.sources.files import Piece
from ogai_lab.data.stages import build, keeping_raw
from ogai_lab.data.types import Source, StageSpec

if TYPE_CHECKING:
    import pyarrow as pa

Result = dict[str, Any]
_SOURCE: TypeAdapter[Source] = TypeAdapter(Source)
_STAGES = TypeAdapter(list[StageSpec])


def fingerprint(pieces: Sequence[Piece]) -> list[str]:
    """Return the SHA-256 of each piece's bytes."""
    return [hashlib.sha256(Piece(*piece).read()).hexdigest() for piece in pieces]


def read(
    url: str,
    source: str,
    stages: str,
    pieces: Sequence[Piece],
    digests: Sequence[str],
    columns: str | None = None,
    keep_raw: bool = False,
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

    Raises
    ------
    Conflict
        When a file is not what it was when its digest was taken.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    batch = _documents(_SOURCE.validate_json(source), pieces, digests)
    for spec in _STAGES.validate_json(stages):
        stage = build(spec)
        batch = stage.process(keeping_raw(stage, batch) if keep_raw else batch)
    return {
        "documents": batch.num_rows,
        "bytes": pc.sum(batch["bytes"]).as_py() or 0,
        "blobs": {"documents": tables.store(BlobStore(url), pa.Table.from_batches([batch]))},
    }


def divide(url: str, documents: str, decisions: str, start: int) -> Result:
    """Make the ledger of one table's dropped documents, and the lines of its held-out ones.

    Parameters
    ----------
    documents, decisions
        Digests of the table and of the decisions about the whole corpus.
    start
        The corpus's index of the table's first document.
    """
    blobs = BlobStore(url)
    table = tables.load(blobs, Digest(documents), list(sources.COLUMNS))
    decided = tables.load(blobs, Digest(decisions)).slice(start, table.num_rows)
    return {
        "blobs": {
            "ledger": tables.store(blobs, ledger.drops(table, decided)),
            "heldout": blobs.put(heldout.lines(table, decided)),
        }
    }


def tokenize(url: str, documents: str, keep: str, start: int, tokenizer: str, eos: str) -> Result:
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
    table = tables.load(blobs, Digest(documents), ["text"])
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


def _documents(source: Source, pieces: Sequence[Piece], digests: Sequence[str]) -> pa.RecordBatch:
    import pyarrow as pa

    columns: dict[str, list[Any]] = {name: [] for name in sources.COLUMNS}
    for fields, expected in zip(pieces, digests, strict=True):
        piece = Piece(*fields)
        data = piece.read()
        if hashlib.sha256(data).hexdigest() != expected:
            raise Conflict(
                f"The file {piece.path!r} changed while it was being read.",
                action="Run the pipeline again when nothing writes to its inputs.",
            )
        name = hashlib.sha256(f"{piece.path}\0{expected}".encode()).hexdigest()[:24]
        for document in sources.documents(source, piece, data):
            part = f"+{document.part}" if document.part else ""
            columns["doc_id"].append(f"{name}:{document.offset}{part}")
            columns["path"].append(piece.path)
            columns["kind"].append(document.kind)
            columns["text"].append(document.text)
            columns["bytes"].append(len(document.text.encode()))
            columns["damage"].append(document.damage)
    types = {name: pa.type_for_alias(type_) for name, type_ in sources.COLUMNS.items()}
    return pa.record_batch(
        [pa.array(values, types[name]) for name, values in columns.items()], list(columns)
    )
