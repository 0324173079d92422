"""Reading what a job says: a part of it, what is before a place, or all of it as it is said.

Positions are byte offsets in the job's records, as the engine counts them. A chunk's records are
all the wanted ones between its `start` and its `offset`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from ogai_lab.core.errors import NotFound
from ogai_lab.scheduler.logs.scan import Filter, told
from ogai_lab.scheduler.logs.source import Source
from ogai_lab.scheduler.types import LogChunk, Record

_BYTES = 1 << 18
_BYTES_A_RECORD = 200
_MOST_BYTES = 1 << 22
_SCAN_BYTES = 1 << 26
"""How far one call looks for records that pass a filter."""

_LOOK_SECONDS = 0.03
_STATE_SECONDS = 0.25
_HEARTBEAT_SECONDS = 10.0


def part(source: Source, offset: int, limit: int, wanted: Filter, over: bool) -> LogChunk:
    """Return up to `limit` wanted records from byte `offset` on.

    Parameters
    ----------
    over
        Whether the job was over before this call, so that what is read to the end is all.
    """
    records: list[Record] = []
    at, size = offset, _BYTES
    while at - offset < _SCAN_BYTES:
        block = source.forward(at, size)
        if not block:
            return LogChunk(records=records, start=offset, offset=at, ended=over)
        for record in told(block, at, wanted):
            if len(records) == limit:
                return _chunk(records, offset, record.offset or at)
            records.append(record)
        at, size = at + len(block), min(2 * size, _MOST_BYTES)
    return _chunk(records, offset, at)


def before(source: Source, end: int, count: int, wanted: Filter) -> LogChunk:
    """Return the last `count` wanted records before byte `end`.

    Fewer when there are no more, or when none were found for long: then `start` is greater than 0
    and the search goes on before it.
    """
    found: list[list[Record]] = []
    have, at = 0, end
    size = min(count * _BYTES_A_RECORD, _BYTES)
    stop = None
    while at > 0 and have < count and end - at < _SCAN_BYTES:
        at, block = source.backward(at, size)
        stop = at + len(block) if stop is None else stop
        records = list(told(block, at, wanted))
        found.append(records)
        have, size = have + len(records), min(2 * size, _MOST_BYTES)
    kept = [record for records in reversed(found) for record in records][-count:]
    start = kept[0].offset if have > count else at
    return _chunk(kept, start or 0, at if stop is None else stop)


def end(source: Source, count: int, wanted: Filter, over: bool) -> LogChunk:
    """Return the last `count` wanted records, and the offset behind them."""
    last = before(source, source.size(), count, wanted)
    return last.model_copy(update={"ended": over})


def follow(
    source: Source,
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
        last = end(source, tail, wanted, over=False)
        yield last
        offset = last.offset
    over, looked, spoke = False, 0.0, time.monotonic()
    while not stopped():
        block = source.forward(offset, _BYTES)
        now = time.monotonic()
        if block:
            start, offset = offset, offset + len(block)
            if records := list(told(block, start, wanted)):
                spoke = now
                yield _chunk(records, start, offset)
            continue
        if over:
            yield LogChunk(records=[], start=offset, offset=offset, ended=True)
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
            yield _chunk([], offset, offset)
        time.sleep(_LOOK_SECONDS)


def _chunk(records: list[Record], start: int, offset: int) -> LogChunk:
    return LogChunk(records=records, start=start, offset=offset, ended=False)
