"""Paired statistics against scipy, known answers, and the words they become."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from ogai_lab.core.errors import InvalidInput
from ogai_lab.models.compare import (
    bootstrap,
    compare,
    detectable,
    holm,
    mcnemar,
    sign_test,
)
from ogai_lab.models.types import Comparison, ItemScore


def scores(bits_per_byte: list[float], size: int = 100, start: int = 0) -> list[ItemScore]:
    return [
        ItemScore(id=f"d{start + i}", bytes=size, bits=value * size)
        for i, value in enumerate(bits_per_byte)
    ]


def compared(shift: float, count: int = 400, noise: float = 0.05) -> Comparison:
    random = np.random.default_rng(3)
    base = random.normal(2.8, 0.5, count)  # documents differ ten times more than versions do
    other = base + shift + random.normal(0, noise, count)
    return compare(
        scores(base.tolist()), scores(other.tolist()), names=("lab/m@v1", "lab/m@v2"), data="d"
    )


def test_a_small_difference_is_shown_that_no_unpaired_test_would_see() -> None:
    found = compared(-0.02)
    assert found.verdict == "better"
    assert found.interval.low < -0.02 < found.interval.high < 0
    left, right = ([s[i] for s in found.scores] for i in (1, 2))
    assert stats.ttest_ind(left, right).pvalue > 0.2
    assert found.summary.startswith("v2 is better than v1: 0.0181 bits per byte")
    assert "lower on 400 shared documents (95 % interval 0.0" in found.summary
    assert "sign test p < 0.001" in found.summary


def test_the_other_way_round_says_the_opposite() -> None:
    found = compared(+0.02)
    assert found.verdict == "worse"
    assert found.summary.startswith("v2 is worse than v1: 0.0")
    assert " higher on 400" in found.summary


def test_no_difference_is_a_result_with_a_size() -> None:
    found = compared(0.0)
    assert found.verdict == "no difference shown"
    assert found.summary.startswith("No difference shown between v1 and v2")
    assert "would most likely not have been seen" in found.summary
    assert found.interval.low < 0 < found.interval.high


def test_the_same_scores_differ_by_nothing() -> None:
    found = compare(scores([1.0, 2.0]), scores([1.0, 2.0]), names=("a/b@v1", "c/d@v1"))
    assert (found.difference, found.interval.low, found.interval.high) == (0, 0, 0)
    assert (found.sign.ties, found.sign.p, found.detectable) == (2, 1.0, 0.0)
    assert "between a/b@v1 and c/d@v1" in found.summary


def test_only_shared_documents_count() -> None:
    base, other = scores([1.0, 2.0, 3.0]), scores([1.5, 2.5, 9.0], start=1)
    found = compare(base, other, names=("m/m@v1", "m/m@v2"))
    assert (found.shared, found.not_shared) == (2, 2)
    assert (found.only_base, found.only_other) == (["d0"], ["d3"])
    assert found.difference == pytest.approx(-0.5)
    assert "2 documents were measured for one of them only" in found.summary
    with pytest.raises(InvalidInput, match="1 documents in common"):
        compare(base[:2], other, names=("a", "b"))
    with pytest.raises(InvalidInput, match="twice"):
        compare([*base, *base], other, names=("a", "b"))


def test_long_documents_weigh_more_in_the_corpus_figure_only() -> None:
    base = [ItemScore(id="s", bytes=10, bits=40), ItemScore(id="l", bytes=990, bits=990)]
    other = [ItemScore(id="s", bytes=10, bits=20), ItemScore(id="l", bytes=990, bits=990)]
    found = compare(base, other, names=("a", "b"))
    assert found.mean_base == pytest.approx(2.5)
    assert found.corpus_base == pytest.approx(1030 / 1000)
    assert found.corpus_other == pytest.approx(1010 / 1000)


@pytest.mark.parametrize("count", [8, 60, 500])
def test_the_interval_is_that_of_scipy(count: int) -> None:
    values = np.random.default_rng(count).exponential(1.0, count) - 0.9  # skewed on purpose
    ours = bootstrap(values, draws=10_000)
    theirs = stats.bootstrap(
        (values,), np.mean, n_resamples=10_000, method="BCa", rng=np.random.default_rng(5)
    ).confidence_interval
    width = theirs.high - theirs.low
    assert ours.low == pytest.approx(theirs.low, abs=0.05 * width)
    assert ours.high == pytest.approx(theirs.high, abs=0.05 * width)
    assert bootstrap(values) == bootstrap(values)
    assert bootstrap(values, seed=1) != bootstrap(values, seed=2)


def test_the_interval_holds_the_truth_as_often_as_it_says() -> None:
    random = np.random.default_rng(11)
    held = [
        found.low <= 0.1 <= found.high
        for _ in range(200)
        for found in [bootstrap(random.normal(0.1, 1, 50), draws=500)]
    ]
    assert 0.90 <= np.mean(held) <= 0.99


@pytest.mark.parametrize(("better", "worse"), [(0, 0), (1, 0), (7, 7), (30, 12), (5200, 4800)])
def test_the_sign_test_is_exact(better: int, worse: int) -> None:
    found = sign_test(np.array([-1.0] * better + [1.0] * worse + [0.0] * 3))
    assert (found.better, found.worse, found.ties) == (better, worse, 3)
    exact = stats.binomtest(better, better + worse).pvalue if better + worse else 1.0
    assert found.p == pytest.approx(exact)


def test_mcnemar_looks_at_what_flipped() -> None:
    base = [True] * 50 + [False] * 20 + [True] * 3
    other = [True] * 50 + [True] * 20 + [False] * 3
    found = mcnemar(base, other)
    assert (found.better, found.worse, found.ties) == (20, 3, 50)
    assert found.p == pytest.approx(stats.binomtest(20, 23).pvalue)
    with pytest.raises(InvalidInput):
        mcnemar([True], [])


def test_a_detectable_difference_is_detected_in_four_of_five_tries() -> None:
    random = np.random.default_rng(7)
    size = detectable(random.normal(0, 1, 100_000)) * np.sqrt(100_000 / 100)
    samples = random.normal(size, 1, (4000, 100))
    shown = samples.mean(1) - 1.96 * samples.std(1, ddof=1) / 10 > 0
    assert shown.mean() == pytest.approx(0.8, abs=0.03)


def test_holm() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.9, 0.9]) == [1.0, 1.0]
    assert holm([]) == []
