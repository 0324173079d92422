"""What the accounting of a data run costs: the ledger, the decisions, the manifest.

A corpus of random words runs through the English filters without pages and without passes, in one
process; the share of the time that goes into accounting is printed. Bar: less than 3%.

With ``--real`` it is the English handbooks (data_corpora) with their pages.

    python -m benchmarks.data_accounting --size 8 [--real FOLDER]
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
import time
from pathlib import Path

from benchmarks import data_corpora
from ogai_lab.core.blobs import BlobStore
from ogai_lab.data.course import Run
from ogai_lab.data.manifest import load
from ogai_lab.data.presets import preset
from tests.data.executors import Here

WORDS = (
    "the",
    "of",
    "and",
    "to",
    "be",
    "that",
    "have",
    "with",
    "house",
    "garden",
    "river",
    "model",
)
ACCOUNTING = ("decide", "divide")


def corpus(folder: Path, size: int) -> Path:
    chance = random.Random(0)
    file = folder / "corpus.jsonl"
    written = 0
    with file.open("w") as out:
        while written < size:
            lines = (" ".join(chance.choices(WORDS, k=12)).capitalize() + "." for _ in range(20))
            line = json.dumps({"text": "\n".join(lines)}) + "\n"
            out.write(line)
            written += len(line)
    return file


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--size", type=float, default=4.0, help="MB of JSON lines")
    options.add_argument("--real", type=Path, help="the folder of real corpora")
    asked = options.parse_args()
    shares = []
    with tempfile.TemporaryDirectory() as name:
        if asked.real is None:
            file = corpus(Path(name), int(asked.size * 1e6))
        else:
            file = data_corpora.archive(asked.real, "en", asked.size)
        pipeline = preset("en-web").over(str(file))
        pipeline.stages = [s for s in pipeline.stages if s.stage not in ("exact", "minhash")]
        pipeline.policy.rules = [r for r in pipeline.policy.rules if r.drop != "present"]
        pipeline.split.heldout = 0.0
        for turn in range(4):
            store = BlobStore(f"{name}/blobs{turn}")
            run = Run(pipeline, store, Here(), out=f"{name}/out{turn}")
            start = time.perf_counter()
            made = load(store, run())
            whole = time.perf_counter() - start
            accounting = sum(run.seconds[phase] for phase in ACCOUNTING)
            if turn:  # the first one compiles
                shares.append(accounting / whole)
                print(
                    f"{made.read.bytes / 1e6 / whole:6.2f} MB/s  {whole:6.2f} s  "
                    f"accounting {accounting:5.3f} s = {accounting / whole:.1%}"
                )
    print(f"ratio: {sorted(shares)[len(shares) // 2]:.4f} of the time (bar: 0.03)")


if __name__ == "__main__":
    main()
