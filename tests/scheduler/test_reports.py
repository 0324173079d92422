from __future__ import annotations

import math

import pytest

from ogai_lab.core import records
from ogai_lab.core.database import Database
from ogai_lab.core.events import EventLog
from ogai_lab.core.records import Chunk
from ogai_lab.scheduler import history, listing
from ogai_lab.scheduler.ledger import Ledger
from ogai_lab.scheduler.reports import Reports, fold
from ogai_lab.scheduler.spec import CommandRun, JobSpec

EMPTY = {
    "offset": 0,
    "attempt": 0,
    "metrics": {},
    "outputs": {},
    "step": None,
    "step_time": None,
    "first_step": None,
    "first_time": None,
    "steps": None,
}


def metric(step, time=1.0, rank=0, **values) -> dict:
    return {"kind": "metric", "time": time, "rank": rank, "step": step, "metrics": values}


def test_newest_values_and_pace() -> None:
    told = [
        {"kind": "event", "name": "attempt_started", "time": 1.0, "rank": -1, "attempt": 2},
        metric(10, 5.0, loss=3.0, steps=100),
        metric(20, 15.0, loss=None),
        {"kind": "event", "name": "output", "time": 1.0, "output": "model", "value": "m"},
    ]
    found = fold(EMPTY, told)
    assert found.report["metrics"] == {"loss": None}
    assert found.report["outputs"] == {"model": "m"}
    assert found.attempts == [(2, 1.0, None, False)]
    assert [(one["name"], one["value"], one["attempt"]) for one in found.points] == [
        ("loss", 3.0, 2),
        ("loss", None, 2),
    ]
    steps = {"step": 20, "step_time": 15.0, "first_step": 10, "first_time": 5.0, "steps": 100}
    assert steps.items() <= found.report.items()
    assert EMPTY["metrics"] == {}


@pytest.mark.parametrize(
    "record",
    [
        {"kind": "metric", "time": 1.0, "metrics": "no"},
        {"kind": "metric", "time": None, "metrics": {"a": 1}},
        {"kind": "metric", "time": 1.0, "metrics": {"a": "text", "b": [1], "c": True}},
        {"kind": "event", "name": "attempt_started", "time": 1.0, "attempt": "one"},
        {"kind": "text", "time": 1.0, "text": "loss 3"},
    ],
)
def test_a_malformed_record_tells_nothing(record) -> None:
    found = fold(EMPTY, [record])
    assert found.report == EMPTY
    assert not found.points
    assert not found.attempts


@pytest.mark.parametrize("step", [1 << 80, -1, math.inf])
def test_a_step_that_no_database_holds_is_no_step(step) -> None:
    found = fold(EMPTY, [metric(step, loss=1.0)])
    assert found.report["step"] is None
    assert found.points[0]["step"] is None


class Lines:
    """An engine's records, in memory: the part of an engine that reports read."""

    def __init__(self) -> None:
        self.data = b""

    def read(self, job_id: str, offset: int, limit: int = 1 << 20, text: bool = True) -> Chunk:
        data = self.data[offset : offset + limit]
        end = data.rfind(b"\n") + 1
        found = [one for line in data[:end].splitlines() for one in records.parse(line)]
        return Chunk(found, offset + end)


def test_two_readers_store_each_value_once(database: Database, events: EventLog) -> None:
    ledger, lines = Ledger(events), Lines()
    with database.write() as connection:
        job_id = ledger.add(connection, JobSpec(run=CommandRun(argv=["x"])), "ann", None, None)
        entry = ledger.entry(connection, job_id)
    readers = [Reports(database, ledger, lines) for _ in range(2)]  # type: ignore[arg-type]
    for step in range(5):
        lines.data += records.metric({"loss": step, "acc": 1}, step, rank=0, now=float(step))
        assert all(reader.ingest(entry, 1.0) for reader in readers)
    with database.read() as connection:
        curve = history.curves(connection, job_id, ["loss"], 100)
        assert [(one.step, one.value) for one in curve] == [(k, float(k)) for k in range(5)]
        assert len(history.curves(connection, job_id, None, 100)) == 10
        assert len(history.curves(connection, job_id, ["loss"], 3)) <= 3
        assert listing.show(connection, job_id).metrics == {"loss": 4.0, "acc": 1.0}


def test_an_attempt_that_was_closed_early_still_tells_how_it_ended(
    database: Database, events: EventLog
) -> None:
    ledger, lines = Ledger(events), Lines()
    with database.write() as connection:
        job_id = ledger.add(connection, JobSpec(run=CommandRun(argv=["x"])), "ann", None, None)
        entry = ledger.entry(connection, job_id)
        ledger.begin_attempt(connection, entry, 1, 10.0)
        ledger.begin_attempt(connection, entry, 2, 30.0)  # the next one is seen first
    exit_ = {"kind": "program_error", "message": "Rank 0 exited with code 1."}
    lines.data += records.event("attempt_ended", now=20.0, attempt=1, exit=exit_)
    assert Reports(database, ledger, lines).ingest(entry, 1.0)  # type: ignore[arg-type]
    with database.read() as connection:
        first, second = history.attempts(connection, job_id)
    assert first.exit is not None
    assert (first.exit.kind, first.ended) == ("program_error", 20.0)
    assert (second.exit, second.ended) == (None, None)
