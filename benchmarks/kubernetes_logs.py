"""The logs of 128 pods: how many lines a second become records, and that none is lost or doubled.

kwok serves the logs as a kubelet does, out of one file, through the real API server. The peer reads
the same 128 streams and throws them away: what the cluster and the transport can do by themselves.
In the second part the API server is killed while the pods speak, and starts again.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import threading
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from ogai_lab.core import records
from ogai_lab.scheduler.engines.kubernetes import paths
from ogai_lab.scheduler.engines.kubernetes.fleet import Fleet
from ogai_lab.scheduler.types import Job
from tests.cluster.kubernetes.labs import CLUSTER, Lab, configure
from tests.controlplane import spaces
from tests.controlplane.client import until
from tests.controlplane.plane import Plane
from tests.controlplane.spaces import Space

PODS = 128
LINES = 4000
BAR = 50_000


class PodLog:
    """The file out of which kwok answers for the logs of all pods of a space."""

    def __init__(self, space: Space, file: Path) -> None:
        self._file, self._number = file, 0
        file.touch()
        space.api.create(
            {
                "apiVersion": "kwok.x-k8s.io/v1alpha1",
                "kind": "ClusterLogs",
                "metadata": {"name": space.name},
                "spec": {
                    "selector": {"matchNamespaces": [space.name]},
                    "logs": [{"logsFile": str(file), "follow": True}],
                },
            }
        )

    def say(self, count: int) -> None:
        """Let every pod say `count` lines more."""
        lines = []
        for number in range(self._number, self._number + count):
            text = f"step {number} loss {1 / (number + 1):.6f} of a line as long as most are"
            record = {"time": 1.0, "rank": 0, "kind": "text", "stream": "stdout", "text": text}
            said = json.dumps({**record, "n": number}, separators=(",", ":"))
            stamp = datetime.now(UTC).isoformat(timespec="microseconds")[:26]
            lines.append(f"{stamp}000Z stdout F {said}\n")
        self._number += count
        with self._file.open("a") as file:
            file.write("".join(lines))


def count(lab: Lab, job: Job) -> int:
    return (lab.home / "jobs" / job.id / "records.jsonl").read_bytes().count(b"\n")


def ours(lab: Lab, job: Job, log: PodLog, lines: int) -> float:
    """Return lines a second, from their being written to their being records."""
    before, start = count(lab, job), time.perf_counter()
    log.say(lines)
    until("all are records", lambda: count(lab, job) == before + PODS * lines, 300, 0.02)
    return PODS * lines / (time.perf_counter() - start)


def peer(lab: Lab, job: Job, lines: int) -> float:
    """Return the lines a second of streams that are only read."""
    api = Fleet(lab.home).member(CLUSTER).api
    left = threading.Barrier(PODS + 1)

    def read(name: str) -> None:
        path = paths.pods(lab.space.name, name, "log")
        with api.stream(path, container="ranks", follow="true", timestamps="true") as stream:
            left.wait()
            seen = 0
            for block in stream:
                seen += block.count(b"\n")
                if seen >= lines:
                    break
        left.wait()

    names = [pod["metadata"]["name"] for pod in lab.pods(job)]
    threads = [threading.Thread(target=read, args=(name,), daemon=True) for name in names]
    for thread in threads:
        thread.start()
    left.wait()
    start = time.perf_counter()
    left.wait()
    return PODS * lines / (time.perf_counter() - start)


def broken_off(plane: Plane, lab: Lab, job: Job, log: PodLog, lines: int) -> Counter[str]:
    """Kill the API server while pods speak; return how often each line became a record."""
    before = count(lab, job)
    for part in range(10):
        log.say(lines // 10)
        if part == 4:
            plane.restart("kube-apiserver")
        time.sleep(0.3)
    until("all are records", lambda: count(lab, job) >= before + PODS * lines, 300, 0.05)
    time.sleep(3)  # for what would come twice
    found = (lab.home / "jobs" / job.id / "records.jsonl").read_bytes().splitlines()[before:]
    return Counter(next(records.parse(line))["text"] for line in found)


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--lines", type=int, default=LINES)
    lines = asked.parse_args().lines
    with Plane() as plane, tempfile.TemporaryDirectory() as folder:
        space = spaces.make(plane.api, {"h100": {"nvidia.com/gpu": 8 * PODS}})
        space.fake_nodes(PODS)
        log = PodLog(space, Path(folder) / "pod.log")
        configure(Path(folder), plane.kubeconfig, space)
        lab = Lab(Path(folder), space)
        try:
            job = lab.until(lab.submit(nodes=PODS, gpus=8, cpus=0.1), "running", 300)
            log.say(1)
            until("every pod is followed", lambda: count(lab, job) == PODS, 300)
            rate = ours(lab, job, log, lines)
            counted = broken_off(plane, lab, job, log, 1000)
            lab.scheduler.close()
            alone = peer(lab, job, lines)
        finally:
            lab.close()
    once = all(times == PODS for times in counted.values()) and len(counted) == 1000
    print(f"logs of {PODS} pods, {lines:,} lines each, through one API server")
    print(f"  read and thrown away  {alone:10,.0f} lines/s")
    print(f"  gathered as records   {rate:10,.0f} lines/s (bar {BAR:,})")
    print(f"  API server killed meanwhile: every line there once: {once}")
    print(f"ratio: {rate / alone:.2f}")
    return 0 if rate >= BAR and once else 1


if __name__ == "__main__":
    raise SystemExit(main())
