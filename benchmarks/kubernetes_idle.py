"""What an open, idle lab costs the API server: lists a minute, by the API server's own count.

The lab looks at nodes, queues and offers once a second, as panels do. The peer looks as often as
panels without a cache would: every five seconds, by lists.
"""

from __future__ import annotations

import argparse
import re
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from ogai_lab.scheduler.clusters.types import Need
from ogai_lab.scheduler.engines.kubernetes import cache as kinds
from ogai_lab.scheduler.engines.kubernetes.mirror import Kind
from tests.cluster.kubernetes.seeing import connect, service
from tests.controlplane import spaces
from tests.controlplane.plane import Plane

_FOLLOWED: tuple[Kind[object], ...] = (
    kinds.NODES,
    kinds.PODS,
    kinds.WORKLOADS,
    kinds.LOCAL_QUEUES,
    kinds.CLUSTER_QUEUES,
    kinds.FLAVORS,
    kinds.TOPOLOGIES,
)
_LIST = re.compile(r'apiserver_request_total\{[^}]*resource="(\w+)"[^}]*verb="LIST"[^}]*\} (\S+)')


def main() -> None:
    """Print lists a minute: of nobody, of the open lab, of the peer."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--seconds", type=float, default=60)
    seconds = asked.parse_args().seconds
    with Plane() as plane, tempfile.TemporaryDirectory() as folder:
        space = spaces.make(plane.api)
        space.fake_nodes(16)
        lab = service(Path(folder), plane.kubeconfig, namespace=space.name)
        api = connect(Path(folder), plane.kubeconfig, namespace=space.name)

        def look() -> None:
            lab.nodes("lab"), lab.queues("lab"), lab.offers(Need(gpus=8), "lab")

        def poll() -> None:
            for kind in _FOLLOWED:
                list(api.pages(kind.resource()))

        nobody = _minute(plane, seconds, 1, lambda: None)
        look()
        ours = _minute(plane, seconds, 1, look)
        watches = len(lab.fleet.member("lab").cache.states)
        lab.close()
        theirs = _minute(plane, seconds, 5, poll)
    print(f"lists a minute of what a lab shows, over {seconds:g} s each")
    print(f"nobody looks          {nobody:8.1f}")
    print(f"open lab, {watches} watches   {ours:8.1f}   (bar: no more than when nobody looks)")
    print(f"polling every 5 s     {theirs:8.1f}")
    print(f"ratio: {ours - nobody:g} against {theirs - nobody:g}")


def _minute(plane: Plane, seconds: float, every: float, look: Callable[[], None]) -> float:
    before = _lists(plane)
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        look()
        time.sleep(every)
    return (_lists(plane) - before) * 60 / seconds


def _lists(plane: Plane) -> float:
    followed = {kind.resource.plural for kind in _FOLLOWED}
    counts = _LIST.findall(plane.api.text("/metrics"))
    return sum(float(count) for resource, count in counts if resource in followed)


if __name__ == "__main__":
    main()
