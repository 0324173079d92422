"""Core-hours and GPU-hours, from who held what for how long. Values in, values out."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Literal, NamedTuple

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
