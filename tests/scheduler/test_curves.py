from __future__ import annotations

from ogai_lab.scheduler.curves import decimate


def test_a_short_curve_is_left_alone() -> None:
    assert decimate([(k, 1.0) for k in range(10)], 10) == list(range(10))


def test_spikes_and_ends_survive() -> None:
    points: list[tuple[int, float | None]] = [(k, 1.0) for k in range(100_000)]
    points[40_001] = (40_001, 99.0)
    points[70_007] = (70_007, -99.0)
    chosen = decimate(points, 200)
    assert len(chosen) <= 200
    assert chosen == sorted(set(chosen))
    assert {0, 40_001, 70_007, 99_999} <= set(chosen)


def test_gaps_do_not_hide_values() -> None:
    points = [(k, 1.0 if k % 10 == 5 else None) for k in range(1000)]
    chosen = decimate(points, 52)
    inner = [key for key in chosen if key not in (0, 999)]
    assert all(key % 10 == 5 for key in inner)
    assert decimate([(k, None) for k in range(100)], 6)[0] == 0
