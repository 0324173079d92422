from __future__ import annotations

from typing import Any

import pytest

from ogai_lab.training.goodput import goodput


def spent(time: float, first: int, last: int, **seconds: float) -> dict[str, Any]:
    return {"name": "spent", "time": time, "first": first, "last": last, "seconds": seconds}


def test_one_undisturbed_attempt() -> None:
    ledger = goodput(
        [
            {"name": "attempt_started", "time": 100.0},
            spent(105, 1, 0, start=5),
            spent(125, 1, 10, productive=18, data=1, checkpoint=1),
            spent(127, 11, 10, export=2),
            {"name": "attempt_ended", "time": 127.5},
        ]
    )
    assert ledger.wall == 27.5
    assert (ledger.start, ledger.productive, ledger.data) == (5, 18, 1)
    assert (ledger.checkpoint, ledger.export, ledger.steps) == (1, 2, 10)
    assert ledger.other == pytest.approx(0.5)
    assert ledger.ratio == pytest.approx(18 / 27.5)


def test_steps_done_again_are_not_productive() -> None:
    ledger = goodput(
        [
            {"name": "attempt_started", "time": 0.0},
            spent(2, 1, 0, start=2),
            spent(12, 1, 10, productive=10),
            {"name": "rank_exited", "time": 15.0, "signal": 9},
            {"name": "attempt_ended", "time": 15.0},
            {"name": "attempt_started", "time": 15.5},
            spent(16, 6, 5, start=0.5),
            spent(26, 6, 15, productive=10),
            {"name": "attempt_ended", "time": 26.0},
        ]
    )
    assert (ledger.detect, ledger.restart) == (3, 1)
    assert (ledger.productive, ledger.recomputed) == (15, 5)
    assert (ledger.wall, ledger.other) == (26, 0)
    assert (ledger.steps, ledger.attempts) == (15, 2)


def test_a_running_attempt_counts_up_to_now() -> None:
    stream = [{"name": "attempt_started", "time": 0.0}, spent(3, 1, 2, productive=2)]
    assert goodput(stream, now=10.0).wall == 10
    assert goodput(stream).wall == 3
    assert goodput([]).ratio is None
