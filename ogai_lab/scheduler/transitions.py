"""What to do about an active job, from what the ledger says and what the engine sees.

Values in, values out: the dispatcher carries out the answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ogai_lab.scheduler.engines.base import Sighting
from ogai_lab.scheduler.entries import Entry
from ogai_lab.scheduler.spec import ExitKind, RestartPolicy
from ogai_lab.scheduler.types import Exit, JobState


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """The next step of an active job.

    ``start``: carry out its order. ``stop``: ask it to end. ``running``: note that it runs, in
    which attempt. ``again``: put it back into the queue for another attempt. ``end``: it is over,
    in `state`. ``wait``: nothing.

    Where the engine has a queue of its own: ``admitted``: note that it was given its nodes.
    ``displaced``: note that they were taken and it waits there again. ``give_up``: the same, and
    its policy has no further attempt for it.
    """

    do: Literal[
        "wait", "start", "stop", "running", "again", "end", "admitted", "displaced", "give_up"
    ]
    state: JobState | None = None
    exit: Exit | None = None
    restarts: int = 0


def next_step(entry: Entry, sighting: Sighting, policy: RestartPolicy) -> Step:
    """Return what to do about `entry`, an active job, now that it is seen as in `sighting`."""
    restarts = entry.restarts_before + sighting.restarts
    older = sighting.state != "absent" and 0 < sighting.attempt < entry.attempt
    if older and _ordered(entry) and sighting.state in ("ended", "lost"):
        return Step(do="start")  # what is seen is the end of the order before this one
    match sighting.state:
        case "unknown":
            return Step(do="wait")
        case "absent":
            return _absent(entry)
        case "waiting":
            return _waiting(entry, sighting, restarts, policy)
        case "starting" | "running":
            if entry.state is JobState.STOPPING:
                return Step(do="stop")
            if sighting.state == "starting" and _pods_are_to_come(entry, sighting):
                return Step(do="admitted", restarts=restarts)
            changed = (sighting.attempt > entry.attempt) or restarts != entry.restarts
            if sighting.state == "running" and (entry.state is not JobState.RUNNING or changed):
                return Step(do="running", restarts=restarts)
            return Step(do="wait")
        case "ended":
            exit_ = sighting.exit or _lost("It ended and left no word about how.")
        case "lost":
            exit_ = sighting.exit or _lost("Its agents and processes are gone.")
    return _over(entry, exit_, restarts, policy, lost=sighting.state == "lost")


def _ordered(entry: Entry) -> bool:
    """Whether an order was made and nothing more is known of it."""
    return entry.state is JobState.STARTING or (entry.state is JobState.QUEUED and entry.handed)


def _pods_are_to_come(entry: Entry, sighting: Sighting) -> bool:
    """Whether the engine's queue gave it nodes, for the first time or for another attempt.

    An engine without a queue of its own keeps a job's nodes for all attempts of an order.
    """
    again = entry.handed and sighting.attempt > entry.attempt
    return entry.state is JobState.QUEUED or (entry.state is JobState.RUNNING and again)


def _waiting(entry: Entry, sighting: Sighting, restarts: int, policy: RestartPolicy) -> Step:
    if entry.state is JobState.STOPPING:
        return Step(do="stop")
    if entry.state is JobState.QUEUED:
        return Step(do="wait")
    exit_ = sighting.exit or cancelled(ExitKind.PREEMPTED)
    if exit_.kind in policy.on and restarts <= policy.limit:
        return Step(do="displaced", exit=exit_, restarts=restarts)
    return Step(do="give_up", exit=exit_, restarts=restarts)


def _absent(entry: Entry) -> Step:
    if _ordered(entry):
        return Step(do="start")
    if entry.state is JobState.STOPPING:
        return Step(do="end", state=JobState.CANCELLED, exit=cancelled(entry.stop_kind))
    exit_ = _lost("The engine knows nothing of it any more.")
    return Step(do="end", state=JobState.FAILED, exit=exit_, restarts=entry.restarts)


def _over(entry: Entry, exit_: Exit, restarts: int, policy: RestartPolicy, lost: bool) -> Step:
    if exit_.kind is ExitKind.SUCCEEDED:
        return Step(do="end", state=JobState.SUCCEEDED, exit=exit_, restarts=restarts)
    if exit_.kind is ExitKind.CANCELLED:
        return Step(do="end", state=JobState.CANCELLED, exit=exit_, restarts=restarts)
    if entry.state is JobState.STOPPING:
        state = JobState.CANCELLED if lost else JobState.FAILED
        exit_ = cancelled(entry.stop_kind) if lost else exit_
        return Step(do="end", state=state, exit=exit_, restarts=restarts)
    ours = lost or exit_.kind in (ExitKind.NODE_LOST, ExitKind.PREEMPTED)
    charge = 0 if exit_.kind is ExitKind.PREEMPTED else 1
    if ours and exit_.kind in policy.on and restarts + charge <= policy.limit:
        return Step(do="again", exit=exit_, restarts=restarts + charge)
    return Step(do="end", state=JobState.FAILED, exit=exit_, restarts=restarts)


def cancelled(kind: str | None = None) -> Exit:
    """Return the end of a job that was stopped before it could say so itself."""
    if kind == ExitKind.PREEMPTED:
        return Exit(kind=ExitKind.PREEMPTED, message="It made room for another job.")
    return Exit(kind=ExitKind.CANCELLED, message="It was cancelled.")


def _lost(message: str) -> Exit:
    return Exit(
        kind=ExitKind.NODE_LOST,
        message=message,
        action="Allow restarts (restarts.limit) for jobs that resume from a checkpoint.",
    )
