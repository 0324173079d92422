import re
import time
from collections.abc import Callable
from concurrent.futures import Executor
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from ogai_lab.core.blobs import BlobStore, Digest
from ogai_lab.core.errors import InvalidInput
from ogai_lab.data import ledger, manifest, reading
from ogai_lab.data.authoring import OwnStage, stage
from ogai_lab.data.checking import checked
from ogai_lab.data.course import Run
from ogai_lab.data.types import Manifest, Pipeline, Policy, Rule, TextFolder

Make = Callable[..., Pipeline]
WORDS = re.compile(r"\w+")
LOUD = 0.5


def share(part: int, whole: int) -> float:
    return part / max(1, whole)


@stage({"shouting": "double", "loud": "bool"})
def shouting(text: str) -> dict[str, Any]:
    """Uses a pattern, a constant and a function of this module."""
    words = WORDS.findall(text)
    found = share(sum(word.isupper() for word in words), len(words))
    return {"shouting": found, "loud": found > LOUD}


@stage({"size": "int64"}, over="batch")
def size(batch: pa.RecordBatch) -> Any:
    import pyarrow.compute as pc

    assert "poison" not in batch["text"].to_pylist(), "poison found"
    return pc.utf8_length(batch["text"])


@stage({"n": "int64"}, seconds=1)
def trap(text: str) -> int:
    import os
    import re

    if text.startswith("bomb"):
        re.match(r"(a+)+$", "a" * 60 + "b")
    if text.startswith("die"):
        os._exit(3)
    if text.startswith("raise"):
        raise LookupError("not this one")
    return len(text) if text != "untyped" else "many"  # type: ignore[return-value]


@pytest.fixture(autouse=True)
def small_tasks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_TASK_BYTES", 4096)


def over(tmp_path: Path, texts: dict[str, str], *stages: OwnStage, **more: Any) -> Pipeline:
    folder = tmp_path / "texts"
    folder.mkdir(exist_ok=True)
    for name, text in texts.items():
        (folder / f"{name}.txt").write_text(text)
    fields = {"sources": [TextFolder(path=str(folder))], "stages": list(stages)}
    none = {"split": {"heldout": 0}, "tokenizer": None, "packing": None}
    return Pipeline.model_validate({**fields, **none, **more})


def ran(pipeline: Pipeline, store: BlobStore, pool: Executor) -> Manifest:
    return manifest.load(store, Run(pipeline, store, pool)())


def test_a_function_of_a_module_gives_a_signal_that_the_policy_reads(
    tmp_path: Path, store: BlobStore, threads: Executor
) -> None:
    rule = Rule(reason="loud", column="loud", drop="is", value=True)
    pipeline = over(
        tmp_path,
        {"a": "HEAR ME", "b": "a quiet word"},
        shouting,
        size,
        policy=Policy(name="p", rules=[rule]),
    )
    again = Pipeline.model_validate_json(pipeline.model_dump_json())
    found = ran(again, store, threads)
    (drop,) = ledger.page(store, Digest(found.ledger), None, 10, 0).items
    assert (drop.path, drop.stage, drop.value) == ("a.txt", "shouting", 1.0)
    source = store.get(Digest(found.own_stages["shouting"])).decode()
    assert "WORDS = re.compile" in source
    assert "def share" in source
    assert "LOUD = 0.5" in source
    assert "@stage" not in source
    assert shouting("HEAR me")["shouting"] == 0.5
    assert not found.shards


def test_what_a_stage_cannot_do_is_set_aside_and_the_run_goes_on(
    tmp_path: Path, store: BlobStore, threads: Executor
) -> None:
    bad = {"b": "bomb", "d": "die", "r": "raise", "u": "untyped"}
    good = {f"good{n}": "fine" * n for n in range(1, 6)}
    start = time.monotonic()
    found = ran(over(tmp_path, bad | good, trap), store, threads)
    assert time.monotonic() - start < 60
    assert (found.read.documents, found.kept.documents) == (9, 5)
    assert found.quarantined.documents == 4
    page = ledger.page(store, Digest(found.ledger), "quarantine", 10, 0)
    errors = {drop.path: drop.error or "" for drop in page.items}
    assert errors["r.txt"] == "LookupError: not this one"
    assert "longer than 1 s" in errors["b.txt"]
    assert "exit code 3" in errors["d.txt"]
    assert errors["u.txt"].startswith("Arrow")
    assert {drop.stage for drop in page.items} == {"trap"}
    assert {drop.split for drop in page.items} == {"quarantine"}


def test_of_a_batch_only_the_document_at_fault_is_set_aside(
    tmp_path: Path, store: BlobStore, threads: Executor
) -> None:
    texts = {f"t{n:02}": f"text {n}" for n in range(20)} | {"p": "poison"}
    found = ran(over(tmp_path, texts, size), store, threads)
    assert (found.quarantined.documents, found.kept.documents) == (1, 20)


def test_a_stage_that_never_works_is_at_fault_itself(
    tmp_path: Path, store: BlobStore, threads: Executor
) -> None:
    pipeline = over(tmp_path, {f"t{n}": f"raise {n}" for n in range(5)}, trap)
    with pytest.raises(InvalidInput, match="raised on 5 of 5") as caught:
        ran(pipeline, store, threads)
    assert "not this one" in caught.value.cause


def test_what_cannot_travel_is_refused_by_name() -> None:
    handle = object()
    with pytest.raises(InvalidInput, match="'handle', a object"):

        @stage({"x": "int64"})
        def closed(text: str) -> int:
            return id(handle)

    with pytest.raises(InvalidInput) as caught:
        stage({"x": "float99"})(lambda text: 1)
    assert caught.value.field == "stage"
    with pytest.raises(InvalidInput, match="columns") as caught:

        @stage({"x": "float99"})
        def typed(text: str) -> int:
            return 1


def test_a_rule_may_use_the_columns_of_ones_own_stage(tmp_path: Path) -> None:
    rule = Rule(reason="r", column="shouting", drop="above", value=0.4)
    checked(over(tmp_path, {}, shouting, policy=Policy(name="p", rules=[rule])))
    with pytest.raises(InvalidInput, match="already made by"):
        checked(over(tmp_path, {}, shouting, shouting))
