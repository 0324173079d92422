"""A proxy experiment with real jobs, as small as it can be."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ogai_lab.commands.comparing import _wait_silently
from ogai_lab.commands.proxies import Experiment, proxy
from ogai_lab.core.errors import Conflict
from ogai_lab.core.operations import Caller
from ogai_lab.data.types import Pipeline, Policy, Rule, StageSpec, TextFolder
from ogai_lab.workbench import Workbench

ME = Caller("me")
TINY = Experiment(tokens=2048, vocab_size=300, length=32, hidden=32, layers=1, processes=1)
STAGES = ["length", "exact_duplicate", "boilerplate", "repetition", "characters"]

KEEP_ALL = Policy(name="all")

pytestmark = pytest.mark.slow


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Workbench]:
    with Workbench.local(tmp_path / "home") as workbench:
        yield workbench


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    folder = tmp_path / "texts"
    folder.mkdir()
    for number in range(60):
        words = " ".join(f"{word}{(number * 7 + n) % 23}" for n, word in enumerate(_TEXT.split()))
        (folder / f"{number:02}.txt").write_text(f"{words} " * (1 + number % 3))
    return folder


_TEXT = "the shard holds tokens and each batch reads one row of it before the next comes"


def made(bench: Workbench, texts: Path, least: float, **more: object) -> str:
    """Run a pipeline that drops texts of fewer characters, and return its manifest."""
    rule = Rule(reason="short", column="characters", drop="below", value=least)
    fields: dict[str, object] = {
        "name": "tiny corpus",
        "sources": [TextFolder(path=str(texts))],
        "stages": [StageSpec(stage=name) for name in STAGES],
        "policy": Policy(name=f"at least {least}", rules=[rule]),
        "split": {"heldout": 0.3, "policy": KEEP_ALL, "leaked": None},
        "tokenizer": None,
        "packing": None,
    }
    job = bench.data.prepare(Pipeline.model_validate(fields | more), ME, workers=1)
    _wait_silently(bench)([job])
    return bench.scheduler.job(job.id).outputs["manifest"]


def test_the_same_model_is_trained_on_both_and_compared(bench: Workbench, texts: Path) -> None:
    first, second = made(bench, texts, 1), made(bench, texts, 150)
    found = proxy(bench, first, second, TINY, _wait_silently(bench))
    assert found.shared == bench.data.manifest(first).heldout_kept.documents
    one, two = bench.models.versions("proxy/tiny-corpus")
    assert {one.tags["policy"], two.tags["policy"]} == {"at least 1", "at least 150"}


def test_what_is_held_out_may_not_be_trained_on(bench: Workbench, texts: Path) -> None:
    first = made(bench, texts, 1)
    other = made(bench, texts, 150, split={"heldout": 0.3, "salt": "another", "leaked": None})
    with pytest.raises(Conflict, match="are trained on by the other run"):
        proxy(bench, first, other, TINY, _wait_silently(bench))
    none = made(bench, texts, 150, split={"heldout": 0})
    with pytest.raises(Conflict, match="holds no documents out"):
        proxy(bench, none, first, TINY, _wait_silently(bench))
