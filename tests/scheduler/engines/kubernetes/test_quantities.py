"""Quantities as numbers."""

from __future__ import annotations

import pytest

from ogai_lab.scheduler.engines.kubernetes.quantities import largest, number, numbers, total


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("8", 8),
        ("100m", 0.1),
        ("1500m", 1.5),
        ("32Gi", 32 * 2**30),
        ("1.5Gi", 1.5 * 2**30),
        ("64M", 64e6),
        ("128k", 128e3),
        ("1e3", 1000),
        ("2E", 2e18),
        ("250u", 0.00025),
        (".5", 0.5),
        ("-1", -1),
        ("many", 0),
    ],
)
def test_a_quantity_is_a_number(text: str, value: float) -> None:
    assert number(text) == pytest.approx(value)


def test_none_of_a_resource_is_no_resource() -> None:
    assert numbers({"cpu": "2", "nvidia.com/gpu": "0"}) == {"cpu": 2}
    assert numbers(None) == {}


def test_amounts_add_up_and_the_largest_counts() -> None:
    parts = [{"cpu": 1.0, "memory": 4.0}, {"cpu": 2.0}]
    assert total(parts) == {"cpu": 3, "memory": 4}
    assert largest(parts) == {"cpu": 2, "memory": 4}
