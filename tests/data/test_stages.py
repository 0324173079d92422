from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from ogai_lab.core.errors import InvalidInput
from ogai_lab.data.classifiers import train_classifier
from ogai_lab.data.stages import STAGES, Stage, build, keeping_raw
from ogai_lab.data.stages.base import NoOptions
from ogai_lab.data.types import StageSpec

TEXTS = [
    "def f():\n    return 1\n",
    "",
    "   \n\n",
    "电话13800138000请拨打\n",
    "0x00 0x01 \\xff 12345",
    "same line\n" * 10,
    "x" * 100_000,
    "\x00\ufffd\U0001f600",
]


def batch(texts: list[str] = TEXTS) -> pa.RecordBatch:
    return pa.record_batch({"text": pa.array(texts, pa.large_string())})


def signals(stage: str, *texts: str, **options: object) -> dict[str, list[object]]:
    found = build(StageSpec(stage=stage, options=options)).process(batch(list(texts)))
    return found.to_pydict()


def given(stage: Stage[Any], texts: list[str] = TEXTS) -> pa.RecordBatch:
    """Return a batch with what a stage wants: pages of the texts, null for what else there is."""
    found = batch(texts)
    for column in stage.wants:
        if column == "html":
            pages = [text.encode() for text in texts]
            found = found.append_column(column, pa.array(pages, pa.large_binary()))
        elif column != "text":
            found = found.append_column(column, pa.nulls(len(texts), pa.string()))
    return found


def built(name: str) -> Stage[Any]:
    """Return a stage by its name alone, and a classifier that learned next to nothing."""
    options = {}
    if name == "classifier":
        trained = train_classifier(["good words"] * 10 + ["bad words"] * 10, [1] * 10 + [0] * 10)
        options = {"model": trained.classifier.model_dump()}
    return build(StageSpec(stage=name, options=options))


@pytest.mark.parametrize("name", sorted(STAGES))
def test_a_stage_adds_its_columns_and_nothing_else_changes(name: str) -> None:
    stage = built(name)
    before = given(stage)
    found = stage.process(before)
    assert found.num_rows == before.num_rows
    for column in set(before.schema.names) - set(stage.replaces):
        assert found[column].equals(given(stage)[column])
    assert found.schema.names == [*before.schema.names, *stage.columns]
    for column, type_ in stage.columns.items():
        assert found.schema.field(column).type == pa.type_for_alias(type_)
    assert found.equals(stage.process(given(stage)))


@pytest.mark.parametrize("name", sorted(STAGES))
def test_a_document_is_judged_alone(name: str) -> None:
    stage = built(name)
    whole = stage.process(given(stage)).to_pylist()
    alone = [stage.process(given(stage, [text])).to_pylist()[0] for text in TEXTS]
    assert whole == alone


def test_lengths() -> None:
    found = signals("length", "汉字 and\n\n two", "")
    assert found["characters"] == [12, 0]
    assert found["words"] == [3, 0]
    assert found["lines"] == [2, 0]


def test_characters() -> None:
    found = signals("characters", "ab12", "汉字汉字", "\\xff 0x0a", " ")
    assert found["letter_ratio"] == [0.5, 1.0, 0.625, None]
    assert found["digit_ratio"] == [0.5, 0.0, 1.0, None]


def test_duplicates_share_a_key_whatever_their_space_and_case() -> None:
    one, two, other = signals("exact_duplicate", "A  b\n", "a B", "ab")["exact_key"]
    assert one == two != other
    exact = signals("exact_duplicate", "A b", "a b", fold_case=False)["exact_key"]
    assert exact[0] != exact[1]


def test_repetition() -> None:
    table = "\n".join(f"    '\\x{n:02x}'  #  0x{n:02X} -> SOME NAME" for n in range(40))
    prose = "\n".join(f"{'word, ' * (n + 1)}end" for n in range(12))
    found = signals("repetition", "a\nb\na\na", table, prose, "")
    assert found["repeated_line_ratio"] == [0.5, 0.0, 0.0, None]
    few, tabular, free, none = found["same_form_ratio"]
    assert few is None
    assert none is None
    assert tabular > 0.9
    assert free == 0


def test_boilerplate() -> None:
    found = signals(
        "boilerplate",
        "# Copyright (c) 2001 Somebody",
        "# This file is generated; DO NOT EDIT",
        "def generate(): pass",
        "x" * 700 + "All rights reserved",
    )
    assert found["licence"] == [True, False, False, False]
    assert found["generated"] == [False, True, False, False]


@pytest.mark.parametrize(
    ("spec", "field"),
    [
        (StageSpec(stage="lenght"), "stages.0.stage"),
        (StageSpec(stage="length", options={"x": 1}), "stages.0.options.x"),
        (
            StageSpec(stage="exact_duplicate", options={"fold_case": "maybe"}),
            "stages.0.options.fold_case",
        ),
    ],
)
def test_what_is_unknown_is_refused_by_name(spec: StageSpec, field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        build(spec, "stages.0")
    assert caught.value.field == field


class Shout(Stage[NoOptions]):
    """Puts the text in capitals."""

    name = "shout"
    columns = {"was": "int64"}
    replaces = ("text",)

    def signals(self, batch: pa.RecordBatch) -> dict[str, pa.Array]:
        return {"text": pc.utf8_upper(batch["text"]), "was": pc.utf8_length(batch["text"])}


def test_a_text_put_anew_takes_its_size_along_and_is_kept_once() -> None:
    stage = Shout(NoOptions())
    before = batch(["ß", "ab"]).append_column("bytes", pa.array([2, 2]))
    found = stage.process(keeping_raw(stage, before))
    assert found.schema.names == ["text", "bytes", "raw_text", "was"]
    assert found["text"].to_pylist() == ["ẞ", "AB"]
    assert found["bytes"].to_pylist() == [3, 2]
    assert keeping_raw(stage, found)["raw_text"].to_pylist() == ["ß", "ab"]
    length = build(StageSpec(stage="length"))
    assert keeping_raw(length, before) is before
