from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ogai_lab.core.errors import InvalidInput
from ogai_lab.data.passes.decontaminate import Decontaminate, DecontaminateOptions

Reduced = Callable[..., list[dict[str, Any]]]
# datatrove, tests/pipeline/test_ngrams_decont.py: what stands in the documents, of hellaswag's
# items. The items here are made to hold it, for theirs are fetched from a hub.
TEXTS = [
    "A lady walks to a barbell. She bends down and grabs the pole.",
    "get into formation, then begin dancing and flipping as male cheerleaders join them.",
    "He is using commercial lawn mowing equipment. he walks back and forth as he mows the grass.",
    "He is using commercial lawn mowing equipment. he is animated as he does the task.",
    "walks outside plugs his lawn mower in and gets ready to mow",
    "",
    "walks outside plugs his lawn mower in and gets ready to",
]
ITEMS = [
    {"query": "A lady walks to a barbell. She bends down and grabs the pole. The lady",
     "label": "lifts it."},
    {"query": "Cheerleaders", "label": "get into formation, then begin dancing and flipping as "
     "male cheerleaders join them."},
    {"query": "He is using commercial lawn mowing equipment.",
     "label": "he walks back and forth as he mows the grass."},
    {"query": "A man walks outside plugs his lawn mower in and gets ready to mow", "label": "it"},
]  # fmt: skip
DOCS = [
    f"Nothing is so painful to the human mind as a great and sudden change. {text} "
    "Beware; for I am fearless, and therefore powerful."
    for text in TEXTS
]


def written(path: Path, items: list[dict[str, Any]]) -> str:
    path.write_text("".join(json.dumps(item, ensure_ascii=False) + "\n" for item in items))
    return str(path)


def table(found: list[str]) -> pa.Table:
    return pa.table({"text": pa.array(found, pa.large_string())})


@pytest.mark.parametrize(
    ("fields", "joined", "clean"),
    [
        (["label"], True, {0, 2, 3, 4, 5, 6}),
        (["query", "label"], False, {2, 3, 5, 6}),
        (["query", "label"], True, {3, 5, 6}),
    ],
    ids=["label", "query", "overlap"],
)
def test_as_datatrove_has_it(
    fields: list[str], joined: bool, clean: set[int], tmp_path: Path, reduced: Reduced
) -> None:
    path = written(tmp_path / "items.jsonl", ITEMS)
    options = DecontaminateOptions(
        benchmarks={"hellaswag": path}, fields=fields, joined=joined, n=12
    )
    rows = reduced(Decontaminate(options), table(DOCS), [3, 4])
    assert {i for i, row in enumerate(rows) if row["decontaminate_names"] is None} == clean
    assert rows[1]["decontaminate_item"] == "hellaswag:1"
    assert rows[1]["decontaminate_item_share"] > 0.5
    assert 0 < rows[1]["decontaminate_share"] < 0.2


def test_several_benchmarks_formats_and_scripts(tmp_path: Path, reduced: Reduced) -> None:
    question = "小明有12个苹果，给了小红5个，又买了3个，现在有几个？"
    with gzip.open(tmp_path / "a.jsonl.gz", "wt") as file:
        file.write(json.dumps({"id": "q7", "question": question, "choices": ["十", "八"]}) + "\n")
    pq.write_table(pa.table({"text": [question * 2, "x " * 30]}), tmp_path / "b.parquet")
    names = {"b": str(tmp_path / "b.parquet"), "a": str(tmp_path / "a.jsonl.gz")}
    pass_ = Decontaminate(DecontaminateOptions(benchmarks=names))
    assert set(map(str, pass_.files())) == set(names.values())
    traditional = "題：小明有１２個蘋果,給了小紅5個,又買了3個,現在有幾個?答：十"
    found = [traditional, question.replace("12", "13"), "别的", ""]
    same, other, few, empty = reduced(pass_, table(found))
    assert same["decontaminate_names"] == "a,b"
    assert same["decontaminate_item"] in ("a:q7", "b:0")
    assert other["decontaminate_item_share"] < same["decontaminate_item_share"]
    assert few == empty == dict.fromkeys(pass_.columns)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "cannot be read"),
        ("[]", "line 1 is no object"),
        ('{"a": "few words"}', "no item with 13"),
    ],
)
def test_a_bad_benchmark_is_refused(
    text: str, words: str, tmp_path: Path, reduced: Reduced
) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text(text)
    with pytest.raises(InvalidInput, match=words):
        reduced(Decontaminate(DecontaminateOptions(benchmarks={"x": str(path)})), table(["a"]))


def test_a_file_that_is_not_there_is_refused(reduced: Reduced) -> None:
    options = DecontaminateOptions(benchmarks={"x": "nowhere.jsonl"})
    with pytest.raises(InvalidInput, match=r"'nowhere\.jsonl' cannot be read"):
        reduced(Decontaminate(options), table(["a"]))
