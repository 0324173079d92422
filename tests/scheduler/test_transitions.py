from __future__ import annotations

import pytest

from ogai_lab.scheduler.engines.base import Sighting
from ogai_lab.scheduler.entries import Entry
from ogai_lab.scheduler.spec import ExitKind, RestartPolicy
from ogai_lab.scheduler.transitions import next_step
from ogai_lab.scheduler.types import Exit, JobState

S = JobState


def entry(state: JobState, *, attempt: int = 1, restarts: int = 0, handed: bool = False) -> Entry:
    return Entry(
        seq=1,
        id="j1",
        name="job",
        owner="me",
        queue="default",
        state=state,
        version=3,
        priority=0,
        nodes=1,
        cpus=1.0,
        gpus=0,
        memory=0,
        timeout=None,
        created=1.0,
        started=None,
        ended=None,
        attempt=attempt,
        restarts=restarts,
        restarts_before=restarts,
        requeued=None,
        delay=0.0,
        stop_kind=None,
        reason="",
        placements=(),
        cluster="lab" if handed else "",
        handed=handed,
    )


def ended(kind: ExitKind, attempt: int = 1, restarts: int = 0) -> Sighting:
    exit_ = Exit(kind=kind, message="It ended.")
    return Sighting(state="ended", attempt=attempt, restarts=restarts, exit=exit_)


def lost(attempt: int = 1, restarts: int = 0) -> Sighting:
    return Sighting(state="lost", attempt=attempt, restarts=restarts)


RUNS = Sighting(state="running", attempt=1)
ABSENT = Sighting(state="absent")
TWICE = RestartPolicy(limit=2)

CASES = {
    "an order that never arrived": (entry(S.STARTING), ABSENT, "start", None, 0),
    "starts": (entry(S.STARTING), Sighting(state="starting", attempt=1), "wait", None, 0),
    "runs": (entry(S.STARTING), RUNS, "running", None, 0),
    "still runs": (entry(S.RUNNING), RUNS, "wait", None, 0),
    "restarted itself": (
        entry(S.RUNNING),
        Sighting(state="running", attempt=2, restarts=1),
        "running",
        None,
        1,
    ),
    "must stop": (entry(S.STOPPING), RUNS, "stop", None, 0),
    "must stop before it runs": (
        entry(S.STOPPING),
        Sighting(state="starting", attempt=1),
        "stop",
        None,
        0,
    ),
    "stopped before it started": (entry(S.STOPPING), ABSENT, "end", S.CANCELLED, 0),
    "stopped": (entry(S.STOPPING), ended(ExitKind.CANCELLED), "end", S.CANCELLED, 0),
    "succeeded before the stop": (
        entry(S.STOPPING),
        ended(ExitKind.SUCCEEDED),
        "end",
        S.SUCCEEDED,
        0,
    ),
    "lost while stopping": (entry(S.STOPPING), lost(), "end", S.CANCELLED, 0),
    "succeeded": (entry(S.RUNNING), ended(ExitKind.SUCCEEDED), "end", S.SUCCEEDED, 0),
    "ended unwatched": (entry(S.STARTING), ended(ExitKind.SUCCEEDED), "end", S.SUCCEEDED, 0),
    "failed, its agents had no tries left": (
        entry(S.RUNNING),
        ended(ExitKind.KILLED, restarts=2),
        "end",
        S.FAILED,
        2,
    ),
    "lost": (entry(S.RUNNING), lost(), "again", None, 1),
    "lost, after its agents used a try": (entry(S.RUNNING), lost(restarts=1), "again", None, 2),
    "lost, no tries left": (entry(S.RUNNING), lost(restarts=2), "end", S.FAILED, 2),
    "the order before this one was lost": (
        entry(S.STARTING, attempt=2, restarts=1),
        lost(attempt=1),
        "start",
        None,
        0,
    ),
    "this order was lost at once": (
        entry(S.STARTING, attempt=2, restarts=1),
        lost(attempt=2),
        "again",
        None,
        2,
    ),
    "the engine forgot it": (entry(S.RUNNING), ABSENT, "end", S.FAILED, 0),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_next_step(case) -> None:
    before, seen, do, state, restarts = case
    step = next_step(before, seen, TWICE)
    assert (step.do, step.state, step.restarts) == (do, state, restarts)


def test_a_loss_that_the_policy_does_not_name_ends_the_job() -> None:
    policy = RestartPolicy(limit=2, on=[ExitKind.KILLED])
    step = next_step(entry(S.RUNNING), lost(), policy)
    assert step.do == "end"
    assert step.exit is not None
    assert step.exit.kind is ExitKind.NODE_LOST


def waiting(kind: ExitKind | None = None, restarts: int = 0) -> Sighting:
    exit_ = None if kind is None else Exit(kind=kind, message="It was taken off.")
    return Sighting(state="waiting", attempt=1, restarts=restarts, exit=exit_)


HANDED = entry(S.QUEUED, handed=True)
AGAIN = Sighting(state="starting", attempt=2, restarts=1)


@pytest.mark.parametrize(
    ("before", "seen", "does"),
    [
        (HANDED, ABSENT, "start"),
        (HANDED, Sighting(state="unknown"), "wait"),
        (HANDED, waiting(), "wait"),
        (HANDED, waiting(ExitKind.PREEMPTED), "wait"),
        (HANDED, Sighting(state="starting", attempt=1), "admitted"),
        (HANDED, RUNS, "running"),
        (HANDED, ended(ExitKind.SUCCEEDED), "end"),
        (entry(S.QUEUED, handed=True, attempt=2), lost(attempt=1), "start"),
        (entry(S.STARTING, handed=True), waiting(ExitKind.PREEMPTED), "displaced"),
        (entry(S.RUNNING, handed=True), waiting(ExitKind.PREEMPTED), "displaced"),
        (entry(S.RUNNING, handed=True), waiting(ExitKind.NODE_LOST, restarts=2), "displaced"),
        (entry(S.RUNNING, handed=True), waiting(ExitKind.NODE_LOST, restarts=3), "give_up"),
        (entry(S.RUNNING, handed=True), AGAIN, "admitted"),
        (entry(S.RUNNING), AGAIN, "wait"),
        (entry(S.RUNNING, handed=True), Sighting(state="unknown"), "wait"),
        (entry(S.STOPPING, handed=True), waiting(), "stop"),
        (entry(S.STOPPING, handed=True), ABSENT, "end"),
    ],
)
def test_a_job_in_an_engines_own_queue(before, seen, does) -> None:
    assert next_step(before, seen, TWICE).do == does
