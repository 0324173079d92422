import json
from collections.abc import Callable
from concurrent.futures import Executor
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from ogai_lab.core.blobs import BlobStore, Digest
from ogai_lab.core.errors import Conflict
from ogai_lab.data import manifest, reading, writing
from ogai_lab.data.course import Run
from ogai_lab.data.output import Output
from ogai_lab.data.types import Manifest, Pipeline, Policy, Rule

Make = Callable[..., Pipeline]
DOCUMENTS = {"tokenizer": None, "packing": None}


@pytest.fixture(autouse=True)
def small_tasks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_TASK_BYTES", 4096)
    monkeypatch.setattr(writing, "_SHARD_BYTES", 8192)


def contents(folder: Path) -> dict[str, bytes]:
    files = (file for file in folder.rglob("*") if file.is_file())
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in files}


def test_the_kept_documents_are_parquet_files_beside_the_manifest(
    make: Make, store: BlobStore, threads: Executor, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    digest = Run(make(**DOCUMENTS), store, threads, out=str(out))()
    found = Manifest.model_validate_json((out / "manifest.json").read_bytes())
    assert store.get(digest) == (out / "manifest.json").read_bytes()
    assert len(found.documents) > 1
    tables = [pq.read_table(out / shard.name) for shard in found.documents]
    assert sum(table.num_rows for table in tables) == found.kept.documents
    assert {"text", "doc_id", "letter_ratio"} <= set(tables[0].column_names)
    assert pq.read_table(out / "ledger.parquet").num_rows == sum(
        count.documents for count in found.dropped.values()
    )
    lines = (out / "heldout.jsonl").read_text().splitlines()
    assert len(lines) == found.heldout_kept.documents
    assert json.loads(lines[0])["text"]


def test_what_was_lost_or_spoilt_in_the_folder_is_written_again(
    make: Make, store: BlobStore, threads: Executor, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    Run(make(**DOCUMENTS), store, threads, out=str(out))()
    before = contents(out)
    first, second = sorted((out / "documents").iterdir())[:2]
    first.write_bytes(b"spoilt")
    second.unlink()
    (out / "documents" / "part-99999.parquet").write_bytes(b"left by a run of other inputs")
    Run(make(**DOCUMENTS), store, threads, out=str(out))()
    assert contents(out) == before


def test_a_folder_of_another_run_or_of_other_files_is_refused(
    make: Make, store: BlobStore, threads: Executor, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    Run(make(**DOCUMENTS), store, threads, out=str(out))()
    before = contents(out)
    rule = Rule(reason="r", column="characters", drop="below", value=3)
    other = make(policy=Policy(name="other", rules=[rule]), **DOCUMENTS)
    with pytest.raises(Conflict, match="is of another run"):
        Run(other, store, threads, out=str(out))()
    assert contents(out) == before
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "thesis.txt").write_text("years of work")
    with pytest.raises(Conflict, match="holds other files"):
        Run(other, store, threads, out=str(mine))()


@pytest.mark.parametrize("where", ["folder", "memory://corpus-held"])
def test_two_runs_into_one_folder_are_refused(where: str, tmp_path: Path) -> None:
    url = str(tmp_path / where) if where == "folder" else where
    with Output(url).held("sha256:1"), pytest.raises(Conflict, match="writes into"):
        Output(url).held("sha256:1").__enter__()
    with Output(url).held("sha256:1"):
        pass


def test_a_folder_behind_a_url_has_the_same_bytes(
    make: Make, store: BlobStore, threads: Executor, tmp_path: Path
) -> None:
    here = Run(make(**DOCUMENTS), store, threads, out=str(tmp_path / "out"))()
    away = Run(make(**DOCUMENTS), store, threads, out="memory://corpus-out")()
    assert away == here


def test_a_changed_policy_computes_nothing_but_the_policy(
    make: Make, store: BlobStore, threads: Executor, corpus: Path
) -> None:
    known = manifest.load(store, Run(make("raw", **DOCUMENTS), store, threads)())
    calls: list[str] = []
    tuned = make("clean", **DOCUMENTS)
    expected = Run(tuned, BlobStore(f"{store.url}-other"), threads)()
    for file in corpus.iterdir():
        file.unlink()  # the inputs are not read again

    class Counting(type(threads)):  # type: ignore[misc]
        def submit(self, function, /, *args, **kwargs):  # type: ignore[no-untyped-def]
            calls.append(function.__name__)
            return super().submit(function, *args, **kwargs)

    with Counting(1) as pool:
        assert Run(tuned, store, pool, known=known)() == expected
    assert set(calls) == {"divide"}
    assert Digest(known.tables)
