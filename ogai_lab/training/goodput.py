"""Where the time goes: a clock that ranks carry, and the ledger that is made of what it says.

Rank 0 reports now and then, as an event record of the job's stream::

    {"name": "spent", "first": 11, "last": 20, "seconds": {"productive": 3.1, "data": 0.1, …}}

The agent's own events (`attempt_started`, `attempt_ended`) and these are all that the ledger
reads, so it can be made of a running job, an ended one, or a file.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ogai_lab.core import records
from ogai_lab.training.types import Goodput, PhaseName

SPENT = "spent"
REPORT_SECONDS = 5.0
"""How often the clock reports at most; what a killed attempt had not reported counts as lost."""


class Clock:
    """Counts the seconds of each phase, and reports them."""

    def __init__(self, *, speaks: bool) -> None:
        self._speaks = speaks
        self._seconds: dict[str, float] = {}
        self._first: int | None = None
        self._reported = time.monotonic()

    @contextlib.contextmanager
    def phase(self, name: PhaseName, step: int | None = None) -> Iterator[None]:
        """Count the block's time as `name`; `step` is the step that it is part of."""
        if step is not None and self._first is None:
            self._first = step
        began = time.monotonic()
        try:
            yield
        finally:
            spent = time.monotonic() - began
            self._seconds[name] = self._seconds.get(name, 0.0) + spent

    def report(self, step: int, *, now: bool = False) -> None:
        """Tell what was spent up to the end of `step`, when it is time, or `now`."""
        if not self._speaks or not (now or time.monotonic() - self._reported > REPORT_SECONDS):
            return
        seconds = {name: round(value, 4) for name, value in self._seconds.items()}
        first = step + 1 if self._first is None else self._first
        records.tell(SPENT, first=first, last=step, seconds=seconds)
        self._seconds.clear()
        self._first = None
        self._reported = time.monotonic()


@dataclass
class _Attempt:
    started: float
    ended: float | None = None
    first_step_at: float | None = None
    seen: float | None = None
    seconds: dict[str, float] = field(default_factory=dict)


def goodput(stream: Iterable[Mapping[str, Any]], now: float | None = None) -> Goodput:
    """Make the ledger of a job from its event records, in order.

    Parameters
    ----------
    stream
        Records as mappings; others than the ones named above are passed over.
    now
        Unix seconds up to which a running attempt counts; its last report when left out.
    """
    attempts: list[_Attempt] = []
    done = 0
    for record in stream:
        name, at = record.get("name"), float(record.get("time", 0.0))
        if name == "attempt_started":
            attempts.append(_Attempt(started=at))
        elif attempts and name == "attempt_ended":
            attempts[-1].ended = at
        elif attempts and name == SPENT:
            _count(attempts[-1], record, at, done)
            done = max(done, int(record["last"]))
    return _ledger(attempts, done, now)


def _count(attempt: _Attempt, record: Mapping[str, Any], at: float, done: int) -> None:
    seconds: Mapping[str, float] = record["seconds"]
    attempt.seen = at
    first, last = int(record["first"]), int(record["last"])
    if attempt.first_step_at is None and last >= first:
        attempt.first_step_at = at - sum(v for k, v in seconds.items() if k != "start")
    again = max(0, min(done, last) - first + 1) / max(1, last - first + 1)
    for name, value in seconds.items():
        if name == "productive":
            attempt.seconds["recomputed"] = attempt.seconds.get("recomputed", 0.0) + value * again
            value *= 1 - again
        attempt.seconds[name] = attempt.seconds.get(name, 0.0) + value


def _ledger(attempts: list[_Attempt], done: int, now: float | None) -> Goodput:
    result = Goodput(steps=done, attempts=len(attempts))
    if not attempts:
        return result
    last = attempts[-1]
    end = last.ended or now or last.seen or last.started
    result.wall = end - attempts[0].started
    for number, attempt in enumerate(attempts):
        for name, value in attempt.seconds.items():
            if name != "start":
                setattr(result, name, getattr(result, name) + value)
        if number == 0:
            result.start = (attempt.first_step_at or attempt.ended or end) - attempt.started
        else:
            before = attempts[number - 1]
            failed = before.ended or attempt.started
            result.detect += failed - (before.seen or before.first_step_at or before.started)
            result.restart += (attempt.first_step_at or attempt.ended or end) - failed
    known = sum(
        getattr(result, name)
        for name in (
            *("start", "productive", "compile", "data", "checkpoint", "export"),
            *("detect", "restart", "recomputed"),
        )
    )
    result.other = max(0.0, result.wall - known)
    result.ratio = result.productive / result.wall if result.wall > 0 else None
    return result
