from __future__ import annotations

from typing import Any

import pytest

from ogai_lab.scheduler.spec import ExitKind
from ogai_lab.scheduler.timeline import Change, marks, phases
from ogai_lab.scheduler.types import Attempt, Exit, JobState

QUEUED, STARTING, RUNNING = JobState.QUEUED, JobState.STARTING, JobState.RUNNING
FAILED = Exit(kind=ExitKind.PROGRAM_ERROR, message="It failed.")


def attempt(number: int, started: float, ended: float | None = None) -> Attempt:
    return Attempt(number=number, started=started, ended=ended, exit=FAILED if ended else None)


def told(*args: Any) -> list[tuple[str, int, float, float | None]]:
    return [(one.kind, one.attempt, one.start, one.end) for one in phases(*args)]


def test_a_job_that_waits_has_one_open_phase() -> None:
    assert told(10, None, [Change(10, QUEUED, 0)], []) == [("queued", 0, 10, None)]


def test_a_job_from_submit_to_end() -> None:
    changes = [
        Change(10, QUEUED, 0),
        Change(20, STARTING, 1),
        Change(22, RUNNING, 1),
        Change(90, JobState.STOPPING, 1),
        Change(95, JobState.CANCELLED, 1),
    ]
    assert told(10, 95, changes, [attempt(1, 22, 95)]) == [
        ("queued", 0, 10, 20),
        ("starting", 1, 20, 22),
        ("running", 1, 22, 90),
        ("stopping", 1, 90, 95),
    ]


def test_what_lies_between_two_attempts_of_a_running_job_is_a_restart() -> None:
    changes = [Change(0, QUEUED, 0), Change(1, STARTING, 1), Change(2, RUNNING, 1)]
    course = [attempt(1, 2, 10), attempt(2, 14)]
    expected = [
        ("running", 1, 2, 10),
        ("restarting", 2, 10, 14),
        ("running", 2, 14, None),
    ]
    assert told(0, None, changes, course)[2:] == expected
    noticed = [*changes, Change(15, RUNNING, 2)]  # the ledger hears of it a little later
    assert told(0, None, noticed, course)[2:] == expected
    assert told(0, None, changes, course[:1])[2:] == [
        ("running", 1, 2, 10),
        ("restarting", 2, 10, None),
    ]


def test_an_attempt_that_was_over_before_it_was_noticed_is_drawn_too() -> None:
    changes = [Change(0, QUEUED, 0), Change(1, STARTING, 1), Change(9, RUNNING, 2)]
    assert told(0, 20, changes, [attempt(1, 2, 4), attempt(2, 8, 20)])[1:] == [
        ("starting", 1, 1, 2),
        ("running", 1, 2, 4),
        ("restarting", 2, 4, 8),
        ("running", 2, 8, 20),
    ]


def test_a_job_that_was_put_back_waits_again() -> None:
    changes = [
        Change(0, QUEUED, 0),
        Change(1, RUNNING, 1),
        Change(5, QUEUED, 1),
        Change(8, RUNNING, 2),
        Change(9, JobState.SUCCEEDED, 2),
    ]
    course = [attempt(1, 1, 5), attempt(2, 8, 9)]
    assert [kind for kind, *_ in told(0, 9, changes, course)] == [
        "queued",
        "running",
        "queued",
        "running",
    ]


def test_forgotten_events_leave_what_is_known() -> None:
    assert told(3, 9, [], []) == [("queued", 0, 3, 9)]
    assert told(3, None, [Change(5, RUNNING, 1)], [attempt(1, 5)]) == [
        ("queued", 0, 3, 5),
        ("running", 1, 5, None),
    ]


def record(name: str, rank: int = -1, **fields: Any) -> dict[str, Any]:
    return {"time": 1.0, "rank": rank, "kind": "event", "name": name, **fields}


def test_marks_are_faults_restarts_outputs_and_what_user_code_tells() -> None:
    found, left_out = marks(
        [
            record("attempt_started", attempt=1),
            record("rank_exited", 0, code=0, signal=None, attempt=1),
            record("rank_exited", 3, code=7, signal=None, attempt=1),
            record("rank_exited", 4, code=None, signal=9, attempt=1),
            record("restarting", cause="program_error", left=1, attempt=2),
            record("output", 0, output="model", value="m"),
            record("epoch", 0, number=3),
            {"name": "half a line"},
        ]
    )
    assert [(one.kind, one.rank, one.text) for one in found] == [
        ("fault", 3, "code 7"),
        ("fault", 4, "signal 9"),
        ("restart", -1, "program_error"),
        ("output", 0, "model: m"),
        ("event", 0, ""),
    ]
    assert left_out == 0


@pytest.mark.parametrize(("name", "kept"), [("rank_exited", 20), ("epoch", 500)])
def test_a_thousand_marks_are_not_all_drawn(name: str, kept: int) -> None:
    found, left_out = marks(record(name, rank, code=1, attempt=1) for rank in range(1000))
    assert (len(found), left_out) == (kept, 1000 - kept)
