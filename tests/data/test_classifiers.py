from __future__ import annotations

import random

import pyarrow as pa
import pytest

from ogai_lab.core.errors import InvalidInput
from ogai_lab.data.classifiers import Classifier, train_classifier
from ogai_lab.data.stages.classifier import ClassifierOptions, Classify

GOOD = "研究 方法 结果 theorem proof method measured because therefore 证明 分析".split()  # noqa: SIM905
BAD = "点击 免费 领取 buy cheap click now bonus 加微信 优惠".split()  # noqa: SIM905
BOTH = "the and of in 的 了 在 是 we 我们 today 今天".split()  # noqa: SIM905


def labelled(count: int) -> tuple[list[str], list[int]]:
    dice = random.Random(3)
    texts, labels = [], []
    for _ in range(count):
        label = dice.random() < 0.5
        own = GOOD if label else BAD
        words = dice.choices(BOTH, k=20) + dice.choices(own, k=4)
        dice.shuffle(words)
        texts.append(" ".join(words))
        labels.append(int(label))
    return texts, labels


def test_it_learns_what_the_labels_say_and_travels_as_text() -> None:
    trained = train_classifier(*labelled(400))
    assert trained.accuracy > 0.95
    assert trained.auc > 0.98
    assert trained.heldout == 80
    again = Classifier.model_validate_json(trained.classifier.model_dump_json())
    stage = Classify(ClassifierOptions(model=again, column="science"))
    batch = pa.record_batch({"text": pa.array(["proof of the theorem", "click now", "", "的"])})
    scores = stage.process(batch)["science_score"].to_pylist()
    assert scores[0] > 0.9 > 0.1 > scores[1]
    assert scores[2] == pytest.approx(0.5, abs=0.3)


def test_the_same_labels_give_the_same_classifier_and_others_do_not() -> None:
    texts, labels = labelled(60)
    one, two = train_classifier(texts, labels), train_classifier(texts, labels)
    assert one == two
    assert train_classifier(texts, [1 - one for one in labels]).classifier != one.classifier


@pytest.mark.parametrize(
    ("texts", "labels", "words"),
    [
        (["a"] * 20, [1] * 19, "20 texts and 19 labels"),
        (["a"] * 20, [1] * 20, "too few"),
        (["a"] * 20, [1, 2] * 10, "else than 0 and 1"),
    ],
)
def test_labels_that_teach_nothing_are_refused(
    texts: list[str], labels: list[int], words: str
) -> None:
    with pytest.raises(InvalidInput, match=words) as caught:
        train_classifier(texts, labels)
    assert caught.value.action


def test_damaged_weights_are_refused() -> None:
    with pytest.raises(InvalidInput, match="damaged"):
        Classifier(bits=8, bias=0, scale=1, weights="xx").scores(pa.array(["a"]))
