"""Bad input, bad stages, full disks: no document is ever lost or there twice."""

from __future__ import annotations

import ctypes
import gzip
import json
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from ogai_lab.core.blobs import BlobStore
from ogai_lab.core.errors import Conflict, StorageFull
from ogai_lab.data import reading, writing
from ogai_lab.data.authoring import stage
from ogai_lab.data.course import Progress, Run
from ogai_lab.data.sources import jsonl, packed
from ogai_lab.data.types import JsonLines, TextFolder, Warc
from tests.data import chain, corpus
from tests.data.executors import Here


@pytest.fixture(autouse=True)
def small_tasks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_TASK_BYTES", 4096)
    monkeypatch.setattr(writing, "_SHARD_BYTES", 16384)


@stage({"checked": "int64"}, seconds=1)
def rough(text: str) -> int:
    import os
    import re

    if "number 1000." in text:
        re.match(r"(a+)+$", "a" * 60 + "b")
    if "number 2000." in text:
        raise LookupError("not this one")
    if "number 4000." in text:
        os.kill(os.getpid(), 9)  # what the kernel does where memory runs out
    if "number 6000." in text:
        raise MemoryError("too large")
    return len(text)


def test_the_worst_of_the_web_costs_what_is_damaged_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packed, "_FREE", 1 << 20)
    monkeypatch.setattr(jsonl, "_LINE", 1 << 16)
    folder = tmp_path / "in"
    folder.mkdir()
    good = [corpus.record(n, corpus.page("en", n).encode()) for n in range(12)]
    bomb = gzip.compress(b"<p>" + b"a" * 30_000_000)
    deep = b"<div>" * 5000 + corpus.sentence("en", 77).encode() * 9 + b"</div>" * 5000
    bad = [
        corpus.record(20, bomb, headers=["Content-Encoding: gzip"]),
        corpus.record(21, deep),
        corpus.record(22, b"<p>\xff\xfe\xfa" * 400),
        corpus.record(23, b""),
    ]
    (folder / "a.warc.gz").write_bytes(corpus.archive(good + bad))
    (folder / "b.warc.gz").write_bytes(corpus.archive(good[:1] + corpus.web(2))[:-99])
    (folder / "c.warc").write_bytes(b"WARC/1.0\r\nContent-Length: 999999999\r\n\r\nnothing")
    lines = json.dumps({"text": chain.text_of("en", 80)}) + "\n"
    huge = json.dumps({"text": corpus.sentence("en", 81) * 40_000}) + "\n"
    whole = gzip.compress((lines + huge + lines).encode())
    (folder / "cut.jsonl.gz").write_bytes(whole[:-40])
    (folder / "whole.jsonl.gz").write_bytes(whole)
    (folder / "bomb.jsonl.gz").write_bytes(gzip.compress(lines.encode() + b"0" * 30_000_000))
    (folder / "odd.txt").write_bytes(b"\x80\x81" * 300)
    over = chain.pipeline(folder, [rough], split={"heldout": 0})
    over.sources = [
        Warc(path=str(folder), most=1 << 20),
        JsonLines(path=str(folder)),
        TextFolder(path=str(folder)),
    ]
    out = tmp_path / "out"
    with ThreadPoolExecutor(2) as pool:
        Run(over, BlobStore(str(tmp_path / "blobs")), pool, out=str(out))()
    fates = chain.check_account(out, over)
    kept = [row for file in out.glob("documents/*") for row in pq.read_table(file).to_pylist()]
    errors = pq.read_table(out / "ledger.parquet").to_pylist()
    aside = {row["error"] for row in errors if row["reason"] == "quarantine"}
    assert sorted(error.partition(":")[0] for error in aside) == [
        "LookupError", "MemoryError", "ProcessError", "TimeoutError"
    ]  # fmt: skip
    well = {
        row["url"][-2:].lstrip("/") for row in kept if row["url"] and row["path"] == "a.warc.gz"
    }
    assert {str(n) for n in range(1, 12)} - well == {"1", "2", "4", "6"}
    assert "21" in well  # five thousand levels deep
    assert list(fates.values()).count("damaged") >= 6
    assert any(row["path"].endswith("jsonl.gz") for row in kept)


def test_of_two_runs_into_one_folder_the_second_is_refused(tmp_path: Path) -> None:
    over = chain.pipeline(chain.write(tmp_path / "in", pages=6))
    out, refused = tmp_path / "out", []

    def another(progress: Progress) -> None:
        if progress.phase in ("read", "write") and progress.phase not in refused:
            refused.append(progress.phase)
            with pytest.raises(Conflict, match="writes into"):
                Run(over, BlobStore(str(tmp_path / "other")), Here(), out=str(out))()

    Run(over, BlobStore(str(tmp_path / "blobs")), Here(), another, out=str(out))()
    assert refused == ["read", "write"]
    chain.check_account(out, over)
    Run(over, BlobStore(str(tmp_path / "other")), Here(), out=str(out))()  # one after the other
    chain.check_account(out, over)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Callable[[int], Path]]:
    """Return a function that gives a disk of so many bytes, or that size to the one there is."""
    libc = ctypes.CDLL(None, use_errno=True)
    folder = tmp_path / "disk"
    folder.mkdir()
    remount = 32

    def sized(size: int) -> Path:
        flags = remount if folder.is_mount() else 0
        options = f"size={size}".encode()
        if libc.mount(b"tmpfs", str(folder).encode(), b"tmpfs", flags, options):
            pytest.skip("a small disk can be made by root alone")
        return folder

    yield sized
    libc.umount2(str(folder).encode(), 2)


@pytest.mark.parametrize("what", ["out", "store", "scratch"])
def test_on_a_full_disk_the_run_says_so_and_goes_on_when_there_is_space(
    what: str, tmp_path: Path, disk: Callable[[int], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    over = chain.pipeline(chain.write(tmp_path / "in"))
    expected = tmp_path / "expected"
    Run(over, BlobStore(str(tmp_path / "calm")), Here(), out=str(expected))()
    small = disk(1 << 12)
    places = {"out": str(tmp_path / "out"), "store": str(tmp_path / "blobs")}
    if what == "scratch":
        monkeypatch.setattr(tempfile, "tempdir", str(small))
    else:
        places[what] = str(small / what)
    full = 0
    for pages in [*range(1, 120, 6), 4096]:
        disk(pages << 12)
        try:
            Run(over, BlobStore(places["store"]), Here(), out=places["out"])()
        except StorageFull:
            full += 1
            continue
        break
    assert full >= (1 if what == "scratch" else 3)
    assert chain.contents(Path(places["out"])) == chain.contents(expected)
