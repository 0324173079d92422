"""The course of a job: its phases, its attempts and what went wrong. Values in, values out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple

from pydantic import BaseModel, Field

from ogai_lab.scheduler.types import Attempt, JobState

PhaseKind = Literal["queued", "starting", "running", "restarting", "stopping"]

_MARKS_AN_ATTEMPT = 20
_MOST_MARKS = 500
_SILENT = frozenset({"attempt_started", "attempt_ended", "rank_started", "rank_exited", "spent"})


class Phase(BaseModel):
    """A span of time in which a job was in one condition."""

    kind: PhaseKind
    attempt: int = Field(description="The try it belongs to; 0 before the first.")
    start: float
    end: float | None = Field(description="None while it lasts.")


class Mark(BaseModel):
    """Something that happened at one moment."""

    kind: Literal["fault", "restart", "output", "event"]
    time: float
    attempt: int
    rank: int = Field(description="-1 for the job as a whole.")
    name: str = Field(description="The name of the event.")
    text: str = Field(description="What there is to say of it; may be empty.")


class Timeline(BaseModel):
    """The course of a job. Times are Unix seconds."""

    created: float
    now: float = Field(description="The server's clock; what lasts is drawn up to here.")
    ended: float | None
    phases: list[Phase]
    attempts: list[Attempt]
    marks: list[Mark] = Field(description="At most 500, and 20 faults an attempt.")
    more_marks: int = Field(description="How many were left out.")


class Change(NamedTuple):
    """A job came into a state."""

    time: float
    state: JobState
    attempt: int


def phases(
    created: float, ended: float | None, changes: Sequence[Change], attempts: Sequence[Attempt]
) -> list[Phase]:
    """Return the phases of a job, in order.

    Parameters
    ----------
    created, ended
        Of the job; `ended` is None while it is not over.
    changes
        Every change of state that is known, in order; the first may have been forgotten.
    attempts
        In order. While a job counts as running, its agents may start it again by themselves: what
        lies between two attempts is ``restarting``.
    """
    if not changes or changes[0].state is not JobState.QUEUED:
        changes = [Change(created, JobState.QUEUED, 0), *changes]
    found: list[Phase] = []
    for number, change in enumerate(changes):
        follows = number > 0 and _is_active(change) and _is_active(changes[number - 1])
        if change.state.final or follows:
            continue
        later = changes[number + 1 :]
        after = next((one for one in later if not (_is_active(change) and _is_active(one))), None)
        end = ended if after is None or after.state.final else after.time
        end = None if end is None else max(end, change.time)
        if _is_active(change):
            found += _active(change, end, attempts)
        else:
            kind: PhaseKind = "stopping" if change.state is JobState.STOPPING else "queued"
            found.append(Phase(kind=kind, attempt=change.attempt, start=change.time, end=end))
    return list(_joined(found))


def marks(records: Iterable[Mapping[str, Any]]) -> tuple[list[Mark], int]:
    """Return what is worth a mark among the event records of a job, and how many were left out."""
    found: list[Mark] = []
    left_out = 0
    faults: dict[int, int] = {}
    attempt = 0
    for record in records:
        if record.get("name") == "attempt_started" and isinstance(record.get("attempt"), int):
            attempt = record["attempt"]
        mark = _mark(record, attempt)
        if mark is None:
            continue
        full = len(found) >= _MOST_MARKS
        if mark.kind == "fault":
            faults[mark.attempt] = faults.get(mark.attempt, 0) + 1
            full = full or faults[mark.attempt] > _MARKS_AN_ATTEMPT
        if full:
            left_out += 1
        else:
            found.append(mark)
    return found, left_out


def _is_active(change: Change) -> bool:
    return change.state in (JobState.STARTING, JobState.RUNNING)


def _active(change: Change, end: float | None, attempts: Sequence[Attempt]) -> Iterator[Phase]:
    """Divide the time in which a job held its nodes among its attempts."""
    at = change.time
    within = [
        one
        for one in attempts
        if one.number >= change.attempt
        and (one.ended is None or one.ended >= at)
        and (end is None or one.started <= end)
    ]
    if not within:
        kind: PhaseKind = "starting" if change.state is JobState.STARTING else "running"
        yield Phase(kind=kind, attempt=change.attempt, start=at, end=end)
        return
    if change.state is JobState.STARTING:
        began = max(at, within[0].started)
        yield Phase(kind="starting", attempt=change.attempt, start=at, end=began)
        at = began
    for number, one in enumerate(within):
        start = max(at, one.started) if number else at
        if start > at:
            yield Phase(kind="restarting", attempt=one.number, start=at, end=start)
        last = number + 1 == len(within)
        # An attempt that is over while the job goes on: the next one has not been heard of yet.
        at = (one.ended if end is None or not last else end) or start
        open_ended = last and end is None and one.ended is None
        yield Phase(kind="running", attempt=one.number, start=start, end=None if open_ended else at)
    if end is None and within[-1].ended is not None:
        yield Phase(kind="restarting", attempt=within[-1].number + 1, start=at, end=None)


def _joined(found: Sequence[Phase]) -> Iterator[Phase]:
    """Join neighbours of the same kind and attempt: a change of reason is no new phase."""
    last: Phase | None = None
    for phase in found:
        if last is not None and (last.kind, last.attempt) == (phase.kind, phase.attempt):
            last = last.model_copy(update={"end": phase.end})
            continue
        if last is not None:
            yield last
        last = phase
    if last is not None:
        yield last


def _mark(record: Mapping[str, Any], attempt: int) -> Mark | None:
    name, at, rank = record.get("name"), record.get("time"), record.get("rank")
    if not isinstance(name, str) or not isinstance(at, int | float) or not isinstance(rank, int):
        return None
    own = record.get("attempt")
    number = own if isinstance(own, int) else attempt
    kind: Literal["fault", "restart", "output", "event"]
    if name == "rank_exited" and (record.get("code") or record.get("signal")):
        kind, text = "fault", _how(record)
    elif name in _SILENT:
        return None
    elif name == "restarting":
        kind, text = "restart", str(record.get("cause", ""))
    elif name == "output":
        kind, text = "output", f"{record.get('output', '')}: {record.get('value', '')}"
    else:
        kind, text = "event", ""
    return Mark(kind=kind, time=at, attempt=number, rank=rank, name=name[:200], text=text[:500])


def _how(record: Mapping[str, Any]) -> str:
    signal = record.get("signal")
    return f"signal {signal}" if signal else f"code {record.get('code')}"
