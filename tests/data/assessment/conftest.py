"""Runs to assess: pages in two languages, with duplicates, menus and a benchmark's item in them."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import Executor
from pathlib import Path

import pytest

from ogai_lab.core.blobs import BlobStore
from ogai_lab.data import manifest
from ogai_lab.data.course import Run
from ogai_lab.data.types import HtmlFolder, Manifest, Pipeline, Policy, Rule, StageSpec
from tests.data.corpus import page, sentence

ITEM = "which of these seven rivers flows through the capital of the oldest kingdom in the north"
Make = Callable[..., Manifest]


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    """A folder of 24 pages: one twice, one short, one with an item of a benchmark."""
    folder = tmp_path / "pages"
    folder.mkdir()
    for number in range(20):
        text = page(("en", "zh")[number % 2], number, paragraphs=2 + number % 5)
        (folder / f"{number:02}.html").write_text(text)
    (folder / "twin.html").write_text(page("en", 0, paragraphs=2))
    (folder / "triplet.html").write_text(page("en", 0, paragraphs=2))
    (folder / "short.html").write_text("<html><body><p>Too little.</p></body></html>")
    leak = page("en", 99).replace(sentence("en", 99), ITEM)
    (folder / "leak.html").write_text(leak)
    return folder


@pytest.fixture
def run(pages: Path, store: BlobStore, threads: Executor, tmp_path: Path) -> Make:
    """Return a function that runs a pipeline over the pages, by its least of characters."""
    (tmp_path / "bench.jsonl").write_text(json.dumps({"id": "q1", "question": ITEM}) + "\n")

    def made(least: float = 100, **more: object) -> Manifest:
        fields: dict[str, object] = {
            "name": "pages",
            "sources": [HtmlFolder(path=str(pages))],
            "stages": [
                StageSpec(stage="extract"),
                StageSpec(stage="language"),
                StageSpec(stage="length"),
                StageSpec(stage="exact"),
                StageSpec(
                    stage="decontaminate",
                    options={"benchmarks": {"rivers": str(tmp_path / "bench.jsonl")}},
                ),
            ],
            "policy": Policy(
                name="p",
                rules=[
                    Rule(reason="short", column="characters", drop="below", value=least),
                    Rule(reason="twin", column="exact_kept", drop="present"),
                ],
            ),
            "split": {"heldout": 0},
            "keep_raw": True,
            "tokenizer": None,
            "packing": None,
        }
        pipeline = Pipeline.model_validate(fields | more)
        return manifest.load(store, Run(pipeline, store, threads)())

    return made
