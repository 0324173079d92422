"""Reading what a job says: a part of it, its end, or all of it as it is said.

Positions are byte offsets in the job's records, as the engine counts them. A reader asks the
engine for bytes and gets whole records, so a limit in records is met by asking for fewer bytes.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any

from ogai_lab.core.errors import NotFound
from ogai_lab.scheduler.engines.base import Engine
from ogai_lab.scheduler.types import LogChunk, Record

_BYTES = 1 << 18
_BYTES_A_RECORD = 160
_SCAN_BYTES = 1 << 24
"""How far one call looks for records that pass a filter."""

_LOOK_SECONDS = 0.03
_STATE_SECONDS = 0.25
_HEARTBEAT_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Filter:
    """Which records are wanted; None stands for all."""

    rank: int | None = None
    kind: Collection[str] | None = None

    def passes(self, record: dict[str, Any]) -> bool:
        """Whether a record is wanted."""
        return (self.rank is None or record.get("rank") == self.rank) and (
            not self.kind or record.get("kind") in self.kind
        )

    @property
    def open(self) -> bool:
        """Whether every record passes."""
        return self.rank is None and not self.kind


def part(
    engine: Engine, job_id: str, offset: int, limit: int, wanted: Filter, over: bool
) -> LogChunk:
    """Return up to `limit` wanted records from byte `offset` on.

    Parameters
    ----------
    over
        Whether the job was over before this call, so that what is read to the end is all.
    """
    records: list[Record] = []
    start, size = offset, _BYTES
    while len(records) < limit and offset - start < _SCAN_BYTES:
        room = limit - len(records)
        chunk = engine.read(
            job_id, offset, min(size, room * _BYTES_A_RECORD) if wanted.open else size
        )
        if chunk.offset == offset:
            return LogChunk(records=records, offset=offset, ended=over)
        found = [record for record in chunk.records if wanted.passes(record)]
        if len(found) > room:
            # Where a record ends inside a chunk is not told: read the same place, less of it.
            size = max(1, (chunk.offset - offset) * room // (2 * len(found)))
            continue
        records += [Record.model_validate(record) for record in found]
        offset, size = chunk.offset, _BYTES
    return LogChunk(records=records, offset=offset, ended=False)


def end(engine: Engine, job_id: str, count: int, wanted: Filter, over: bool) -> LogChunk:
    """Return the last `count` wanted records, and the offset behind them."""
    lines = count
    while True:
        start = engine.tail(job_id, lines)
        chunk = _last(engine, job_id, start, count, wanted, over)
        if len(chunk.records) >= count or start == 0 or chunk.offset - start > _SCAN_BYTES:
            return chunk
        lines *= 8


def _last(
    engine: Engine, job_id: str, offset: int, count: int, wanted: Filter, over: bool
) -> LogChunk:
    kept: list[dict[str, Any]] = []
    while True:
        chunk = engine.read(job_id, offset, _BYTES)
        if chunk.offset == offset:
            records = [Record.model_validate(record) for record in kept]
            return LogChunk(records=records, offset=offset, ended=over)
        kept = [*kept, *(record for record in chunk.records if wanted.passes(record))][-count:]
        offset = chunk.offset


def follow(
    engine: Engine,
    job_id: str,
    offset: int,
    wanted: Filter,
    tail: int | None,
    is_over: Callable[[], bool],
    stopped: Callable[[], bool],
) -> Iterator[LogChunk]:
    """Yield wanted records as they are written, until the job is over and all is read.

    With `tail` it begins with the last ones written so far, and `offset` does not count.

    A chunk without records comes about every ten seconds. The engine is asked 33 times a second,
    which costs a file's size; whether the job is over, four times a second and only in silence.
    """
    if tail is not None:
        last = end(engine, job_id, tail, wanted, over=False)
        yield last
        offset = last.offset
    over, looked, spoke = False, 0.0, time.monotonic()
    while not stopped():
        chunk = engine.read(job_id, offset, _BYTES)
        now = time.monotonic()
        if chunk.offset != offset:
            offset = chunk.offset
            found = [record for record in chunk.records if wanted.passes(record)]
            if found:
                spoke = now
                records = [Record.model_validate(record) for record in found]
                yield LogChunk(records=records, offset=offset, ended=False)
            continue
        if over:
            yield LogChunk(records=[], offset=offset, ended=True)
            return
        if now - looked > _STATE_SECONDS:
            looked = now
            try:
                over = is_over()
            except NotFound:
                over = True  # only a job that is over can be deleted
            if over:
                continue  # what it said between the last read and its end is still to be read
        if now - spoke > _HEARTBEAT_SECONDS:
            spoke = now
            yield LogChunk(records=[], offset=offset, ended=False)
        time.sleep(_LOOK_SECONDS)
