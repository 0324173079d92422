"""Workers that are lost: the run goes on, without the document that ends every worker."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from ogai_lab.core.blobs import BlobStore
from ogai_lab.core.errors import Unavailable
from ogai_lab.data import pool, reading, writing
from ogai_lab.data.authoring import stage
from ogai_lab.data.course import Run
from ogai_lab.data.engine import Engine
from ogai_lab.data.sources import batches
from ogai_lab.data.sources.files import Piece
from ogai_lab.data.types import Pipeline, Policy, Split, StageSpec, TextFolder
from tests.data import chain
from tests.data.executors import Here

SAID = "a worker died on this document (signal 9, probably out of memory)"


@pytest.fixture(autouse=True)
def small_tasks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_TASK_BYTES", 4096)
    monkeypatch.setattr(writing, "_SHARD_BYTES", 16384)


@stage({"seen": "int64"}, name="deadly")
def deadly(text: str) -> int:
    import os
    from pathlib import Path

    if "number 62005." in text or "第61005句" in text:
        worker = os.getppid()  # that this process serves
        assert "multiprocessing" in Path(f"/proc/{worker}/cmdline").read_text()
        os.kill(worker, 9)
        os._exit(1)
    return len(text)


@stage({"seen": "int64"}, name="deadly")
def failing(text: str) -> int:
    if "number 62005." in text or "第61005句" in text:
        raise MemoryError
    return len(text)


def run(over: Pipeline, folder: Path, workers: int) -> dict[str, bytes]:
    with pool.process_pool(workers) as processes:
        Run(over, BlobStore(str(folder / "blobs")), processes, out=str(folder / "out"))()
    chain.check_account(folder / "out", over)
    return chain.contents(folder / "out")


def pipeline(folder: Path, own: StageSpec, late: bool) -> Pipeline:
    """Return a short chain with a stage of one's own, before its pass or behind it."""
    stages = [StageSpec(stage="extract"), StageSpec(stage="exact")]
    stages.insert(2 if late else 1, own)
    rules = [rule for rule in chain.RULES if rule.column == "exact_kept"]
    return chain.pipeline(folder).model_copy(
        update={
            "stages": stages,
            "policy": Policy(name="p", rules=rules),
            "split": Split(heldout=0),
        }
    )


@pytest.mark.parametrize("late", [False, True])
def test_the_document_that_ends_every_worker_is_set_aside(tmp_path: Path, late: bool) -> None:
    over, calm = (pipeline(tmp_path / "in", each, late) for each in (deadly, failing))
    chain.write(tmp_path / "in")
    Run(calm, BlobStore(str(tmp_path / "calm")), Here(), out=str(tmp_path / "expected"))()
    made = run(over, tmp_path / "one", 1)
    assert late or run(over, tmp_path / "two", 2) == made
    expected = chain.contents(tmp_path / "expected")
    documents = {name for name in expected if name.startswith("documents/")}
    assert documents
    assert {name: made[name] for name in documents} == {name: expected[name] for name in documents}
    rows, others = (
        pq.read_table(tmp_path / out / "ledger.parquet").to_pylist()
        for out in ("one/out", "expected")
    )
    aside = [row for row in rows if row["reason"] == "quarantine"]
    assert [(row["stage"], row["error"]) for row in aside] == [("deadly", SAID)] * 2
    assert [row | {"error": None} for row in rows] == [row | {"error": None} for row in others]


def test_a_worker_killed_from_outside_costs_nothing(tmp_path: Path) -> None:
    chain.write(tmp_path / "in", pages=40)
    over = pipeline(tmp_path / "in", StageSpec(stage="length"), late=True)
    expected = run(over, tmp_path / "calm", 1)
    killed = threading.Event()

    def kill() -> None:
        while not list(tmp_path.glob("rough/blobs/tasks/*/*.json")):
            time.sleep(0.001)
        pid = multiprocessing.active_children()[0].pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        killed.set()

    threading.Thread(target=kill, daemon=True).start()
    assert run(over, tmp_path / "rough", 2) == expected
    assert killed.is_set()


def die(url: str, *arguments: object) -> dict[str, object]:
    os.kill(os.getpid(), signal.SIGKILL)
    return {}


def test_work_that_no_worker_survives_ends_the_run_in_words(tmp_path: Path) -> None:
    with pool.process_pool(1) as one:
        engine = Engine(BlobStore(str(tmp_path)), one, lambda progress: None)
        with pytest.raises(Unavailable, match=r"die \(signal 9, probably out of memory\)"):
            list(engine.all(die, [(None, ())]))


def test_a_file_that_ends_whoever_reads_it_is_set_aside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for number in range(12):
        (folder / f"{number}.txt").write_text(chain.text_of("en", number))
    whole = batches._same

    def faulty(piece: Piece, expected: str) -> Any:
        if piece.path == "7.txt":
            os.kill(os.getpid(), signal.SIGKILL)
        return whole(piece, expected)

    monkeypatch.setattr(batches, "_same", faulty)
    monkeypatch.setattr(pool, "_context", lambda: multiprocessing.get_context("fork"))
    over = Pipeline(
        sources=[TextFolder(path=str(folder))],
        stages=[StageSpec(stage="length")],
        split=Split(heldout=0),
        tokenizer=None,
        packing=None,
    )
    with pool.process_pool(2) as processes:
        Run(over, BlobStore(str(tmp_path / "blobs")), processes, out=str(tmp_path / "out"))()
    fates = chain.fates(tmp_path / "out")
    assert sorted(fates.values()) == ["kept"] * 11 + ["quarantine"]
    (row,) = pq.read_table(tmp_path / "out" / "ledger.parquet").to_pylist()
    assert (row["path"], row["stage"], row["error"]) == ("7.txt", "read", SAID)
