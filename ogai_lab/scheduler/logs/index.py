"""Finding a line by its number or its time, without reading what lies between."""

from __future__ import annotations

import bisect
import threading
from collections import OrderedDict

from ogai_lab.core import records
from ogai_lab.scheduler.logs.source import Source
from ogai_lab.scheduler.types import LogPlace

_BLOCK = 1 << 20
_MOST_JOBS = 64


class LineIndex:
    """How many lines lie before every mebibyte of a log.

    A log only grows, so what was counted stays true and only what is new is counted. An index of
    1,000,000 lines takes 0.1 s to make and a few kilobytes to keep.
    """

    def __init__(self) -> None:
        self._counts = [0]
        self._lock = threading.Lock()

    def place(
        self,
        source: Source,
        line: int | None = None,
        time: float | None = None,
        offset: int | None = None,
    ) -> LogPlace:
        """Return where a line begins: by its number, by a time, or the one that an offset is in.

        The number counts from 0; by time it is the first at or after it. Past the end, it is the
        end. Without any, it is the start.
        """
        with self._lock:
            size, lines = self._extend(source)
            if time is not None:
                offset = _by_time(source, size, time)
                line = self._line(source, offset)
            elif offset is not None:
                offset = source.line_begin(min(offset, size))
                line = self._line(source, offset)
            else:
                line = max(0, min(line or 0, lines))
                offset = self._offset(source, line, size)
        return LogPlace(offset=offset, line=line, lines=lines, size=size)

    def _extend(self, source: Source) -> tuple[int, int]:
        """Count what is new; return the end of the last whole line and how many there are."""
        size = source.size()
        if size < (len(self._counts) - 1) * _BLOCK:
            self._counts = [0]  # another log under the same name
        while len(self._counts) * _BLOCK <= size:
            data = source.raw((len(self._counts) - 1) * _BLOCK, _BLOCK)
            self._counts.append(self._counts[-1] + data.count(b"\n"))
        begin = (len(self._counts) - 1) * _BLOCK
        rest = source.raw(begin, size - begin)
        end = source.line_begin(size)
        return end, self._counts[-1] + rest.count(b"\n")

    def _offset(self, source: Source, line: int, size: int) -> int:
        if line == 0:
            return 0
        block = bisect.bisect_left(self._counts, line) - 1
        data, at = source.raw(block * _BLOCK, _BLOCK), -1
        for _ in range(line - self._counts[block]):
            at = data.find(b"\n", at + 1)
        return min(block * _BLOCK + at + 1, size)

    def _line(self, source: Source, offset: int) -> int:
        block = min(offset // _BLOCK, len(self._counts) - 1)
        return self._counts[block] + source.raw(block * _BLOCK, offset - block * _BLOCK).count(
            b"\n"
        )


class LineIndexes:
    """The indexes of the logs that were lately asked about."""

    def __init__(self) -> None:
        self._of: OrderedDict[str, LineIndex] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, job_id: str) -> LineIndex:
        """Return the index of a job's log."""
        with self._lock:
            index = self._of.setdefault(job_id, LineIndex())
            self._of.move_to_end(job_id)
            while len(self._of) > _MOST_JOBS:
                self._of.popitem(last=False)
            return index


def _by_time(source: Source, size: int, time: float) -> int:
    """Return the offset of the first line at or after a time, by halving.

    Lines of different ranks may be out of order by the time between two writes; a line that is
    found is then as close as that.
    """
    low, high = 0, size
    while low < high:  # both are where lines begin; what lies before `low` is earlier
        begin = source.line_begin((low + high) // 2)
        line = source.forward(begin, 1 << 12)
        end = begin + line.find(b"\n") + 1
        if _time_of(line) < time:
            low = end
        else:
            high = begin
    return low


def _time_of(line: bytes) -> float:
    for record in records.parse(line[: line.find(b"\n") + 1]):
        return float(record["time"])
    return float("-inf")
