"""The dispatcher when things go wrong around it."""

from __future__ import annotations

import os
import time
from dataclasses import replace

import pytest

from ogai_lab.core.errors import Corrupt, StorageFull, Unavailable
from ogai_lab.scheduler.dispatch import is_due
from ogai_lab.scheduler.engines.base import Order, Sighting
from ogai_lab.scheduler.engines.local.engine import LocalEngine
from ogai_lab.scheduler.spec import ExitKind
from ogai_lab.scheduler.types import JobState

from .conftest import Bench
from .test_transitions import entry


@pytest.fixture
def trouble(monkeypatch) -> dict[str, list[Exception]]:
    """What the engine's next calls raise, by the call's name; the engine is else the real one."""
    errors: dict[str, list[Exception]] = {"look": [], "start": []}
    look, start = LocalEngine.look, LocalEngine.start

    def looking(self: LocalEngine, job_id: str) -> Sighting:
        if errors["look"]:
            raise errors["look"].pop()
        return look(self, job_id)

    def starting(self: LocalEngine, order: Order) -> None:
        if errors["start"]:
            raise errors["start"].pop()
        start(self, order)

    monkeypatch.setattr(LocalEngine, "look", looking)
    monkeypatch.setattr(LocalEngine, "start", starting)
    return errors


@pytest.mark.parametrize(
    ("call", "error"),
    [
        ("look", OSError(5, "Input/output error")),
        ("look", KeyError("status")),
        ("start", Unavailable("The machine does not answer.")),
        ("start", OSError(24, "Too many open files")),
    ],
)
def test_trouble_with_the_engine_is_noted_and_tried_again(bench, trouble, call, error) -> None:
    trouble[call].append(error)
    first = bench.shell("echo run")
    noted = bench.until(
        lambda: bench.scheduler.job(first.id), lambda job: "trouble" in job.reason or job.ended
    )
    assert "The engine local has trouble with it" in noted.reason
    second = bench.shell("true")
    assert bench.over(second.id).state is JobState.SUCCEEDED
    assert bench.over(first.id).state is JobState.SUCCEEDED
    assert bench.text(first.id) == ["run"]


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (Corrupt("The snapshot is damaged."), ExitKind.START_FAILED),
        (StorageFull("The disk is full.", action="Free some space."), ExitKind.STORAGE_FULL),
    ],
)
def test_a_start_that_cannot_succeed_ends_the_job(bench, trouble, error, kind) -> None:
    trouble["start"].append(error)
    job = bench.over(bench.shell("true").id)
    assert job.state is JobState.FAILED
    assert job.exit is not None
    assert (job.exit.kind, job.exit.message) == (kind, error.message)
    (attempt,) = bench.scheduler.attempts(job.id)
    assert attempt.exit is not None
    assert attempt.exit.kind is kind


def test_a_database_that_is_locked_for_a_while_stops_nothing(bench: Bench, monkeypatch) -> None:
    ledger = bench.scheduler._ledger
    news, failures = ledger.news, iter(range(2))

    def failing(connection) -> int:
        if next(failures, None) is not None:
            raise Unavailable("The database is locked.")
        return news(connection)

    monkeypatch.setattr(ledger, "news", failing)
    assert bench.over(bench.shell("true").id).state is JobState.SUCCEEDED


def test_a_clock_that_was_set_back_holds_no_job() -> None:
    delayed = replace(entry(JobState.QUEUED), requeued=1000.0, delay=60.0)
    assert not is_due(delayed, 1030.0)
    assert is_due(delayed, 1060.0)
    assert is_due(delayed, 500.0)
    assert is_due(replace(delayed, requeued=None), 0.0)


def test_a_quiet_leader_costs_next_to_nothing(bench: Bench) -> None:
    for _ in range(50):
        bench.shell("true", cpus=4, queue="default", priority=-1)
    holder = bench.shell("sleep 60", cpus=4, priority=1)
    bench.until(lambda: bench.scheduler.job(holder.id).state == "running")
    before, start = os.times(), time.monotonic()
    time.sleep(2)
    after, wall = os.times(), time.monotonic() - start
    used = after.user + after.system - before.user - before.system
    assert used < 0.25 * wall
