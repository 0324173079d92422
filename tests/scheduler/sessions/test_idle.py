from __future__ import annotations

import pytest

from ogai_lab.core.errors import InvalidInput
from ogai_lab.core.operations import invalid
from ogai_lab.scheduler.sessions.idle import Work
from ogai_lab.scheduler.sessions.types import Duration, parse_duration


@pytest.mark.parametrize(
    ("work", "now", "until", "due"),
    [
        (Work(idle=None, began=0), 1e9, None, "nothing"),
        (Work(idle=100, began=0), 79, 100, "nothing"),
        (Work(idle=100, began=0), 80, 100, "warning"),
        (Work(idle=100, began=0, warned=100), 99, 100, "nothing"),
        (Work(idle=100, began=0, warned=100), 100, 100, "end"),
        (Work(idle=100, began=0, active=50, warned=100), 100, 150, "nothing"),
        (Work(idle=100, began=0, active=50, used=90), 100, 190, "nothing"),
        (Work(idle=100, began=0, busy=True, warned=100), 500, 600, "nothing"),
        (Work(idle=100, began=0, extended=400), 200, 400, "nothing"),
        (Work(idle=100, began=0, extended=400), 381, 400, "warning"),
        (Work(idle=7200, began=0), 6899, 7200, "nothing"),
        (Work(idle=7200, began=0), 6900, 7200, "warning"),
    ],
)
def test_when_a_session_ends(work: Work, now: float, until: float | None, due: str) -> None:
    assert (work.until(now), work.due(now)) == (until, due)


def test_a_warning_that_comes_late_gives_as_much_notice_as_another() -> None:
    work = Work(idle=100, began=0)
    assert work.due(5000) == "warning"
    assert work.end_after_warning(5000) == 5020
    assert work.end_after_warning(85) == 105


@pytest.mark.parametrize(
    ("text", "seconds"), [("90", 90), ("90s", 90), ("30m", 1800), ("1.5h", 5400), ("1d", 86400)]
)
def test_durations_are_read(text: str, seconds: float) -> None:
    assert parse_duration(text) == seconds


@pytest.mark.parametrize("text", ["soon", "-5m", "1w", "", "0", "40d", "nan"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    from pydantic import TypeAdapter, ValidationError

    with pytest.raises(ValidationError) as refused:
        TypeAdapter(Duration).validate_python(text)
    assert isinstance(invalid(refused.value), InvalidInput)
