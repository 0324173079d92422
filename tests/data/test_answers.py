from collections.abc import Callable
from concurrent.futures import Executor
from pathlib import Path

import pytest

from ogai_lab.core.blobs import BlobStore
from ogai_lab.core.errors import InvalidInput, NotFound
from ogai_lab.data import answers, manifest, reading
from ogai_lab.data.course import Run
from ogai_lab.data.previewing import preview
from ogai_lab.data.types import Manifest, Pipeline, Policy, Rule, StageSpec

Make = Callable[..., Pipeline]


@pytest.fixture
def made(
    make: Make, store: BlobStore, threads: Executor, monkeypatch: pytest.MonkeyPatch
) -> Manifest:
    monkeypatch.setattr(reading, "_TASK_BYTES", 4096)
    return manifest.load(store, Run(make(tokenizer=None, packing=None), store, threads)())


def test_the_funnel_ends_with_what_was_kept(made: Manifest) -> None:
    funnel = answers.funnel(made)
    assert funnel.steps[0].left_documents == made.read.documents
    last = funnel.steps[-1]
    assert (last.kind, last.left_documents) == ("kept", made.kept.documents)
    assert last.left_documents == last.documents
    assert sum(step.documents for step in funnel.steps) == made.read.documents


def test_every_document_has_one_fate(made: Manifest, store: BlobStore) -> None:
    def of(**asked: object) -> answers.Documents:
        fields = {"doc_id": None, "path": None, "state": None, "limit": 1000, "offset": 0}
        return answers.documents(store, made, **(fields | asked))  # type: ignore[arg-type]

    found = of()
    assert found.total == len(found.items) == made.read.documents
    assert len({each.doc_id for each in found.items}) == found.total
    assert of(state="kept").total == made.kept.documents
    assert of(state="heldout").total == made.heldout_kept.documents
    (short,) = of(path="short.txt").items
    assert (short.state, short.reason, short.value) == ("dropped", "too_short", 10)
    assert of(doc_id=short.doc_id).items == [short]
    assert [each.doc_id for each in of(limit=3, offset=5).items] == [
        each.doc_id for each in found.items[5:8]
    ]
    with pytest.raises(NotFound):
        of(doc_id="nobody")


def test_a_sample_of_the_dropped_is_the_same_for_the_same_seed(
    made: Manifest, store: BlobStore
) -> None:
    first = answers.dropped(store, made, None, 3, 0)
    assert first == answers.dropped(store, made, None, 3, 0)
    assert len(first.items) == 3
    with pytest.raises(InvalidInput, match="Reasons"):
        answers.dropped(store, made, "beauty", 3, 0)


def test_the_dedup_ledger_has_who_was_kept_instead(
    make: Make, store: BlobStore, threads: Executor
) -> None:
    rule = Rule(reason="twin", column="exact_kept", drop="present")
    pipeline = make(
        stages=[StageSpec(stage="exact"), StageSpec(stage="length")],
        policy=Policy(name="p", rules=[rule]),
        split={"heldout": 0},
        tokenizer=None,
        packing=None,
    )
    found = manifest.load(store, Run(pipeline, store, threads)())
    (twin,) = answers.duplicates(store, found, 10, 0).items
    assert {twin.path, "0000.txt"} == {"twin.txt", "0000.txt"} or twin.path == "0000.txt"
    assert twin.kept_id
    assert twin.value == 1.0


def test_a_preview_shows_signals_and_verdicts(make: Make, corpus: Path) -> None:
    found = preview(make(), 200)
    by_path = {row.path: row for row in found.rows}
    assert len(found.rows) == 66
    assert by_path["short.txt"].reason == "too_short"
    assert by_path["short.txt"].signals["characters"] == 10
    assert by_path["0003.txt"].state == "kept"
    assert found.dropped["too_short"] == 1
    assert [row.doc_id for row in preview(make(), 5).rows] == [
        row.doc_id for row in preview(make(), 5).rows
    ]
    assert len(preview(make(), 5).rows) == 5
