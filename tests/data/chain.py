"""The whole chain over a small web with everything in it, and what must be true of its end."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from ogai_lab.data import sources
from ogai_lab.data.sources.batches import batch
from ogai_lab.data.sources.locations import digest
from ogai_lab.data.types import JsonLines, Manifest, Pipeline, Rule, StageSpec, Warc
from tests.data import corpus

STAGES = ("extract", "repair", "normalise", "language", "length", "characters", "terms", "pii")
PASSES = ("exact", "minhash")
RULES = [
    Rule(reason="damaged", column="damage", drop="above", value=0),
    Rule(reason="too_short", column="characters", drop="below", value=100),
    Rule(reason="other_language", column="language", drop="outside", among=["en", "zh"]),
    Rule(reason="gambling", column="gambling_density", drop="above", value=0.02),
    Rule(reason="exact_duplicate", column="exact_kept", drop="present"),
    Rule(reason="near_duplicate", column="minhash_kept", drop="present"),
]
SPAM = "澳门赌场 线上娱乐 百家乐 老虎机 真人荷官 博彩 "
EXTRA = "One more sentence that stands nowhere else."


def write(folder: Path, pages: int = 16) -> Path:
    """Write two web archives and packed lines: doubles, spam, damage and scraps among them."""
    folder.mkdir(parents=True, exist_ok=True)
    web = corpus.web(pages)
    more = [
        corpus.record(100, corpus.page("en", 0).encode()),  # again, at another address
        corpus.record(101, corpus.page("zh", 1).replace("</main>", f"{EXTRA}</main>").encode()),
        corpus.record(102, f"<p>{SPAM * 40}".encode()),
        corpus.record(103, b"<p>scrap"),
        corpus.record(104, corpus.page("zh", 3).encode("gbk", "replace"), "text/html; charset=gbk"),
        corpus.record(105, b"<p>\xff\xfe\xfd" + corpus.page("en", 50).encode()),
    ]
    (folder / "a.warc.gz").write_bytes(corpus.archive(web))
    (folder / "b.warc.gz").write_bytes(corpus.archive(more)[:-40])  # cut off
    lines = [text_of("en", 2), text_of("zh", 61), text_of("en", 62) + " mail me: a.b@example.com"]
    data = "".join(json.dumps({"text": text}) + "\n" for text in lines) + "no json at all\n"
    (folder / "c.jsonl.gz").write_bytes(gzip.compress(data.encode(), mtime=0))
    return folder


def text_of(language: str, seed: int) -> str:
    """Return a text of twelve sentences."""
    return " ".join(corpus.sentence(language, seed * 1000 + n) for n in range(12))


def pipeline(folder: Path, stages: Iterable[StageSpec] = (), **more: Any) -> Pipeline:
    """Return the whole chain over a folder, `stages` before its passes."""
    specs = [*(StageSpec(stage=name) for name in STAGES), *stages]
    fields = {
        "name": "chain",
        "sources": [Warc(path=str(folder)), JsonLines(path=str(folder))],
        "stages": [*specs, *(StageSpec(stage=name) for name in PASSES)],
        "policy": {"name": "p", "rules": RULES},
        "split": {"heldout": 0.2, "by": "document", "leaked": "minhash_group"},
        "tokenizer": None,
        "packing": None,
    }
    return Pipeline.model_validate(fields | more)


def contents(folder: Path) -> dict[str, bytes]:
    """Return the bytes of all files in a folder, by their names below it."""
    files = (file for file in folder.rglob("*") if file.is_file())
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in files}


def fates(out: Path) -> dict[str, str]:
    """Return what became of each document of an output folder, by its doc_id.

    One that is there twice fails the test.
    """
    found: list[tuple[str, str]] = []
    for file in sorted((out / "documents").glob("*.parquet")):
        found += [(name, "kept") for name in pq.read_table(file)["doc_id"].to_pylist()]
    for line in (out / "heldout.jsonl").read_text().splitlines():
        found.append((json.loads(line)["doc_id"], "heldout"))
    for row in pq.read_table(out / "ledger.parquet").to_pylist():
        found.append((row["doc_id"], row["reason"]))
    assert len({name for name, _ in found}) == len(found), "a document is there twice"
    return dict(found)


def check_account(out: Path, over: Pipeline) -> dict[str, str]:
    """Check that every document that the sources hold has one fate, and return the fates.

    The sources are read here once more, by nothing that a run is made of but their readers.
    """
    read: list[str] = []
    for source in over.sources:
        pieces = sources.pieces(source)
        rows = batch(source, pieces, [digest(piece) for piece in pieces])
        read += rows["doc_id"].to_pylist()
    found = fates(out)
    assert sorted(found) == sorted(read)
    made = Manifest.model_validate_json((out / "manifest.json").read_bytes())
    dropped = sum(count.documents for count in made.dropped.values())
    ends = (made.kept, made.heldout_kept, made.quarantined)
    assert made.read.documents == dropped + sum(end.documents for end in ends) == len(read)
    return found
