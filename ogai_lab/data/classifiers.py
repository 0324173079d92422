"""Small classifiers of texts, trained on your own labels in seconds: good or not, toxic or not."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from pydantic import Field

from ogai_lab.core.errors import InvalidInput
from ogai_lab.core.types import Strict

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

_LEVELS = 127
_HELD_OUT = 5
"""Every so many texts one is held out, to measure on."""


class Classifier(Strict):
    """A linear model over words and pairs of words; all of it is here, so pipelines can hold it."""

    bits: int = Field(ge=8, le=22, description="2**bits weights.")
    bias: float
    scale: float = Field(description="What a weight of 127 is worth.")
    weights: str = Field(repr=False, description="int8, deflated, in base 64.")

    def scores(self, texts: pa.Array) -> NDArray[np.float64]:
        """Return the probability of each text of a column, 0 to 1."""
        import numpy as np

        from ogai_lab.data.kernels import linear
        from ogai_lab.data.kernels import text as columns

        out = np.empty(len(texts))
        found, bounds = linear.features(columns.texts(texts), self.bits)
        linear.logits(found, bounds, self._values(), self.bias, out)
        result: NDArray[np.float64] = 1.0 / (1.0 + np.exp(-out))
        return result

    def _values(self) -> NDArray[np.float64]:
        import numpy as np

        try:
            data = zlib.decompress(base64.b64decode(self.weights, validate=True))
        except (ValueError, zlib.error) as exc:
            raise _damaged() from exc
        if len(data) != 1 << self.bits:
            raise _damaged()
        levels = np.frombuffer(data, np.int8).astype(np.float64)
        return levels * np.float64(self.scale / _LEVELS)


class Trained(NamedTuple):
    """A classifier, and how it does on the texts that it was not trained on.

    `accuracy` is the share of right answers at 0.5; `auc` is how often a text of label 1 scores
    above one of label 0.
    """

    classifier: Classifier
    accuracy: float
    auc: float
    heldout: int


def train_classifier(
    texts: Sequence[str],
    labels: Sequence[bool | int],
    *,
    bits: int = 16,
    epochs: int = 10,
    rate: float = 0.5,
    seed: int = 0,
) -> Trained:
    """Train a classifier on labelled texts; a fifth of them is held out to measure it.

    Parameters
    ----------
    texts, labels
        The texts, and 1 (or True) for those that should score high.
    bits
        2**bits weights; more for more texts.
    epochs, rate, seed
        How often all texts are gone through, how far a step goes at the beginning, and what decides
        their order.

    Raises
    ------
    InvalidInput
        When there are too few texts, labels of one kind only, or another number of labels.
    """
    import numpy as np
    import pyarrow as pa

    from ogai_lab.data.kernels import linear
    from ogai_lab.data.kernels import text as columns

    wanted = np.asarray(labels, np.float64)
    _check(len(texts), wanted)
    found, bounds = linear.features(columns.texts(pa.array(list(texts), pa.large_string())), bits)
    dice = np.random.default_rng(seed)
    shuffled = dice.permutation(len(texts))
    held, train = shuffled[::_HELD_OUT], np.delete(shuffled, np.s_[::_HELD_OUT])
    order = np.concatenate([dice.permutation(train) for _ in range(epochs)])
    rates = rate * (1.0 - np.arange(len(order)) / len(order))
    weights = np.zeros(1 << bits)
    bias = linear.descend(found, bounds, wanted, order, rates, weights)
    classifier = _quantised(bits, float(bias), weights)
    column = pa.array([texts[place] for place in held], pa.large_string())
    scores = classifier.scores(column)
    return Trained(
        classifier=classifier,
        accuracy=float(np.mean((scores > 0.5) == (wanted[held] > 0.5))),
        auc=_auc(scores, wanted[held] > 0.5),
        heldout=len(held),
    )


def _quantised(bits: int, bias: float, weights: NDArray[np.float64]) -> Classifier:
    import numpy as np

    scale = float(np.abs(weights).max()) or 1.0
    levels = np.rint(weights * (_LEVELS / scale)).astype(np.int8)
    data = base64.b64encode(zlib.compress(levels.tobytes(), 9)).decode()
    return Classifier(bits=bits, bias=round(bias, 6), scale=round(scale, 6), weights=data)


def _check(texts: int, labels: NDArray[np.float64]) -> None:
    if texts != len(labels):
        raise InvalidInput(
            f"There are {texts} texts and {len(labels)} labels.",
            action="Give one label for each text.",
            field="labels",
        )
    if texts < 2 * _HELD_OUT or len(set(labels.tolist())) < 2:
        raise InvalidInput(
            f"{texts} texts with {len(set(labels.tolist()))} kinds of labels are too few to learn "
            "from.",
            action="Give ten texts at the least, of both labels; some hundreds are better.",
            field="labels",
        )
    if not set(labels.tolist()) <= {0.0, 1.0}:
        raise InvalidInput(
            "A label is something else than 0 and 1.",
            action="Give 1 (or True) for what should score high, else 0 (or False).",
            field="labels",
        )


def _auc(scores: NDArray[np.float64], good: NDArray[np.bool_]) -> float:
    """Return the area under the ROC curve: the Mann-Whitney statistic, ties by half."""
    import numpy as np

    above, below = scores[good], np.sort(scores[~good])
    if not len(above) or not len(below):
        return float("nan")
    left = np.searchsorted(below, above, "left")
    right = np.searchsorted(below, above, "right")
    return float(np.mean((left + right) / 2) / len(below))


def _damaged() -> InvalidInput:
    return InvalidInput(
        "The weights of this classifier are damaged.",
        action="Take them anew from where it was trained.",
        field="weights",
    )
