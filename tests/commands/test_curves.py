from __future__ import annotations

from ogai_lab.commands.curves import Curves, thin
from ogai_lab.scheduler.types import MetricPoint, Record


def record(step: int, value: float, rank: int = 0) -> Record:
    return Record(time=step, rank=rank, kind="metric", step=step, metrics={"loss": value})


def test_a_later_attempt_overwrites_the_steps_it_repeats() -> None:
    curves = Curves()
    curves.add_points(
        MetricPoint(name="loss", step=s, value=9.0, time=s, rank=0, attempt=1) for s in range(10)
    )
    curves.add_records([record(s, 1.0) for s in range(5, 8)])
    assert [y for _x, y in curves.curve("loss")] == [9.0] * 5 + [1.0] * 3 + [9.0] * 2


def test_of_several_ranks_the_first_is_drawn() -> None:
    curves = Curves()
    curves.add_records([record(1, 5.0, rank=0), record(1, 6.0, rank=1), record(2, 4.0, rank=0)])
    assert curves.curve("loss") == ((1.0, 5.0), (2.0, 4.0))


def test_the_loss_comes_first_and_what_measures_progress_is_no_curve() -> None:
    curves = Curves()
    metrics = {"accuracy": 1.0, "train/loss": 2.0, "steps": 10.0}
    curves.add_records([Record(time=0, rank=0, kind="metric", step=1, metrics=metrics)])
    assert curves.names() == ["train/loss", "accuracy"]


def test_memory_is_bounded_and_a_spike_survives() -> None:
    curves = Curves()
    curves.add_records([record(s, 100.0 if s == 7777 else 1.0) for s in range(50_000)])
    points = curves.curve("loss")
    assert len(points) <= 4000
    assert max(points, key=lambda point: point[1]) == (7777.0, 100.0)
    assert points[-1][0] == 49_999


def test_thinning_keeps_order_ends_and_extremes() -> None:
    points = [(float(i), float(-i if i == 321 else i % 7)) for i in range(1000)]
    thinned = list(thin(points, 100))
    assert len(thinned) <= 101
    assert thinned == sorted(thinned)
    assert (321.0, -321.0) in thinned
    assert thinned[-1] == points[-1]
