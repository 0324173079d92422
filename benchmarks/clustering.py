"""Near-duplicate clustering of synthetic MinHash signatures: memory, and time by size.

Each document has the signature of one of 0.85 × size themes, one value in twenty changed; those
of a theme are duplicates (Jaccard 0.9). Each size runs in a process of its own. Bar: under
4 GB, and time linear within 20 % from a tenth of the size to the size (50 million in the issue).

    python -m benchmarks.clustering [--size 1000000] [--memory 1500000000]

At 50 million it needs about 60 GB of scratch.
"""

from __future__ import annotations

import argparse
import functools
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

_PART = 50_000
_BANDS, _ROWS = 14, 8


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=200_000)
    parser.add_argument("--memory", type=int, default=1_500_000_000)
    parser.add_argument("--scratch", default=None)
    parser.add_argument("--child", type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child:
        print(json.dumps(cluster(arguments.child, arguments.memory, arguments.scratch)))
        return
    costs = []
    print("documents     seconds  µs/document  peak MB  scratch GB  clusters found/true  load")
    for size in (arguments.size // 10, arguments.size):
        command = [sys.executable, __file__, "--child", str(size), *sys.argv[1:]]
        answer = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout
        found = json.loads(answer)
        costs.append(found["seconds"] / size)
        print(
            f"{size:10,} {found['seconds']:10.1f} {costs[-1] * 1e6:12.2f} {found['peak']:8.0f} "
            f"{found['scratch']:11.1f} {found['clusters']:>12,}/{found['true']:,}"
            f"  {os.getloadavg()[0]:.1f}"
        )
    print(f"ratio: {costs[1] / costs[0]:.2f} (time a document, ten times the size; bar 1.2)")


def cluster(size: int, memory: int, scratch: str | None) -> dict[str, float]:
    from ogai_lab.data.passes.minhash import MinHash, MinHashOptions

    sizes = [min(_PART, size - start) for start in range(0, size, _PART)]
    parts = [functools.partial(part, i * _PART, n, size) for i, n in enumerate(sizes)]
    with tempfile.TemporaryDirectory() as folder:  # compiled before the clock starts
        first = functools.partial(part, 0, 500, 500)
        list(MinHash(MinHashOptions()).reduce([first], [500], Path(folder), memory))
    groups: list[np.ndarray] = []
    most = 0
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        start = time.perf_counter()
        for table in MinHash(MinHashOptions()).reduce(parts, sizes, Path(folder), memory):
            kept = table["minhash_kept"].is_null()
            survivors = table["minhash_group"].filter(kept).drop_null()
            groups.append(np.asarray(survivors))
            if len(groups) == 1:
                most = sum(file.stat().st_size for file in Path(folder).rglob("*"))
        seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    themes = np.zeros(size, np.uint8)
    for i, n in enumerate(sizes):
        np.add.at(themes, theme(np.arange(i * _PART, i * _PART + n, dtype=np.uint64), size), 1)
    return {
        "seconds": seconds,
        "peak": peak,
        "scratch": most / 1e9,
        "clusters": sum(map(len, groups)),
        "true": int((themes > 1).sum()),
    }


def theme(documents: np.ndarray, size: int) -> np.ndarray:
    mixed = documents * np.uint64(0x9E3779B97F4A7C15)
    mixed ^= mixed >> np.uint64(29)
    mixed *= np.uint64(0xBF58476D1CE4E5B9)
    return (mixed >> np.uint64(33)) % np.uint64(size * 85 // 100)


def part(start: int, count: int, size: int) -> object:
    import pyarrow as pa

    from ogai_lab.data.kernels.minhash import bands
    from ogai_lab.data.passes.duplicates import part as made

    documents = np.arange(start, start + count, dtype=np.uint64)
    signatures = np.empty((count, _BANDS * _ROWS), np.uint32)
    _fill()(documents, theme(documents, size), signatures)
    keys = np.empty((count, _BANDS), np.uint64)
    bands(signatures, _ROWS, keys)
    table = pa.table({"doc_id": pa.array(documents).cast(pa.string())})
    bounds = np.arange(count + 1, dtype=np.int64) * _BANDS * _ROWS
    rows = np.arange(count, dtype=np.int32)
    return made(table, rows, keys, signatures.reshape(-1), bounds, None)


@functools.cache
def _fill() -> object:
    import numba

    @numba.njit
    def fill(documents, themes, out):  # type: ignore[no-untyped-def]
        for i in range(out.shape[0]):
            for j in range(out.shape[1]):
                x = (themes[i] * np.uint64(128) + np.uint64(j)) * np.uint64(0x9E3779B97F4A7C15)
                y = (documents[i] * np.uint64(128) + np.uint64(j)) * np.uint64(0xC2B2AE3D27D4EB4F)
                y ^= y >> np.uint64(31)
                y *= np.uint64(0xBF58476D1CE4E5B9)
                x = y if (y >> np.uint64(32)) % np.uint64(20) == np.uint64(0) else x
                x ^= x >> np.uint64(30)
                x *= np.uint64(0x94D049BB133111EB)
                out[i, j] = x >> np.uint64(32)

    return fill


if __name__ == "__main__":
    main()
