"""A line written by a job → seen by a client that follows it, beside ``tail -f``.

Eight followers watch at once. The job prints the time at which it prints.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from ogai_lab.core.blobs import BlobStore
from ogai_lab.core.database import Database
from ogai_lab.core.events import EventLog
from ogai_lab.core.home import Home
from ogai_lab.core.operations import Caller
from ogai_lab.scheduler.engines.local.engine import LocalEngine
from ogai_lab.scheduler.service import Scheduler
from ogai_lab.scheduler.spec import CommandRun, JobSpec
from ogai_lab.scheduler.types import Node

LINES = 300
FOLLOWERS = 8
BAR_SECONDS = 0.200
NODE = Node(name="a", state="ready", cpus=8, cpus_free=8, memory=1 << 34, memory_free=1 << 34)
PROGRAM = f"""
import random, time
random.seed(1)
time.sleep(1)
for _ in range({LINES}):
    time.sleep(random.expovariate(50))
    print("at", time.time(), flush=True)
"""


def ours(folder: Path) -> list[float]:
    home = Home.open(folder / "home")
    database, blobs = Database(home.database_url), BlobStore(home.blobs_url)
    engine = LocalEngine(home, blobs, lambda: [NODE])
    scheduler = Scheduler(database, blobs, EventLog(database), home, engine)
    scheduler.lead()
    run = CommandRun(argv=[sys.executable, "-c", PROGRAM])
    job = scheduler.submit(JobSpec(run=run), Caller("ann"))
    took: list[float] = []

    def follow() -> None:
        for chunk in scheduler.follow(job.id, kind=["text"]):
            now = time.time()
            took.extend(
                now - float((record.text or "").removeprefix("at ")) for record in chunk.records
            )

    threads = [threading.Thread(target=follow) for _ in range(FOLLOWERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    scheduler.close()
    database.close()
    if len(took) != LINES * FOLLOWERS:
        sys.exit(f"{len(took)} lines were seen of {LINES * FOLLOWERS}")
    return took


def tail(folder: Path) -> list[float]:
    file = folder / "printed"
    file.touch()
    took: list[float] = []
    with file.open("w") as out:
        follower = subprocess.Popen(["tail", "-f", str(file)], stdout=subprocess.PIPE, text=True)
        subprocess.Popen([sys.executable, "-c", PROGRAM], stdout=out)
        assert follower.stdout is not None
        for _ in range(LINES):
            line = follower.stdout.readline()
            took.append(time.time() - float(line.removeprefix("at ")))
        follower.kill()
        follower.wait()
    return took


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="ogai-bench-") as folder:
        rows = {"ogai_lab follow, 8 at once": ours(Path(folder)), "tail -f": tail(Path(folder))}
    print("line written → seen                 median       p99       max")
    p99s = []
    for name, took in rows.items():
        p99s.append(statistics.quantiles(took, n=100)[98])
        print(
            f"{name:32} {statistics.median(took) * 1e3:7.1f} ms {p99s[-1] * 1e3:6.1f} ms "
            f"{max(took) * 1e3:6.1f} ms"
        )
    print(f"bar: p99 < {BAR_SECONDS * 1e3:.0f} ms")
    print(f"ratio: {p99s[0] / p99s[1]:.2f} times tail -f (p99)")
    if p99s[0] >= BAR_SECONDS:
        sys.exit("above the bar")


if __name__ == "__main__":
    main()
