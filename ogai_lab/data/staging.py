"""Stages over a batch, one after the other, and the batches that tasks run them over."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import TypeAdapter

from ogai_lab.core.blobs import BlobStore
from ogai_lab.data import quarantine, tables
from ogai_lab.data.firsts import alone
from ogai_lab.data.quarantine import Lost
from ogai_lab.data.sources import batches
from ogai_lab.data.sources.files import Piece
from ogai_lab.data.stages import keeping_raw
from ogai_lab.data.stages.custom import Custom
from ogai_lab.data.steps import build_stage
from ogai_lab.data.types import Source, StageSpec

if TYPE_CHECKING:
    import pyarrow as pa

Cost = tuple[float, int, int]
"""Seconds, documents, bytes of text."""
READING = "read"
"""What a source costs is told under this name, beside the stages."""
_SOURCE: TypeAdapter[Source] = TypeAdapter(Source)
_STAGES = TypeAdapter(list[StageSpec])


class Staged(NamedTuple):
    """What stages made of a batch, what they set aside, and what each has cost."""

    batch: pa.RecordBatch
    quarantine: pa.Table
    spent: dict[str, Cost]


class Given(NamedTuple):
    """A batch, the stages to run over it, and what it has cost to read."""

    batch: pa.RecordBatch
    specs: list[StageSpec]
    keep_raw: bool
    spent: Cost

    def staged(self, lost: Sequence[Lost] = ()) -> Staged:
        """Run the stages."""
        return staged(self.specs, self.batch, self.keep_raw, lost)


def read(
    url: str,
    source: str,
    stages: str,
    pieces: Sequence[Piece],
    digests: Sequence[str],
    columns: str | None = None,
    keep_raw: bool = False,
) -> Given:
    """Return the documents of `pieces`; see `tasks.read`."""
    start = time.perf_counter()
    given = None if columns is None else json.loads(columns)
    read_from = _SOURCE.validate_json(source)
    with alone(read_from.kind):
        batch = batches.batch(read_from, pieces, digests, given)
    spent = (time.perf_counter() - start, batch.num_rows, size(batch))
    return Given(batch, _STAGES.validate_json(stages), keep_raw, spent)


def extend(url: str, parts: Sequence[str], stages: str, keep_raw: bool) -> Given:
    """Return the documents of a stored table; see `tasks.extend`."""
    batch = one_batch(tables.load_parts(BlobStore(url), parts))
    return Given(batch, _STAGES.validate_json(stages), keep_raw, (0.0, 0, 0))


def of_task(url: str, task: str, arguments: tuple[Any, ...]) -> Given:
    """Return what the task ``read`` or ``extend`` runs its stages over."""
    return (read if task == "read" else extend)(url, *arguments)


def staged(
    specs: Sequence[StageSpec],
    batch: pa.RecordBatch,
    keep_raw: bool,
    lost: Sequence[Lost] = (),
    begins: Callable[[int], None] = lambda place: None,
) -> Staged:
    """Run stages over a batch, each without the documents that are `lost` in it.

    `begins` is told the place of each stage before it begins.
    """
    import pyarrow as pa

    aside = [quarantine.schema().empty_table()]
    spent: dict[str, Cost] = {}
    for place, spec in enumerate(specs):
        begins(place)
        stage = build_stage(spec)
        batch, gone = quarantine.without(stage.name, batch, lost, place)
        start, rows, read_bytes = time.perf_counter(), batch.num_rows, size(batch)
        given = keeping_raw(stage, batch) if keep_raw else batch
        own = spec.stage == Custom.name  # it runs in a process of its own
        with contextlib.nullcontext() if own else alone(spec.stage):
            batch, failed = quarantine.processed(stage, given)
        spent[stage.name] = (time.perf_counter() - start, rows, read_bytes)
        aside += [gone, failed]
    return Staged(batch, pa.concat_tables(aside), spent)


def size(documents: pa.RecordBatch | pa.Table) -> int:
    """Return how many bytes of text documents have."""
    import pyarrow.compute as pc

    return int(pc.sum(documents["bytes"]).as_py() or 0)


def one_batch(table: pa.Table) -> pa.RecordBatch:
    """Return a table as one batch."""
    import pyarrow as pa

    batches_ = table.combine_chunks().to_batches()
    return batches_[0] if batches_ else pa.RecordBatch.from_pylist([], schema=table.schema)
