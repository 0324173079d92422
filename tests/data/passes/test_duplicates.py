# ruff: noqa: RUF001 - characters of several widths and scripts are what this is about
"""Exact and near duplicates: what is found, which survives, and that nothing else decides."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from ogai_lab.data.kernels import minhash as kernel
from ogai_lab.data.kernels.letters import fold, folding
from ogai_lab.data.kernels.text import texts
from ogai_lab.data.passes.exact import Exact, ExactOptions
from ogai_lab.data.passes.minhash import MinHash, MinHashOptions

Reduced = Callable[..., list[dict[str, Any]]]
ZH = [chr(code) for code in range(0x4E00, 0x5200)]
EN = [a + b for a in "bcdfghklmnprst" for b in ("ab", "ent", "ing", "ol", "ud", "isk", "er")]


def documents(found: list[str], **more: list[Any]) -> pa.Table:
    ids = [f"d{i:04}" for i in range(len(found))]
    return pa.table({"doc_id": ids, "text": pa.array(found, pa.large_string()), **more})


def jaccard(one: str, other: str) -> float:
    a, b = ({key[i : i + 5] for i in range(len(key) - 4)} for key in map(key_of, (one, other)))
    return len(a & b) / len(a | b)


def key_of(text: str) -> str:
    return "".join(map(fold, text))


def planted(random_: random.Random, words: list[str], glue: str, changes: int) -> tuple[str, str]:
    text = [random_.choice(words) for _ in range(120)]
    other = list(text)
    for place in random_.sample(range(len(text)), changes):
        other[place] = random_.choice(words)
    return glue.join(text), glue.join(other)


# datatrove, tests/pipeline/test_exact_deduplication.py: the URLs of five documents.
URLS = ["https://example.com", "https://example.com", "https://new-site.com",
        "https://example.com", "https://example2.com"]  # fmt: skip


@pytest.mark.parametrize(
    ("priority", "kept"), [(None, {1, 3, 5}), ("rank", {3, 4, 5}), ("low", {1, 3, 5})]
)
def test_exact_as_datatrove_has_it(priority: str | None, kept: set[int], reduced: Reduced) -> None:
    table = pa.table(
        {"doc_id": list("12345"), "url": URLS, "rank": range(1, 6), "low": range(5, 0, -1)}
    )
    exact = Exact(ExactOptions(column="url", priority=priority))
    rows = reduced(exact, table, [2, 3])
    assert {i for i, row in enumerate(rows, 1) if row["exact_kept"] is None} == kept
    assert len({row["exact_group"] for row in rows} - {None}) == 1


def test_exact_folds_what_it_is_told_to_and_null_is_like_none(reduced: Reduced) -> None:
    table = documents(["A  b", "a b\n", "A b", "ab"], url=[None, None, "u", "v"])
    assert [row["exact_kept"] for row in reduced(Exact(ExactOptions()), table)] == [
        None, "d0000", "d0000", None]  # fmt: skip
    strict = Exact(ExactOptions(fold_case=False, fold_space=False))
    assert [row["exact_kept"] for row in reduced(strict, table)] == [None] * 4
    urls = reduced(Exact(ExactOptions(column="url")), table)
    assert [row["exact_group"] for row in urls] == [None] * 4


def test_equal_halves_of_a_key_are_not_yet_a_duplicate(reduced: Reduced) -> None:
    class Halved(Exact):
        def map(self, table: pa.Table) -> pa.Table:
            part = super().map(table)
            same = pa.array([[1]] * part.num_rows, pa.large_list(pa.uint64()))
            return part.set_column(part.schema.names.index("keys"), "keys", same)

    table = documents([f"text {i % 7}" for i in range(300)])
    rows = reduced(Halved(ExactOptions()), table)
    assert [row["exact_kept"] for row in rows] == [
        None if i < 7 else f"d{i % 7:04}" for i in range(300)
    ]


@pytest.mark.parametrize(
    "pass_",
    [
        Exact(ExactOptions()),
        MinHash(MinHashOptions()),
        MinHash(MinHashOptions(threshold=0.6)),
        MinHash(MinHashOptions(threshold=0.6, jaccard="true", priority="score")),
        MinHash(MinHashOptions(shingle="words", length=3)),
    ],
    ids=lambda pass_: f"{pass_.name}-{pass_.options}"[:60],
)
def test_only_the_documents_decide(pass_: Any, reduced: Reduced) -> None:
    random_ = random.Random(1)
    found = [text for n in range(40) for text in planted(random_, EN, " ", n % 9)]
    found += [*found[:5], "", "?!", *(planted(random_, ZH, "", 2) * 2)]
    table = documents(found, score=[random_.choice([None, 1, 2]) for _ in found])
    rows = reduced(pass_, table)
    assert any(row[f"{pass_.name}_kept"] for row in rows)
    expected = dict(zip(table["doc_id"].to_pylist(), rows, strict=True))
    for sizes, memory in (((1, 0, 50, 20), 1 << 30), ((30, 41), 1 << 8), ((71,), 1 << 12)):
        order = random_.sample(range(len(found)), len(found))
        given = [*sizes, len(found) - sum(sizes)]
        again = reduced(pass_, table.take(order), given, memory)
        assert {f"d{i:04}": row for i, row in zip(order, again, strict=True)} == expected


def test_the_columns_say_one_thing(reduced: Reduced) -> None:
    random_ = random.Random(2)
    found = [text for n in range(30) for text in planted(random_, ZH, "", n)]
    rows = reduced(MinHash(MinHashOptions()), documents(found))
    by_id = {f"d{i:04}": row for i, row in enumerate(rows)}
    groups = Counter(row["minhash_group"] for row in rows if row["minhash_group"] is not None)
    assert groups
    assert min(groups.values()) > 1
    for i, row in enumerate(rows):
        kept, likeness = row["minhash_kept"], row["minhash_similarity"]
        assert (kept is None) == (likeness is None)
        if kept is not None:
            assert kept < f"d{i:04}"
            assert by_id[kept]["minhash_kept"] is None
            assert by_id[kept]["minhash_group"] == row["minhash_group"]
            assert 0 <= likeness <= 1
    survivors = sum(row["minhash_kept"] is None for row in rows if row["minhash_group"] is not None)
    assert survivors == len(groups)


def test_script_case_width_and_space_make_no_difference(reduced: Reduced) -> None:
    found = [
        "漢語的資料處理很重要，請看說明。",
        "汉语的资料处理很重要 请看说明",
        "ＦＩＬＥ ﬁle café",
        "file: file, CAFE\u0301!",
    ]
    rows = reduced(MinHash(MinHashOptions()), documents(found))
    assert [row["minhash_kept"] for row in rows] == [None, "d0000", None, "d0002"]
    assert [row["minhash_similarity"] for row in rows] == [None, 1.0, None, 1.0]


def test_texts_without_letters_are_no_duplicates(reduced: Reduced) -> None:
    rows = reduced(MinHash(MinHashOptions()), documents(["", "", "12 34", "12 34", "🎉", "🎉"]))
    assert [row["minhash_group"] for row in rows] == [None] * 6


def test_a_long_run_is_divided_by_what_its_documents_hold(reduced: Reduced) -> None:
    class OneBand(MinHash):
        def map(self, table: pa.Table) -> pa.Table:
            part = super().map(table)
            same = pa.array([[1]] * part.num_rows, pa.large_list(pa.uint64()))
            return part.set_column(part.schema.names.index("keys"), "keys", same)

    random_ = random.Random(3)
    topics = [" ".join(random_.choices(EN, k=100)) for _ in range(5)]
    table = documents([topics[i % 5] for i in range(400)])
    rows = reduced(OneBand(MinHashOptions(threshold=0.9)), table)
    assert [row["minhash_kept"] for row in rows] == [
        None if i < 5 else f"d{i % 5:04}" for i in range(400)
    ]


@pytest.mark.parametrize(("words", "glue"), [(EN, " "), (ZH, "")], ids=["en", "zh"])
def test_recall_is_that_of_the_formula(words: list[str], glue: str) -> None:
    random_ = random.Random(4)
    pairs = [planted(random_, words, glue, n % 20) for n in range(600)]
    column = texts(pa.array([text for pair in pairs for text in pair], pa.large_string()))
    signatures = np.empty((len(column), 112), np.uint32)
    counts = np.empty(len(column), np.int64)
    kernel.signatures(
        column.data, column.offsets, *folding(), 5, False,
        *kernel.functions(112, 1), signatures, counts,
    )  # fmt: skip
    bands = np.empty((len(column), 14), np.uint64)
    kernel.bands(signatures, 8, bands)
    found = (bands[::2] == bands[1::2]).any(1)
    true = np.asarray([jaccard(*pair) for pair in pairs])
    chance = 1 - (1 - true**8) ** 14
    deviation = np.sqrt((chance * (1 - chance)).sum())
    assert 0.2 < chance.mean() < 0.9
    assert abs(found.sum() - chance.sum()) < 3 * deviation
    estimated = (signatures[::2] == signatures[1::2]).mean(1)
    error = np.abs(estimated - true) / np.sqrt(np.maximum(true * (1 - true), 1e-9) / 112)
    assert (error[true < 1] < 2).mean() > 0.9
    assert (estimated[true == 1] == 1).all()
