import json
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ogai_lab.core.blobs import BlobStore, Digest
from ogai_lab.core.errors import Corrupt, InvalidInput, StorageFull
from ogai_lab.data import ledger, manifest, reading, tables, tokenizer
from ogai_lab.data.course import Progress, Run
from ogai_lab.data.pool import process_pool
from ogai_lab.data.types import (
    PHASES,
    JsonLines,
    Manifest,
    Packing,
    Pipeline,
    TextFolder,
    TokenizerSpec,
)
from tests.data.executors import Here

Make = Callable[..., Pipeline]


@pytest.fixture(autouse=True)
def small_tasks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_TASK_BYTES", 4096)


@pytest.fixture
def made(make: Make, store: BlobStore, threads: Executor) -> Manifest:
    return manifest.load(store, Run(make(), store, threads)())


def heldout(store: BlobStore, found: Manifest) -> list[dict[str, Any]]:
    lines = store.get(Digest(found.heldout)).decode().splitlines()
    return [json.loads(line) for line in lines]


def test_the_same_bytes_on_one_process_and_on_three(make: Make, tmp_path: Path) -> None:
    def digests(pool: Executor, name: str) -> tuple[Digest, set[Digest]]:
        store = BlobStore(tmp_path / name)
        return Run(make(), store, pool)(), set(store.digests())

    alone = digests(Here(), "one")
    with process_pool(3) as pool:
        assert digests(pool, "three") == alone
    with ThreadPoolExecutor(4) as pool:
        assert digests(pool, "threads") == alone


def test_a_store_behind_a_url_serves_as_well(make: Make, made: Manifest) -> None:
    store = BlobStore("memory://corpora")
    assert Run(make(), store, Here())() == made.digest
    again = Here()
    assert Run(make(), store, again)() == made.digest
    assert "read" not in again.calls


def test_everything_read_is_kept_or_in_the_ledger(made: Manifest, store: BlobStore) -> None:
    dropped = sum(count.documents for count in made.dropped.values())
    assert made.read.documents == made.kept.documents + made.heldout_kept.documents + dropped == 66
    size = sum(count.bytes for count in made.dropped.values())
    assert made.read.bytes == made.kept.bytes + made.heldout_kept.bytes + size
    page = ledger.page(store, Digest(made.ledger), None, 1000, 0)
    assert page.total == dropped
    assert page.reasons == {reason: count.documents for reason, count in made.dropped.items()}
    by_path = {drop.path: drop for drop in page.items}
    expected = {
        "short.txt": ("length", "too_short", 10.0),
        "licence.txt": ("boilerplate", "licence", 1.0),
        "echo.txt": ("repetition", "repetition", pytest.approx(0.95)),
        "damaged.txt": ("source", "damaged", 2.0),
    }
    for path, (stage, reason, value) in expected.items():
        drop = by_path[path]
        assert (drop.stage, drop.reason, drop.value) == (stage, reason, value)
    assert by_path["table.txt"].reason in ("table", "few_letters")
    twin = by_path["twin.txt"] if "twin.txt" in by_path else by_path["0000.txt"]
    assert twin.reason in ("exact_duplicate", "leaked")
    assert twin.kept_id
    assert by_path["short.txt"].excerpt == "too little"


def test_a_page_of_the_ledger_by_reason(made: Manifest, store: BlobStore) -> None:
    page = ledger.page(store, Digest(made.ledger), "too_short", 10, 0)
    assert [drop.path for drop in page.items] == ["short.txt"]
    assert page.total == 1
    assert len(page.reasons) > 3
    assert ledger.page(store, Digest(made.ledger), "too_short", 10, 1).items == []


def test_shards_hold_what_the_manifest_says(made: Manifest, store: BlobStore) -> None:
    arrays = [tables.load_array(store, Digest(shard.digest)) for shard in made.shards]
    for array, shard in zip(arrays, made.shards, strict=True):
        assert array.shape == (shard.sequences, made.sequence_length)
        assert array.dtype == shard.dtype
        assert array.max() < made.vocab_size
    assert sum(array.size for array in arrays) == made.tokens
    assert 0 <= made.left_over < made.sequence_length
    ends = sum(int((array == made.eos_id).sum()) for array in arrays)
    assert made.kept.documents - 1 <= ends <= made.kept.documents


def test_raw_and_clean_hold_out_the_same_and_share_the_reading(
    make: Make, made: Manifest, store: BlobStore
) -> None:
    here = Here()
    raw_pipeline = make("raw", tokenizer=TokenizerSpec(digest=made.tokenizer))
    raw = manifest.load(store, Run(raw_pipeline, store, here)())
    assert "read" not in here.calls
    assert raw.heldout == made.heldout
    assert raw.tokenizer == made.tokenizer
    assert raw.kept.documents > made.kept.documents
    assert "damaged" not in raw.dropped
    assert len(heldout(store, made)) == made.heldout_kept.documents > 0


def test_held_out_documents_are_whole_and_not_in_training(
    make: Make, made: Manifest, store: BlobStore, corpus: Path
) -> None:
    for document in heldout(store, made):
        text = (corpus / document["path"]).read_text()
        assert document["text"] == text
        assert document["bytes"] == len(text.encode())
    vocabulary = tokenizer.load(store, Digest(made.tokenizer), "<|endoftext|>")
    shards = [tables.load_array(store, Digest(shard.digest)) for shard in made.shards]
    stream = np.concatenate(shards).reshape(-1).astype("u2").tobytes()
    probe = heldout(store, made)[0]["text"]
    assert vocabulary.encode([probe]).ids[4:40].astype("u2").tobytes() not in stream


def test_a_second_run_computes_nothing(make: Make, made: Manifest, store: BlobStore) -> None:
    here = Here()
    assert Run(make(), store, here)() == made.digest
    assert set(here.calls) == {"fingerprint"}


def test_a_changed_file_or_rule_is_computed_again(
    make: Make, made: Manifest, store: BlobStore, corpus: Path
) -> None:
    (corpus / "0007.txt").write_text("another text of words that is long enough to be kept " * 3)
    here = Here()
    again = Run(make(), store, here)()
    assert again != made.digest
    assert here.calls.count("read") == 1


def test_a_damaged_result_says_what_to_remove(make: Make, made: Manifest, store: BlobStore) -> None:
    for path in (store.path(digest) for digest in store.digests()):
        assert path is not None
        if b"doc_id" in path.read_bytes():  # what tasks gave to each other, and not the corpus
            path.chmod(0o644)
            path.write_bytes(path.read_bytes()[:-1] + b"\xff")
    found = 0
    while True:
        try:
            again = Run(make(), store, Here())()
            break
        except Corrupt as damage:
            name = damage.action.split("'")[1]
            (Path(store.url) / name).unlink()
            found += 1
    assert found
    assert again == made.digest


def test_progress_ends_at_its_total(make: Make, store: BlobStore) -> None:
    told: list[Progress] = []
    Run(make(), store, Here(), told.append)()
    done = [progress.done for progress in told]
    assert sorted(set(done)) == list(range(told[-1].total + 1))
    assert done == sorted(done)
    assert list(dict.fromkeys(progress.phase for progress in told)) == list(PHASES[1:8])
    assert told[-1].documents == 66


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"packing": Packing(sequence_length=1 << 20)}, "fewer than one sequence"),
        ({"sources": [TextFolder(path="/nowhere/at/all")]}, "/nowhere/at/all"),
        ({"tokenizer": TokenizerSpec(digest="sha256:" + "1" * 64)}, "no tokenizer"),
    ],
)
def test_a_run_that_cannot_be_made_says_why(
    make: Make, store: BlobStore, change: dict[str, Any], words: str
) -> None:
    with pytest.raises(InvalidInput, match=words):
        Run(make(**change), store, Here())()


@pytest.mark.parametrize(("text", "words"), [("", "no documents"), ("short", "left to train on")])
def test_nothing_to_train_on(
    make: Make, store: BlobStore, tmp_path: Path, text: str, words: str
) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "a.txt").write_text(text)
    pipeline = make(sources=[TextFolder(path=str(tmp_path / "other"))])
    with pytest.raises(InvalidInput, match=words):
        Run(pipeline, store, Here())()


@pytest.mark.slow
def test_a_line_of_a_hundred_megabytes(make: Make, store: BlobStore, tmp_path: Path) -> None:
    with (tmp_path / "long.jsonl").open("w") as file:
        file.write('{"text": "' + "-" * 100_000_000 + '"}\n')
    pipeline = make()
    pipeline.sources.append(JsonLines(path=str(tmp_path / "long.jsonl")))
    found = manifest.load(store, Run(pipeline, store, Here())())
    # A line is read up to 64 MiB; what is lost of it is counted as damage.
    assert found.read.bytes > 64 << 20
    dropped = [found.dropped.get(reason) for reason in ("few_letters", "damaged")]
    assert sum(count.documents for count in dropped if count) > 60


class Full(BlobStore):
    """A store whose disk is full after some blobs."""

    left = 5

    def put(self, data: Any) -> Digest:
        if self.left == 0:
            raise StorageFull("There is no space left.")
        self.left -= 1
        return super().put(data)


def test_a_full_disk_ends_the_run_and_the_next_one_goes_on(
    make: Make, store: BlobStore, tmp_path: Path
) -> None:
    first = Here()
    with pytest.raises(StorageFull):
        Run(make(), Full(tmp_path / "blobs"), first)()
    second = Here()
    Run(make(), store, second)()
    assert second.calls.count("read") < first.calls.count("read")


@pytest.fixture(autouse=True)
def no_leftovers(tmp_path: Path) -> Iterator[None]:
    yield
    assert not list(tmp_path.glob("blobs/tasks/**/*.part"))
    assert not list(tmp_path.glob("blobs/tmp/*"))
