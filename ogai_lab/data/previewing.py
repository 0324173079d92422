"""What a pipeline would do to a sample: every signal, every verdict, in this process."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ogai_lab.data import ledger, sources, staging
from ogai_lab.data.accounts import Preview, PreviewRow
from ogai_lab.data.assessment.inspecting import visible
from ogai_lab.data.checking import checked, column_makers
from ogai_lab.data.policy import decide, needed
from ogai_lab.data.sources import batches
from ogai_lab.data.sources.files import Piece, portion
from ogai_lab.data.stages.base import RAW_TEXT
from ogai_lab.data.steps import build_pass, segments
from ogai_lab.data.types import Pipeline, StageSpec

if TYPE_CHECKING:
    import pyarrow as pa

_TEXT = 2000
_HIDDEN = {"text", "html", RAW_TEXT, "doc_id", "path", "before"}
_MEMORY = 256 << 20


def preview(pipeline: Pipeline, n: int = 200) -> Preview:
    """Return what a pipeline would do to at most `n` of its documents, none of them held out.

    The documents are the first ones of files that are chosen by their names, so that asking again
    gives the same. Passes see the sample alone, and find fewer duplicates than in the corpus.

    Raises
    ------
    InvalidInput
        When the pipeline does not fit together, or its sources cannot be read.
    """
    import pyarrow as pa

    makers = column_makers(checked(pipeline), sources.columns(pipeline.sources))
    sampled = _sample(pipeline, n)
    batch = sampled.append_column("before", _before(sampled))
    aside: list[pa.Table] = []
    for segment in segments(pipeline.stages):
        made = staging.staged(segment.stages, batch, keep_raw=True)
        batch = made.batch
        aside.append(made.quarantine)
        if segment.pass_ is not None:
            batch = _passed(segment.pass_, batch)
    table = pa.Table.from_batches([batch])
    split = pipeline.split.model_copy(update={"heldout": 0.0})
    signals = table.select(list(dict.fromkeys(needed(pipeline.policy, split, makers))))
    decided = ledger.decided(
        decide(signals, pipeline.policy, split),
        table["doc_id"],
        {name: stage for name, (_, stage) in makers.items()},
    )
    rows = [*_kept_and_dropped(table, decided), *_set_aside(pa.concat_tables(aside))]
    return Preview(
        name=pipeline.name,
        policy=pipeline.policy.name,
        signals=[name for name in table.column_names if name not in _HIDDEN],
        rows=rows,
        dropped=dict(Counter(row.reason for row in rows if row.reason)),
    )


def _sample(pipeline: Pipeline, n: int) -> pa.RecordBatch:
    import pyarrow as pa

    columns = sources.columns(pipeline.sources)
    share = -(-n // len(pipeline.sources))
    parts = []
    for source in pipeline.sources:
        pieces = sorted(sources.pieces(source), key=_chance)
        parts.append(batches.sample(source, pieces, columns, share))
    table = pa.Table.from_batches(parts).slice(0, n).combine_chunks()
    return staging.one_batch(table)


def _before(batch: pa.RecordBatch) -> pa.Array:
    """Return the texts as they came, of pages all that somebody sees of them."""
    import pyarrow as pa

    texts = batch["text"].to_pylist()
    none = [None] * len(texts)
    has_pages = batches.PAGE in batch.schema.names
    pages = batch["html"].to_pylist() if has_pages else none
    types = batch["content_type"].to_pylist() if has_pages else none
    shown = [
        text if text or page is None else visible(page, type_)
        for text, page, type_ in zip(texts, pages, types, strict=True)
    ]
    return pa.array(shown, pa.large_string())


def _chance(piece: Piece) -> tuple[float, int]:
    return portion(f"{piece.path}\0{piece.start}", "preview"), piece.start


def _passed(spec: StageSpec, batch: pa.RecordBatch) -> pa.RecordBatch:
    import pyarrow as pa

    pass_ = build_pass(spec)
    table = pa.Table.from_batches([batch])
    part = pass_.map(table.select(list(pass_.needed())))
    with tempfile.TemporaryDirectory(prefix="ogai-pass-") as scratch:
        (found,) = pass_.reduce([lambda: part], [table.num_rows], Path(scratch), _MEMORY)
    for name in found.column_names:
        table = table.append_column(name, found[name])
    return staging.one_batch(table)


def _kept_and_dropped(table: pa.Table, decided: pa.Table) -> list[PreviewRow]:
    names = [name for name in table.column_names if name not in _HIDDEN]
    signals = table.select(names).to_pylist()
    texts = table.select(["doc_id", "path", "text", "before"]).to_pylist()
    return [
        PreviewRow(
            doc_id=text["doc_id"],
            path=text["path"],
            before=(text["before"] or "")[:_TEXT],
            after=(text["text"] or "")[:_TEXT],
            signals={name: _plain(value) for name, value in found.items()},
            state="dropped" if why["reason"] else "kept",
            stage=why["stage"],
            reason=why["reason"],
            value=why["value"],
            kept_id=why["kept_id"],
        )
        for text, found, why in zip(texts, signals, decided.to_pylist(), strict=True)
    ]


def _set_aside(aside: pa.Table) -> list[PreviewRow]:
    return [
        PreviewRow(
            doc_id=row["doc_id"],
            path=row["path"],
            before=row["excerpt"] or "",
            after="",
            signals={},
            state="quarantine",
            stage=row["stage"],
            reason="quarantine",
            error=row["error"],
        )
        for row in aside.to_pylist()
    ]


def _plain(value: Any) -> bool | int | float | str | None:
    """Return a value that JSON can hold; a list or a struct as text."""
    if isinstance(value, float) and value != value:
        return None
    return value if isinstance(value, bool | int | float | str | None) else str(value)[:_TEXT]
