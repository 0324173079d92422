"""The paired bootstrap: 10,000 draws of 10,000 differences.

Ours against `scipy.stats.bootstrap` (same method, BCa) where scipy is installed, and against a
plain numpy loop. Bar: under 1 second.

    python benchmarks/bootstrap.py [--items 10000] [--draws 10000]
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

import numpy as np

from ogai_lab.models.compare import bootstrap


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--items", type=int, default=10_000)
    parser.add_argument("--draws", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    values = np.random.default_rng(0).normal(-0.01, 0.2, arguments.items)

    def ours() -> tuple[float, float]:
        found = bootstrap(values, draws=arguments.draws)
        return found.low, found.high

    def loop() -> tuple[float, float]:
        random = np.random.default_rng(0)
        count = len(values)
        means = [values[random.integers(0, count, count)].mean() for _ in range(arguments.draws)]
        return float(np.quantile(means, 0.025)), float(np.quantile(means, 0.975))

    contenders: dict[str, Callable[[], tuple[float, float]]] = {"ours": ours, "numpy loop": loop}
    try:
        from scipy import stats
    except ImportError:
        print("scipy is not installed: left out")
    else:

        def theirs() -> tuple[float, float]:
            found = stats.bootstrap((values,), np.mean, n_resamples=arguments.draws, batch=100)
            interval = found.confidence_interval
            return float(interval.low), float(interval.high)

        contenders["scipy"] = theirs
    best: dict[str, float] = {}
    for _ in range(arguments.rounds):
        for name, call in contenders.items():
            start = time.perf_counter()
            low, high = call()
            seconds = time.perf_counter() - start
            if seconds < best.get(name, np.inf):
                best[name] = seconds
                print(f"{name:12} {seconds:6.2f} s  [{low:+.5f}, {high:+.5f}]")
    peer = "scipy" if "scipy" in best else "numpy loop"
    print(f"ratio: {best['ours'] / best[peer]:.2f} ({peer}; ours {best['ours']:.2f} s, bar 1 s)")


if __name__ == "__main__":
    main()
