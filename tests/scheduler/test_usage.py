from __future__ import annotations

import pytest

from ogai_lab.scheduler.usage import Stay, usage

HOUR = 3600.0
DAY = 24 * HOUR


def stay(job: str, owner: str, start: float, end: float | None) -> Stay:
    return Stay(job, owner, cpus=2.0, gpus=4, started=start, ended=end)


def told(stays, by, since=None, until=None, now=10 * DAY) -> dict[str, tuple[float, float, int]]:
    found = usage(stays, by, since, until, now)
    return {
        one.group: (round(one.core_hours, 6), round(one.gpu_hours, 6), one.jobs) for one in found
    }


def test_attempts_of_a_job_add_up() -> None:
    stays = [stay("1", "ann", 0, HOUR), stay("1", "ann", 2 * HOUR, 3 * HOUR)]
    assert told(stays, "job") == {"1": (4, 8, 1)}
    assert told([*stays, stay("2", "ann", 0, HOUR)], "owner") == {"ann": (6, 12, 2)}


def test_midnight_splits() -> None:
    stays = [stay("1", "ann", DAY - HOUR, 2 * DAY + HOUR)]
    assert told(stays, "day") == {
        "1970-01-01": (2, 4, 1),
        "1970-01-02": (48, 96, 1),
        "1970-01-03": (2, 4, 1),
    }


def test_what_runs_counts_up_to_now() -> None:
    assert told([stay("1", "ann", 0, None)], "owner", now=HOUR) == {"ann": (2, 4, 1)}


@pytest.mark.parametrize(
    ("since", "until", "hours"), [(HOUR, None, 3), (None, HOUR, 1), (HOUR, 3 * HOUR, 2)]
)
def test_only_the_part_in_the_window_counts(since, until, hours) -> None:
    found = told([stay("1", "ann", 0, 4 * HOUR)], "owner", since, until)
    assert found == {"ann": (2 * hours, 4 * hours, 1)}


def test_a_clock_set_back_uses_nothing() -> None:
    assert told([stay("1", "ann", 5 * HOUR, None)], "owner", now=HOUR) == {}
