"""The nodes of a cluster, 1,000 of 8 GPUs: the first fill, and a look while nodes change.

The peer is the same view without a cache: nodes and pods are listed for each look, over the same
connections and with the same small objects.
"""

from __future__ import annotations

import argparse
import gc
import os
import statistics
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from ogai_lab.scheduler.clusters.service import Clusters
from ogai_lab.scheduler.engines.kubernetes import doctor, objects, paths, slim
from ogai_lab.scheduler.engines.kubernetes.api import Api
from ogai_lab.scheduler.engines.kubernetes.nodes import view
from ogai_lab.scheduler.types import Node
from tests.cluster.kubernetes.seeing import connect, service
from tests.controlplane.client import Client
from tests.controlplane.components import Options
from tests.controlplane.fake_nodes import GPU, Shape, node
from tests.controlplane.plane import Plane

BAR_FILL = 3.0
BAR_LOOK = 0.010
LOOKS, LISTS = 500, 10
CHANGES = 10  # nodes that change a second


def main() -> None:
    """Print a table: first fill, p50 and p99 of a look, and the peer's."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--nodes", type=int, default=1000)
    asked.add_argument("--pods", type=int, default=2000)
    given = asked.parse_args()
    with Plane(Options(kueue=False, jobset=False, kwok=False)) as plane:
        _fill(plane.api, given.nodes, given.pods)
        with tempfile.TemporaryDirectory() as folder:
            _measure(plane, Path(folder), given.nodes, given.pods)


def _measure(plane: Plane, folder: Path, nodes: int, pods: int) -> None:
    lab = service(folder, plane.kubeconfig)
    before = _memory()
    begun, busy = time.perf_counter(), time.process_time()
    assert len(lab.nodes("lab")) == nodes
    fill, worked = time.perf_counter() - begun, time.process_time() - busy
    grown = _memory() - before
    api = connect(folder, plane.kubeconfig)
    ended = threading.Event()
    changing = threading.Thread(target=_change, args=(plane.api, nodes, ended))
    changing.start()
    try:
        ours = _times(lambda: lab.nodes("lab"), LOOKS, 0.01)
        theirs = _times(lambda: _uncached(api), LISTS, 0.0)
    finally:
        ended.set()
        changing.join()
    print(f"first fill, our CPU   {worked:8.3f} s")
    _report(lab, nodes, pods, fill, grown, ours, theirs)
    lab.close()


def _report(
    lab: Clusters,
    nodes: int,
    pods: int,
    fill: float,
    grown: float,
    ours: list[float],
    theirs: list[float],
) -> None:
    p99 = statistics.quantiles(ours, n=100)[98]
    peer = statistics.median(theirs)
    print(f"{nodes} nodes of 8 GPUs, {pods} pods, {CHANGES} nodes change a second")
    print(f"first fill            {fill:8.3f} s   (bar {BAR_FILL} s)")
    print(f"memory for it         {grown:8.1f} MiB")
    print(f"a look, p50           {1000 * statistics.median(ours):8.2f} ms")
    print(f"a look, p99           {1000 * p99:8.2f} ms  (bar {1000 * BAR_LOOK:g} ms)")
    print(f"an uncached look, p50 {1000 * peer:8.2f} ms")
    print(f"lists of nodes        {lab.fleet.member('lab').cache.states['nodes'].lists:8d}")
    print(f"ratio: {peer / p99:.0f} (uncached p50 / cached p99)")


def _fill(admin: Client, nodes: int, pods: int) -> None:
    admin.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "work"}})
    account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "work"}}
    admin.create(account, "work")
    with ThreadPoolExecutor(8) as several:
        made = (node(f"n{number:04d}", number, "pool", Shape()) for number in range(nodes))
        list(several.map(admin.create, made))
        bodies = (_pod(number, f"n{number % nodes:04d}") for number in range(pods))
        list(several.map(lambda body: admin.create(body, "work"), bodies))


def _pod(number: int, name: str) -> dict[str, Any]:
    resources = {"requests": {"cpu": "8", "memory": "64Gi"}, "limits": {GPU: "4"}}
    container = {"name": "main", "image": "python:3", "resources": resources}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": f"p{number:05d}"},
        "spec": {"nodeName": name, "serviceAccountName": "work", "containers": [container]},
    }


def _change(admin: Client, nodes: int, ended: threading.Event) -> None:
    number = 0
    while not ended.wait(1 / CHANGES):
        labels = {"metadata": {"labels": {"turn": str(number)}}}
        admin.patch(f"/api/v1/nodes/n{number % nodes:04d}", labels)
        number += 1


def _times(look: Callable[[], object], count: int, pause: float) -> list[float]:
    gc.collect()
    found = []
    for _ in range(count):
        begun = time.perf_counter()
        look()
        found.append(time.perf_counter() - begun)
        time.sleep(pause)
    return found


def _uncached(api: Api) -> list[Node]:
    on: dict[str, list[objects.PodObject]] = defaultdict(list)
    for page in api.pages(paths.pods()):
        for body in page["items"]:
            pod = slim.pod(body)
            if pod.holds:
                on[pod.node].append(pod)
    return [view(one, on[one.name]) for one in doctor.seen(api, paths.nodes, slim.node) or ()]


def _memory() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


if __name__ == "__main__":
    main()
