"""MinHash signatures, 14 bands of 8: MB/s of one core against datatrove's stage 1; and recall.

Both read documents in memory; ours makes the part that its second step reads, datatrove writes its
signature files. English is Python's own documentation, Chinese this project's. Recall: planted
pairs against the formula, by their true Jaccard similarity. Bar: 100 times datatrove, and recall
within sampling error. datatrove cuts Chinese with jieba: `pip install jieba`.

    python -m benchmarks.minhash [--size 200] [--rounds 3]
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import io
import json
import os
import random
import re
import sysconfig
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
from xxhash import xxh64_intdigest

from ogai_lab.data.kernels.letters import fold
from ogai_lab.data.passes.minhash import MinHash, MinHashOptions

_LANGUAGES = {"en": "eng", "zh": "cmn_Hani"}
_LENGTH = 3000
"""Bytes of a document."""
_TIMES = 20
"""So much more text for ours, which would be done before the clock has moved."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=200, help="kB of text for datatrove")
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    logged = io.StringIO()
    ratios = []
    print("      datatrove MB/s     ours MB/s  ratio  recall: pairs  expected   found  deviations")
    for language, code in _LANGUAGES.items():
        pieces = sentences(language)
        few = documents(pieces, arguments.size * 1000 // _LENGTH)
        many = documents(pieces, arguments.size * 1000 // _LENGTH * _TIMES)
        with contextlib.redirect_stderr(logged):
            theirs = best(datatrove(code, few), few, arguments.rounds)
        mine = best(ours(many), many, arguments.rounds)
        ratios.append(mine / theirs)
        expected, found, deviations = recall(pieces)
        print(
            f"{language}  {theirs:15.3f} {mine:15.1f} {ratios[-1]:6.0f}  {1000:13} "
            f"{expected:9.1f} {found:7} {deviations:11.1f}"
        )
    print(f"ratio: {min(ratios):.0f} (worse of the two, bar 100; load {os.getloadavg()[0]:.1f})")


def sentences(language: str) -> list[str]:
    root = Path(__file__).parent.parent
    if language == "zh":
        found = json.loads((root / "ogai_lab/locale/zh_CN/sentences.json").read_text()).values()
        pages = [file.read_text() for file in sorted(root.glob("**/*.zh-CN.md"))]
        text = "".join([*found, *pages])
        return [piece for piece in re.split(r"(?<=[。；：\n])", text) if len(piece) > 5]
    pieces = []
    for file in sorted(Path(sysconfig.get_path("stdlib")).glob("*.py")):
        for node in ast.walk(ast.parse(file.read_bytes())):
            if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Module):
                pieces += re.split(r"(?<=[.:]\s)", ast.get_docstring(node) or "")
    return [piece for piece in pieces if len(piece) > 20]


def documents(pieces: list[str], count: int) -> list[str]:
    random_ = random.Random(0)
    found = []
    for _ in range(count):
        text = ""
        while len(text.encode()) < _LENGTH:
            text += random_.choice(pieces)
        found.append(text)
    return found


def best(call: Callable[[], object], found: list[str], rounds: int) -> float:
    """Return MB/s of the fastest round."""
    call()
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return sum(len(text.encode()) for text in found) / 1e6 / min(times)


def ours(found: list[str]) -> Callable[[], object]:
    table = table_of(found)
    return lambda: MinHash(MinHashOptions()).map(table)


def table_of(found: list[str]) -> pa.Table:
    ids = [f"{i:06}" for i in range(len(found))]
    return pa.table({"doc_id": ids, "text": pa.array(found, pa.large_string())})


def datatrove(code: str, found: list[str]) -> Callable[[], object]:
    from datatrove.data import Document
    from datatrove.pipeline.dedup.minhash import MinhashConfig, MinhashDedupSignature

    def run() -> None:
        given: Iterator[Document] = (Document(text, str(i)) for i, text in enumerate(found))
        with tempfile.TemporaryDirectory() as folder:
            step.output_folder = type(step.output_folder)(folder)
            step.run(given)

    with tempfile.TemporaryDirectory() as folder:
        config = MinhashConfig(n_grams=5, num_buckets=14, hashes_per_bucket=8)
        step = MinhashDedupSignature(folder, config, language=code)
    # Its own hash function gives text to xxhash, which takes bytes alone since version 4.
    step._hash_func = lambda text: xxh64_intdigest(text.encode())
    return run


def recall(pieces: list[str]) -> tuple[float, int, float]:
    """Return how many of 1,000 pairs should be found, how many are, and by how much that is off."""
    random_ = random.Random(1)
    found = []
    for n in range(1000):
        text = "".join(random_.choices(pieces, k=20))
        words = text.split(" ") if " " in text[:200] else list(text)
        other = list(words)
        for place in random_.sample(
            range(len(other)), min(len(other), len(other) * (n % 25) // 200)
        ):
            other[place] = random_.choice(words)
        glue = " " if " " in text[:200] else ""
        found += [glue.join(words), glue.join(other)]
    part = MinHash(MinHashOptions()).map(table_of(found))
    keys = np.asarray(part["keys"].combine_chunks().flatten()).reshape(-1, 2, 14)
    hit = (keys[:, 0] == keys[:, 1]).any(1).sum()
    shingles = [grams("".join(map(fold, text))) for text in found]
    pairs = zip(shingles[::2], shingles[1::2], strict=True)
    true = np.asarray([len(a & b) / len(a | b) for a, b in pairs])
    chance = 1 - (1 - true**8) ** 14
    return chance.sum(), int(hit), (hit - chance.sum()) / np.sqrt((chance * (1 - chance)).sum())


def grams(key: str) -> set[str]:
    return {key[i : i + 5] for i in range(len(key) - 4)}


if __name__ == "__main__":
    main()
