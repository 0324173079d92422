"""Operations that read what a job says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from ogai_lab.core.database import Database
from ogai_lab.core.operations import Service, operation
from ogai_lab.core.waiting import abandoned
from ogai_lab.scheduler.engines.base import Engine
from ogai_lab.scheduler.ledger import Ledger
from ogai_lab.scheduler.logs import export, reading
from ogai_lab.scheduler.logs.index import LineIndexes
from ogai_lab.scheduler.logs.scan import Filter
from ogai_lab.scheduler.logs.search import Query, search
from ogai_lab.scheduler.logs.source import Source
from ogai_lab.scheduler.types import Level, LogChunk, LogMatches, LogPlace

Lines = Annotated[int, Field(ge=1, le=10_000)]
Listed = Annotated[int, Field(ge=0, le=10_000)]
Offset = Annotated[int, Field(ge=0)]
Wanted = Annotated[str, Field(min_length=1, max_length=1000)]
Stream = Literal["stdout", "stderr"]


class Logs(Service):
    """The part of the scheduler that reads logs.

    Which lines are meant is said alike everywhere: `rank`, `kind` (text, metric, event), `stream`
    and `level`; what is left out means all.
    """

    _database: Database
    _engine: Engine
    _ledger: Ledger
    _indexes: LineIndexes
    _closed: bool

    @operation("GET", "/jobs/{job_id}/logs", action="read")
    def logs(
        self,
        job_id: str,
        offset: Offset = 0,
        limit: Lines = 1000,
        rank: int | None = None,
        kind: list[str] | None = None,
        tail: Lines | None = None,
        before: Offset | None = None,
        stream: Stream | None = None,
        level: list[Level] | None = None,
    ) -> LogChunk:
        """Return records of a job from an offset on, its last `tail` ones, or `limit` before one.

        A chunk without records whose `ended` is false means: nothing more was written so far; or,
        where its `offset` went on (before: its `start` is not 0), that one call looked far enough.

        Raises
        ------
        NotFound
            When there is no such job.
        """
        source, wanted = Source(self._engine, job_id), Filter(rank, kind, stream, level)
        over = self._is_over(job_id)
        if tail is not None:
            return reading.end(source, tail, wanted, over)
        if before is not None:
            return reading.before(source, before, limit, wanted)
        return reading.part(source, offset, limit, wanted, over)

    @operation("GET", "/jobs/{job_id}/logs/follow", action="read")
    def follow(
        self,
        job_id: str,
        offset: Offset = 0,
        rank: int | None = None,
        kind: list[str] | None = None,
        tail: Lines | None = None,
        stream: Stream | None = None,
        level: list[Level] | None = None,
    ) -> Iterator[LogChunk]:
        """Stream records of a job as they are written, until it is over.

        The last chunk's `ended` is true. Waits for a job that has not started yet.

        Raises
        ------
        NotFound
            When there is no such job.
        """
        self._is_over(job_id)  # one that there is not is refused now, not in mid-stream
        return reading.follow(
            Source(self._engine, job_id),
            offset,
            Filter(rank, kind, stream, level),
            tail,
            is_over=lambda: self._is_over(job_id),
            stopped=self._left,
        )

    @operation("GET", "/jobs/{job_id}/logs/search", action="read")
    def search_logs(
        self,
        job_id: str,
        query: Wanted,
        pattern: bool = False,
        case: bool = False,
        rank: int | None = None,
        stream: Stream | None = None,
        level: list[Level] | None = None,
        offset: Offset = 0,
        until: Offset | None = None,
        limit: Listed = 100,
    ) -> Iterator[LogMatches]:
        """Stream every line that ranks printed and that holds a text, or an RE2 pattern.

        It searches what is written now, or up to `until`; what comes later is found by asking
        again from the `offset` of the last part. The first parts come at once.

        Raises
        ------
        InvalidInput
            When the pattern is none.
        NotFound
            When there is no such job.
        """
        self._is_over(job_id)
        looked_for = Query(query, pattern=pattern, case=case)
        wanted = Filter(rank, None, stream, level)
        source = Source(self._engine, job_id)
        return search(source, looked_for, wanted, offset, until, limit, self._left)

    @operation("GET", "/jobs/{job_id}/logs/place", action="read")
    def log_place(
        self,
        job_id: str,
        line: Offset | None = None,
        time: float | None = None,
        offset: Offset | None = None,
    ) -> LogPlace:
        """Return where a record begins: by its number, by a time, or the one around an offset.

        Numbers count from 0; by time it is the first at or after it.

        Raises
        ------
        NotFound
            When there is no such job.
        """
        self._is_over(job_id)
        return self._indexes.of(job_id).place(Source(self._engine, job_id), line, time, offset)

    @operation("GET", "/jobs/{job_id}/logs/text", action="read")
    def log_text(
        self,
        job_id: str,
        rank: int | None = None,
        stream: Stream | None = None,
        level: list[Level] | None = None,
        times: bool = False,
        ranks: bool = False,
    ) -> Iterator[str]:
        """Stream all that a job has printed as plain text, in pieces of whole lines.

        Raises
        ------
        NotFound
            When there is no such job.
        """
        self._is_over(job_id)
        wanted = Filter(rank, ["text"], stream, level)
        return export.export(Source(self._engine, job_id), wanted, times, ranks, self._left)

    def _left(self) -> bool:
        return self._closed or abandoned()

    def _is_over(self, job_id: str) -> bool:
        with self._database.read() as connection:
            return self._ledger.entry(connection, job_id).state.final
