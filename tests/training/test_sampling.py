from __future__ import annotations

import numpy as np
import pytest

from ogai_lab.training.sampling import samples


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64, 1000, 4097])
def test_an_epoch_is_a_permutation(size: int) -> None:
    assert sorted(samples(0, size, size, seed=5)) == list(range(size))
    assert sorted(samples(3 * size, size, size, seed=5)) == list(range(size))


def test_epochs_and_seeds_differ() -> None:
    first, second = samples(0, 100, 100, seed=5), samples(100, 100, 100, seed=5)
    assert (first != second).any()
    assert (first != samples(0, 100, 100, seed=6)).any()
    assert (first != np.arange(100)).mean() > 0.9


def test_any_part_of_the_order_is_found_by_itself() -> None:
    whole = samples(0, 1000, 300, seed=1)
    for start in (0, 299, 300, 650):
        assert (samples(start, 77, 300, seed=1) == whole[start : start + 77]).all()


def test_the_order_is_pinned() -> None:
    """A change here would change every training that is resumed: it must never happen."""
    assert samples(0, 8, 1000, seed=0).tolist() == PINNED


def test_neighbours_are_spread_evenly() -> None:
    order = samples(0, 100_000, 100_000, seed=3)
    halves = order.reshape(100, 1000).mean(axis=1)
    assert abs(halves - 50_000).max() < 5 * 100_000 / np.sqrt(12 * 1000)


PINNED = [973, 263, 491, 136, 92, 854, 505, 117]
