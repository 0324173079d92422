"""A gang of 128 pods with 8 GPUs each: from our submit to all of them running.

The peer is the same JobSet created raw at the API server, on the same control plane, whose 128
nodes kwok plays. Each is tried in turn, several times, and all pods are gone in between. What is
waited for is the cluster's own word, the pods' phases, asked for alike.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.cluster.kubernetes.labs import ME, Lab, configure
from tests.controlplane import spaces
from tests.controlplane.client import until
from tests.controlplane.gangs import jobset
from tests.controlplane.plane import Plane
from tests.controlplane.spaces import Space

PODS = 128
ROUNDS = 5
BAR = 1.15
NAMES = {"Accept": "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io"}


def until_all_run(space: Space, begin: Callable[[], Any]) -> float:
    """Return the seconds from `begin` until the cluster counts `PODS` running pods."""
    start = time.perf_counter()
    begin()
    until(f"{PODS} pods run", lambda: running(space) == PODS, 300, 0.03)
    return time.perf_counter() - start


def running(space: Space) -> int:
    """Count the running pods, by their names alone."""
    answer = space.api._http.get(
        space.path("pods"), params={"fieldSelector": "status.phase=Running"}, headers=NAMES
    )
    return len(answer.json()["items"] or ())


def gone(space: Space) -> bool:
    return not space.api.items(space.path("pods")) and not space.api.items(space.path("workloads"))


def raw(space: Space, number: int) -> float:
    thing = jobset(space, f"raw-{number}", PODS)
    seconds = until_all_run(space, lambda: space.create(thing))
    space.api.delete(f"{space.path('jobsets')}/raw-{number}", propagationPolicy="Foreground")
    until("the raw gang is gone", lambda: gone(space), 300)
    return seconds


def ours(lab: Lab) -> tuple[float, float]:
    """Return the seconds until all pods run, and those until the lab says so."""
    jobs = []
    start = time.perf_counter()
    seconds = until_all_run(
        lab.space, lambda: jobs.append(lab.submit(nodes=PODS, gpus=8, cpus=0.1))
    )
    lab.until(jobs[0], "running", 300)
    shown = time.perf_counter() - start
    lab.scheduler.cancel(jobs[0].id, ME)
    lab.until(jobs[0], "cancelled", 300)
    until("our gang is gone", lambda: gone(lab.space), 300)
    return seconds, shown


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--rounds", type=int, default=ROUNDS)
    count = asked.parse_args().rounds
    with Plane() as plane, tempfile.TemporaryDirectory() as folder:
        space = spaces.make(plane.api, {"h100": {"nvidia.com/gpu": 8 * PODS}})
        space.fake_nodes(PODS)
        configure(Path(folder), plane.kubeconfig, space)
        lab = Lab(Path(folder), space)
        try:
            raw(space, 0), ours(lab)  # caches of the cluster and of ours are filled
            rounds = [(raw(space, number), *ours(lab)) for number in range(1, count + 1)]
        finally:
            lab.close()
    theirs, all_run, told = (statistics.median(column) for column in zip(*rounds, strict=True))
    print(f"{PODS} pods × 8 GPUs, all running, median of {count}")
    print(f"  raw JobSet      {theirs:6.2f} s")
    print(f"  ours            {all_run:6.2f} s")
    print(f"  ours, as shown  {told:6.2f} s")
    print(f"ratio: {all_run / theirs:.2f} (bar {BAR})")
    return 0 if all_run / theirs <= BAR else 1


if __name__ == "__main__":
    raise SystemExit(main())
