"""What ``import ogai_lab`` costs, and that it brings nothing heavy, beside other imports."""

from __future__ import annotations

import importlib.util
import json
import statistics
import subprocess
import sys
from typing import Any

BAR_SECONDS = 0.3
HEAVY = ("torch", "transformers", "kubernetes", "pyarrow", "numpy", "sqlalchemy", "pydantic")
ROUNDS = 7

MEASURE = """
import json, sys, time, resource
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
start, cpu = time.perf_counter(), time.process_time()
import {module}
print(json.dumps({{
    "wall": time.perf_counter() - start,
    "cpu": time.process_time() - cpu,
    "rss": (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024,
    "heavy": [name for name in {heavy} if name in sys.modules],
}}))
"""


def measure(module: str) -> dict[str, Any]:
    code = MEASURE.format(module=module, heavy=HEAVY)
    runs = []
    for _ in range(ROUNDS):
        done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
        runs.append(json.loads(done.stdout))
    return {
        "wall": statistics.median(run["wall"] for run in runs),
        "cpu": statistics.median(run["cpu"] for run in runs),
        "rss": statistics.median(run["rss"] for run in runs),
        "heavy": runs[0]["heavy"],
    }


def main() -> None:
    modules = ["ogai_lab", *(m for m in ("kubernetes", "submitit") if importlib.util.find_spec(m))]
    print(f"{'import':<12} {'wall s':>8} {'CPU s':>8} {'MB':>6}  heavy modules it brings")
    found = {}
    for module in modules:
        found[module] = one = measure(module)
        brings = ", ".join(one["heavy"]) or "none"
        print(f"{module:<12} {one['wall']:8.3f} {one['cpu']:8.3f} {one['rss']:6.1f}  {brings}")
    ours = found["ogai_lab"]
    for peer in modules[1:]:
        print(f"ratio: {ours['wall'] / found[peer]['wall']:.3f} of {peer}'s")
    if ours["heavy"] or ours["wall"] > BAR_SECONDS:
        sys.exit(f"import ogai_lab must take < {BAR_SECONDS} s and bring none of {HEAVY}")


if __name__ == "__main__":
    main()
