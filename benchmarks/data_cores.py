"""Two cores against one: the English chain over many archives, with one worker and with two.

On a busy machine the wall says nothing, so the second figure is of CPU time: what one worker takes
together with the run's own process, against the run's own process and the busier of two workers.
That is what the wall would be on two free cores. Bar: 1.85.

    python -m benchmarks.data_cores [--size 8] [--real FOLDER]
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from multiprocessing import active_children
from pathlib import Path

import psutil

from benchmarks import data_corpora
from benchmarks.data_chain import full, pages
from benchmarks.data_texts import english
from ogai_lab.core.blobs import BlobStore
from ogai_lab.data.course import Run
from ogai_lab.data.pool import process_pool
from ogai_lab.data.types import Pipeline
from tests.data import corpus

BAR = 1.85


def measured(pipeline: Pipeline, warm: Pipeline, folder: Path, workers: int) -> tuple[float, float]:
    """Return the seconds of the wall, and of the run's process with its busiest worker."""
    with process_pool(workers) as pool:
        for turn in range(2 * workers):  # every worker has imported and compiled
            store = BlobStore(str(folder / f"warm{workers}-{turn}"))
            Run(warm, store, pool, out=str(folder / f"warm-out{workers}-{turn}"))()
        processes = [psutil.Process(child.pid) for child in active_children()]
        before = [sum(process.cpu_times()[:2]) for process in processes]
        own, start = time.process_time(), time.perf_counter()
        store = BlobStore(str(folder / f"blobs{workers}"))
        Run(pipeline, store, pool, out=str(folder / f"out{workers}"))()
        wall, own = time.perf_counter() - start, time.process_time() - own
        spent = [sum(p.cpu_times()[:2]) - b for p, b in zip(processes, before, strict=True)]
    return wall, own + max(spent)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=float, default=8.0, help="MB of text")
    parser.add_argument("--real", type=Path, help="the folder of real corpora; see data_corpora")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder, few = Path(name, "in"), Path(name, "few")
        folder.mkdir()
        few.mkdir()
        if asked.real is None:
            found = list(pages(english(int(asked.size * 1e6))))
        else:
            found = data_corpora.bodies(data_corpora.archive(asked.real, "en", asked.size))
        share = max(1, len(found) // 16)
        for number, start in enumerate(range(0, len(found), share)):
            records = [corpus.record(n, p) for n, p in enumerate(found[start : start + share])]
            (folder / f"{number:02}.warc.gz").write_bytes(corpus.archive(records))
        for number in range(4):
            records = [corpus.record(n, p) for n, p in enumerate(found[:3])]
            (few / f"{number}.warc.gz").write_bytes(corpus.archive(records))
        results = [measured(full(folder), full(few), Path(name), workers) for workers in (1, 2)]
    for workers, (wall, cpu) in enumerate(results, 1):
        print(f"{workers} workers: {wall:.2f} s on the wall, {cpu:.2f} s of the longest path")
    (one, long), (two, short) = results
    print(f"on the wall {one / two:.2f} (load {os.getloadavg()[0]:.1f})")
    print(f"ratio: {long / short:.2f} of CPU time (bar {BAR})")


if __name__ == "__main__":
    main()
