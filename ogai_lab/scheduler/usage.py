"""Core-hours and GPU-hours, from who held what for how long. Values in, values out."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Literal, NamedTuple

from pydantic import BaseModel, Field

from ogai_lab.scheduler.types import Usage

_DAY = 86_400.0
_HOUR = 3_600.0


class Stay(NamedTuple):
    """One attempt: `cpus` and `gpus` of all nodes, held from `started` to `ended` (None: still)."""

    job: str
    owner: str
    cpus: float
    gpus: int
    started: float
    ended: float | None


class Held(NamedTuple):
    """What one attempt of a job held: `cpus` and `gpus` of all its nodes."""

    number: int
    cpus: float
    gpus: int
    started: float
    ended: float | None


class AttemptUsage(BaseModel):
    """What one attempt of a job used. Times are Unix seconds."""

    number: int
    started: float
    ended: float | None
    seconds: float = Field(description="How long it has lasted.")
    cpus: float = Field(description="Cores of all nodes.")
    gpus: int = Field(description="GPUs of all nodes.")
    core_hours: float
    gpu_hours: float


class JobUsage(BaseModel):
    """What a job used, attempt by attempt and in all."""

    core_hours: float
    gpu_hours: float
    seconds: float
    attempts: list[AttemptUsage]


def of_job(held: Iterable[Held], now: float) -> JobUsage:
    """Return what the attempts of a job used; one that has not ended counts up to `now`."""
    attempts = []
    for one in held:
        seconds = max(0.0, (now if one.ended is None else one.ended) - one.started)
        attempts.append(
            AttemptUsage(
                number=one.number,
                started=one.started,
                ended=one.ended,
                seconds=seconds,
                cpus=one.cpus,
                gpus=one.gpus,
                core_hours=one.cpus * seconds / _HOUR,
                gpu_hours=one.gpus * seconds / _HOUR,
            )
        )
    return JobUsage(
        core_hours=sum(one.core_hours for one in attempts),
        gpu_hours=sum(one.gpu_hours for one in attempts),
        seconds=sum(one.seconds for one in attempts),
        attempts=attempts,
    )


def usage(
    stays: Iterable[Stay],
    by: Literal["job", "owner", "day"],
    since: float | None,
    until: float | None,
    now: float,
) -> list[Usage]:
    """Return what was used between two times, for each job, owner or day (UTC), sorted.

    A stay that has not ended counts up to `now`; one that lies on both sides of midnight, or of
    `since` or `until`, counts in parts. A job counts once in each group in which it used anything.
    """
    cores: dict[str, float] = defaultdict(float)
    gpus: dict[str, float] = defaultdict(float)
    jobs: dict[str, set[str]] = defaultdict(set)
    for stay in stays:
        start = stay.started if since is None else max(since, stay.started)
        end = now if stay.ended is None else stay.ended
        end = end if until is None else min(until, end)
        for group, seconds in _parts(stay, by, start, end):
            cores[group] += stay.cpus * seconds / _HOUR
            gpus[group] += stay.gpus * seconds / _HOUR
            jobs[group].add(stay.job)
    return [
        Usage(group=group, core_hours=cores[group], gpu_hours=gpus[group], jobs=len(jobs[group]))
        for group in sorted(jobs)
    ]


def _parts(stay: Stay, by: str, start: float, end: float) -> Iterator[tuple[str, float]]:
    if end < start:
        return  # outside the time asked for, or a clock was set back: nothing was used
    if by != "day":
        yield (stay.job if by == "job" else stay.owner), end - start
        return
    while True:
        midnight = (math.floor(start / _DAY) + 1) * _DAY
        day = datetime.fromtimestamp(start, UTC).date().isoformat()
        yield day, min(end, midnight) - start
        if end <= midnight:
            return
        start = midnight
