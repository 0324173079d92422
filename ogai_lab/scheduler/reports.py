"""What jobs report about themselves: read from their records, kept in the database.

A job's records are read from where the last reader stopped; the position moves by a compare-and-set
in the transaction that stores what was found. So the leader and any number of servers may read the
same job at once, and every value is stored once.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from pydantic import ValidationError

from ogai_lab.core.database import Database
from ogai_lab.scheduler.engines.base import Engine
from ogai_lab.scheduler.entries import Entry
from ogai_lab.scheduler.ledger import Ledger
from ogai_lab.scheduler.tables import attempts, metrics, reports
from ogai_lab.scheduler.types import Exit

_NAMES = 1000  # names of metrics and outputs kept for one job; the curves of all are kept
_NAME_LENGTH = 200
_LARGEST_STEP = (1 << 63) - 1


@dataclass(slots=True)
class Findings:
    """What some records tell, on top of what the job's report told before."""

    report: dict[str, Any]
    points: list[dict[str, Any]] = field(default_factory=list)
    attempts: list[tuple[int, float, Exit | None, bool]] = field(default_factory=list)
    """Number, time, exit, and whether the attempt ended (else it began)."""


def fold(report: Mapping[Any, Any], records: Iterable[Mapping[str, Any]]) -> Findings:
    """Return what `records` tell, given what was told before. Malformed ones tell nothing."""
    found = Findings(
        dict(report) | {"metrics": dict(report["metrics"]), "outputs": dict(report["outputs"])}
    )
    for record in records:
        kind = record.get("kind")
        if kind == "metric":
            _fold_metric(found, record)
        elif kind == "event":
            _fold_event(found, record)
    return found


class Reports:
    """The reports of the jobs of one database, filled from an engine's records."""

    def __init__(self, database: Database, ledger: Ledger, engine: Engine) -> None:
        self._database = database
        self._ledger = ledger
        self._engine = engine

    def ingest(self, entry: Entry, seconds: float) -> bool:
        """Store what a job has newly reported; return whether all was read within `seconds`."""
        deadline = time.monotonic() + seconds
        while True:
            report = self._report(entry.id)
            if report is None:
                return True  # deleted meanwhile
            chunk = self._engine.read(entry.id, report["offset"], text=False)
            if chunk.offset == report["offset"]:
                return True
            self._store(entry, report, fold(report, chunk.records), chunk.offset)
            if time.monotonic() > deadline:
                return False

    def _report(self, job_id: str) -> Mapping[Any, Any] | None:
        with self._database.read() as connection:
            query = sa.select(reports).where(reports.c.job_id == job_id)
            return connection.execute(query).mappings().first()

    def _store(self, entry: Entry, before: Mapping[Any, Any], found: Findings, offset: int) -> None:
        statement = (
            reports.update()
            .where(reports.c.job_id == entry.id, reports.c.offset == before["offset"])
            .values(found.report | {"offset": offset})
        )
        with self._database.write() as connection:
            if connection.execute(statement).rowcount != 1:
                return  # another process has stored the same records
            if found.points:
                connection.execute(
                    metrics.insert(), [{"job_id": entry.id, **point} for point in found.points]
                )
            for number, at, exit_, over in found.attempts:
                if over:
                    self._ledger.end_attempts(connection, entry.id, at, exit_, before=number + 1)
                    _explain_end(connection, entry.id, number, at, exit_)
                else:
                    self._ledger.begin_attempt(connection, entry, number, at)


def _explain_end(
    connection: sa.Connection, job_id: str, number: int, at: float, exit_: Exit | None
) -> None:
    """Say how an attempt ended that was closed because the next one was seen before its end."""
    if exit_ is None:
        return
    attempt = attempts.c
    connection.execute(
        attempts.update()
        .where(attempt.job_id == job_id, attempt.number == number, attempt.exit.is_(sa.null()))
        .values(
            exit=exit_.model_dump(mode="json"),
            ended=sa.case((attempt.started > at, attempt.started), else_=at),
        )
    )


def _fold_metric(found: Findings, record: Mapping[str, Any]) -> None:
    values, at = record.get("metrics"), record.get("time")
    if not isinstance(values, dict) or not _is_number(at):
        return
    report, step, rank = found.report, _step(record.get("step")), record.get("rank")
    if step is not None and (report["step"] is None or step >= (report["first_step"] or 0)):
        if report["first_step"] is None:
            report |= {"first_step": step, "first_time": at}
        report |= {"step": step, "step_time": at}
    for name, value in values.items():
        if value is not None and not _is_number(value):
            continue
        if name == "steps":
            report["steps"] = _step(value)
            continue
        short = str(name)[:_NAME_LENGTH]
        if short in report["metrics"] or len(report["metrics"]) < _NAMES:
            report["metrics"][short] = value
        found.points.append(
            {
                "name": short,
                "step": step,
                "value": value,
                "time": at,
                "rank": rank if isinstance(rank, int) else 0,
                "attempt": report["attempt"],
            }
        )


def _fold_event(found: Findings, record: Mapping[str, Any]) -> None:
    report, name, at = found.report, record.get("name"), record.get("time")
    number = record.get("attempt")
    if name == "output":
        key, value = str(record.get("output", ""))[:_NAME_LENGTH], str(record.get("value", ""))
        if key in report["outputs"] or len(report["outputs"]) < _NAMES:
            report["outputs"][key] = value
    elif not isinstance(number, int) or not isinstance(at, int | float):
        return
    elif name == "attempt_started":
        report |= {"attempt": number, "first_step": None, "first_time": None}
        found.attempts.append((number, at, None, False))
    elif name == "attempt_ended":
        found.attempts.append((number, at, _exit(record.get("exit")), True))


def _exit(value: Any) -> Exit | None:
    try:
        return Exit.model_validate(value)
    except ValidationError:
        return None


def _step(value: Any) -> int | None:
    if not _is_number(value) or not 0 <= value <= _LARGEST_STEP:
        return None
    return int(value)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
