from __future__ import annotations

import pytest

from ogai_lab.training.schedule import learning_rate
from ogai_lab.training.types import Optimizer


def test_it_rises_then_falls_to_its_floor() -> None:
    optimizer = Optimizer(lr=1.0, warmup=0.1, min_lr_ratio=0.1)
    rates = [learning_rate(optimizer, step, 100) for step in range(1, 101)]
    assert rates[:10] == pytest.approx([step / 10 for step in range(1, 11)])
    assert rates[9:] == sorted(rates[9:], reverse=True)
    assert rates[54] == pytest.approx(0.55)
    assert rates[-1] == pytest.approx(0.1)


def test_one_step_without_warm_up() -> None:
    assert 0 < learning_rate(Optimizer(lr=1.0, warmup=0.0), 1, 1) <= 1.0
