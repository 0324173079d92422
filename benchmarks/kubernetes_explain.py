"""Why jobs of a cluster wait: how long it takes to say, and how often it is right.

All causes of the table in `tests/cluster/kubernetes/causes.py` are produced on a real control
plane with 1,000 more nodes of 8 GPUs. Each job is explained again and again, in turn. The peer is
what the answer is made from without the cache: nodes, pods, queues and workloads, listed anew.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from ogai_lab.scheduler.engines.kubernetes.cache import Cache
from ogai_lab.scheduler.engines.kubernetes.connection import Contexts
from ogai_lab.scheduler.engines.kubernetes.ground import Grounds
from ogai_lab.scheduler.types import Job
from tests.cluster.kubernetes.causes import CAUSES
from tests.cluster.kubernetes.labs import CLUSTER
from tests.cluster.kubernetes.stage import Stage
from tests.controlplane.fake_nodes import TAINT, Shape, node
from tests.controlplane.plane import Plane

BAR = 0.050
ROUNDS, LISTS = 25, 5


def main() -> None:
    """Print a table: the score, p50 and p99 of an explanation, and the peer's."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--nodes", type=int, default=1000)
    given = asked.parse_args()
    with Plane() as plane, tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        stage = Stage(plane.api, plane.kubeconfig, home)
        try:
            _fill(stage, given.nodes)
            stage.arrange(CAUSES)
            jobs = [stage.job(name) for name in CAUSES]
            right = sum(_is_right(stage, name) for name in CAUSES)
            ours = _times(stage, jobs)
            theirs = _uncached(home)
        finally:
            stage.close(whole=False)
    _report(given.nodes, right, ours, theirs)


def _fill(stage: Stage, count: int) -> None:
    """Add nodes of the pool in which most jobs find room; nobody plays them, so none is ready."""
    pool = stage.space.flavor("free")
    with ThreadPoolExecutor(8) as several:
        made = (node(f"{pool}-more-{number:04d}", number, pool, Shape()) for number in range(count))
        for one in made:
            del one["metadata"]["annotations"][TAINT]
            several.submit(stage.api.create, one)


def _is_right(stage: Stage, name: str) -> bool:
    try:
        stage.explained(stage.job(name), CAUSES[name].code, CAUSES[name].change)
    except AssertionError as exc:
        print(f"{name}: {exc}")
        return False
    return True


def _times(stage: Stage, jobs: list[Job]) -> list[float]:
    explain = stage.lab.scheduler.explain
    return [_seconds(lambda job=job: explain(job.id)) for _ in range(ROUNDS) for job in jobs]


def _uncached(home: Path) -> list[float]:
    api = Contexts(home).connect(CLUSTER)

    def look() -> None:
        cache = Cache(api)
        Grounds(cache).now()
        cache.close()

    return [_seconds(look) for _ in range(LISTS)]


def _seconds(call: Callable[[], object]) -> float:
    begun = time.perf_counter()
    call()
    return time.perf_counter() - begun


def _report(nodes: int, right: int, ours: list[float], theirs: list[float]) -> None:
    p99 = statistics.quantiles(ours, n=100)[98]
    peer = statistics.median(theirs)
    print(f"{len(CAUSES)} causes, {nodes} more nodes, {len(ours)} explanations")
    print(f"right reason          {right:5d} of {len(CAUSES)}")
    print(f"an explanation, p50   {1000 * statistics.median(ours):8.2f} ms")
    print(f"an explanation, p99   {1000 * p99:8.2f} ms  (bar {1000 * BAR:g} ms)")
    print(f"listed anew, p50      {1000 * peer:8.2f} ms")
    print(f"ratio: {peer / p99:.1f} (listed anew p50 / explained p99)")


if __name__ == "__main__":
    main()
