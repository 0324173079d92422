"""Two versions on the same documents: paired statistics, and what they say in words.

Documents differ far more from each other than two versions differ on one of them, so only the
difference on each document counts. All functions are pure and give the same answer for the same
input and seed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from statistics import NormalDist
from typing import TYPE_CHECKING, Any

from ogai_lab.core.errors import InvalidInput, require
from ogai_lab.models.types import Comparison, Interval, ItemScore, SignTest

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]

DRAWS = 10_000
SEED = 20_260_101
LEVEL = 0.95
POWER = 0.8
MOST_SHOWN = 100
MOST_SCORES = 10_000
_CHUNK = 1 << 20  # numbers drawn at a time
_THREADS = 2


def compare(
    base: Sequence[ItemScore],
    other: Sequence[ItemScore],
    *,
    names: tuple[str, str],
    data: str = "",
    draws: int = DRAWS,
    seed: int = SEED,
) -> Comparison:
    """Compare two versions on the documents that both were measured on.

    Parameters
    ----------
    base, other
        The scores of each. Items that only one side has are counted and named, not compared.
    names
        What to call the two.
    data
        The data manifest that the documents are from.
    draws, seed
        Of the bootstrap.

    Returns
    -------
    Comparison
        Differences are `other` minus `base`, in bits per byte; lower is better.

    Raises
    ------
    InvalidInput
        When fewer than two documents are shared, or a document is there twice.
    """
    np = require("numpy", "models")
    first, second = _by_id(base, names[0]), _by_id(other, names[1])
    shared = [item for item in first if item in second]
    if len(shared) < 2:
        raise InvalidInput(
            f"{names[0]} and {names[1]} were measured on {len(shared)} documents in common; "
            "a comparison takes two or more.",
            action="Evaluate both on the same data manifest.",
        )
    left = np.array([first[item].bits_per_byte for item in shared])
    right = np.array([second[item].bits_per_byte for item in shared])
    differences = right - left
    only = [i for i in first if i not in second], [i for i in second if i not in first]
    interval = bootstrap(differences, draws=draws, seed=seed)
    sign = sign_test(differences)
    verdict = (
        "better" if interval.high < 0 else "worse" if interval.low > 0 else "no difference shown"
    )
    result = Comparison(
        base=names[0],
        other=names[1],
        data=data,
        shared=len(shared),
        only_base=only[0][:MOST_SHOWN],
        only_other=only[1][:MOST_SHOWN],
        not_shared=len(only[0]) + len(only[1]),
        mean_base=float(left.mean()),
        mean_other=float(right.mean()),
        corpus_base=_corpus([first[item] for item in shared]),
        corpus_other=_corpus([second[item] for item in shared]),
        difference=float(differences.mean()),
        interval=interval,
        sign=sign,
        detectable=detectable(differences),
        verdict=verdict,
        summary="",
        draws=draws,
        seed=seed,
        scores=list(zip(shared, left.tolist(), right.tolist(), strict=True))[:MOST_SCORES],
    )
    return result.model_copy(update={"summary": in_words(result)})


def bootstrap(
    values: Numbers, *, draws: int = DRAWS, seed: int = SEED, level: float = LEVEL
) -> Interval:
    """Return the bias-corrected and accelerated (BCa) bootstrap interval of a mean.

    Parameters
    ----------
    values
        Shape (items,); two or more.
    draws
        How many samples of the same size, with replacement.
    seed
        The same seed gives the same interval.
    level
        The share of intervals that hold the true mean.
    """
    np = require("numpy", "models")
    centre = float(values.mean())
    deviations = values - centre
    spread = float((deviations**2).sum())
    if spread == 0:
        return Interval(low=centre, high=centre, level=level)
    means = np.sort(_means(deviations, draws, seed)) + centre
    normal = NormalDist()
    below = (np.searchsorted(means, centre, "left") + np.searchsorted(means, centre, "right")) / 2
    bias = normal.inv_cdf(min(max(below / draws, 0.5 / draws), 1 - 0.5 / draws))
    skew = float((deviations**3).sum()) / (6 * spread**1.5)
    ends = []
    for share in ((1 - level) / 2, (1 + level) / 2):
        z = bias + normal.inv_cdf(share)
        ends.append(float(np.quantile(means, normal.cdf(bias + z / (1 - skew * z)))))
    return Interval(low=ends[0], high=ends[1], level=level)


def sign_test(differences: Numbers) -> SignTest:
    """Return the exact sign test of paired differences; below zero is better, ties are left out."""
    np = require("numpy", "models")
    better, worse = int((differences < 0).sum()), int((differences > 0).sum())
    ties = int(np.size(differences)) - better - worse
    return SignTest(better=better, worse=worse, ties=ties, p=_binomial(better, worse))


def mcnemar(base: Sequence[bool], other: Sequence[bool]) -> SignTest:
    """Return McNemar's exact test for two sides that are right or wrong on the same items.

    Raises
    ------
    InvalidInput
        When the two do not have the same number of items.
    """
    if len(base) != len(other):
        raise InvalidInput(f"{len(base)} and {len(other)} answers cannot be paired.")
    better = sum(theirs and not ours for ours, theirs in zip(base, other, strict=True))
    worse = sum(ours and not theirs for ours, theirs in zip(base, other, strict=True))
    ties = len(base) - better - worse
    return SignTest(better=better, worse=worse, ties=ties, p=_binomial(better, worse))


def detectable(differences: Numbers, *, level: float = LEVEL, power: float = POWER) -> float:
    """Return the true mean difference that would be shown in `power` of all such samples."""
    normal = NormalDist()
    error = float(differences.std(ddof=1)) / math.sqrt(len(differences))
    return (normal.inv_cdf((1 + level) / 2) + normal.inv_cdf(power)) * error


def holm(p_values: Sequence[float]) -> list[float]:
    """Return the p-values of several tests, adjusted by Holm's method, in their order."""
    order = sorted(range(len(p_values)), key=lambda index: p_values[index])
    adjusted = [0.0] * len(p_values)
    largest = 0.0
    for rank, index in enumerate(order):
        largest = max(largest, min(1.0, (len(p_values) - rank) * p_values[index]))
        adjusted[index] = largest
    return adjusted


def in_words(result: Comparison) -> str:
    """Return what a comparison says, in one or two sentences."""
    base, other = _short_names(result.base, result.other)
    low, high = result.interval.low, result.interval.high
    digits = _digits(high - low or abs(result.difference))
    size = f"{abs(result.difference):.{digits}f}"
    evidence = (
        f"better on {result.sign.better:,}, worse on {result.sign.worse:,}"
        + (f", the same on {result.sign.ties:,}" if result.sign.ties else "")
        + f"; sign test p {_p(result.sign.p)}"
    )
    level = f"{result.interval.level:.0%}".replace("%", " %")
    if result.verdict == "no difference shown":
        text = (
            f"No difference shown between {base} and {other}: {other} is {size} bits per byte "
            f"{'lower' if result.difference <= 0 else 'higher'} on {result.shared:,} shared "
            f"documents, and the {level} interval, {low:+.{digits}f} to {high:+.{digits}f}, "
            f"includes zero ({evidence}). A difference below {result.detectable:.{digits}f} would "
            "most likely not have been seen with these documents."
        )
    else:
        ends = sorted((abs(low), abs(high)))
        text = (
            f"{other} is {result.verdict} than {base}: {size} bits per byte "
            f"{'lower' if result.difference < 0 else 'higher'} on {result.shared:,} shared "
            f"documents ({level} interval {ends[0]:.{digits}f} to {ends[1]:.{digits}f}; "
            f"{evidence})."
        )
    if result.not_shared:
        text += f" {result.not_shared:,} documents were measured for one of them only."
    return text


def _means(values: Numbers, draws: int, seed: int) -> Numbers:
    """Return the means of `draws` samples with replacement.

    Each chunk of draws has a random stream of its own, so that two threads give what one does.
    """
    np = require("numpy", "models")
    count = len(values)
    rows = max(1, _CHUNK // count)
    streams = np.random.SeedSequence(seed).spawn(-(-draws // rows))

    def chunk(stream: Any) -> Numbers:
        random = np.random.Generator(np.random.SFC64(stream))
        chosen = random.integers(0, count, size=(rows, count), dtype=np.int32)
        drawn: Numbers = np.empty(chosen.shape)
        values.take(chosen, out=drawn, mode="clip")  # unchecked: three times as fast
        means: Numbers = drawn.mean(axis=1)
        return means

    with ThreadPoolExecutor(_THREADS) as pool:
        means: Numbers = np.concatenate(list(pool.map(chunk, streams)))
    return means[:draws]


def _binomial(better: int, worse: int) -> float:
    """Return the two-sided p-value of a fair coin that fell `better` and `worse` times."""
    np = require("numpy", "models")
    count = better + worse
    if count == 0:
        return 1.0
    logs = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, count + 1)))])
    k = np.arange(min(better, worse) + 1)
    tail = np.exp(logs[count] - logs[k] - logs[count - k] - count * math.log(2)).sum()
    return min(1.0, 2 * float(tail))


def _by_id(scores: Sequence[ItemScore], name: str) -> dict[str, ItemScore]:
    found = {score.id: score for score in scores}
    if len(found) < len(scores):
        raise InvalidInput(f"The evaluation of {name} has a document twice.")
    return found


def _corpus(scores: Sequence[ItemScore]) -> float:
    return math.fsum(score.bits for score in scores) / sum(score.bytes for score in scores)


def _short_names(base: str, other: str) -> tuple[str, str]:
    """Leave out the model's name where both are versions of it."""
    model, _, revision = base.rpartition("@")
    other_model, _, other_revision = other.rpartition("@")
    return (revision, other_revision) if model and model == other_model else (base, other)


def _digits(width: float) -> int:
    """How many decimals show a number of this size with two digits that mean something."""
    return min(9, max(2, 1 - math.floor(math.log10(width)))) if width > 0 else 2


def _p(p: float) -> str:
    return "< 0.001" if p < 0.001 else f"= {p:.3f}" if p < 0.995 else "= 1"
