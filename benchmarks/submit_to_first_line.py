"""From submitting a plain command to its first line: our engine, submitit's, and a bare process.

The bar: at most twice the bare process, plus 0.3 s, and ahead of submitit's local executor.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from ogai_lab.core.blobs import BlobStore
from ogai_lab.core.home import Home
from ogai_lab.scheduler.engines.base import Order, Placement
from ogai_lab.scheduler.engines.local import LocalEngine
from ogai_lab.scheduler.spec import CommandRun, JobSpec

COMMAND = [sys.executable, "-S", "-c", "print('first line', flush=True)"]
POLL = 0.002


def bare() -> float:
    """Return the seconds until the command under `subprocess` prints."""
    started = time.perf_counter()
    with subprocess.Popen(COMMAND, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        return time.perf_counter() - started


def ours(folder: Path) -> Callable[[], float]:
    """Return what measures a job of the local engine."""
    home = Home.open(folder)
    engine = LocalEngine(home, BlobStore(home.blobs_url), list)
    count = iter(range(1_000_000))

    def once() -> float:
        order = Order(
            job_id=f"bench{next(count)}",
            owner="bench",
            spec=JobSpec(run=CommandRun(argv=COMMAND)),
            placements=(Placement(node="n"),),
            attempt=1,
            restarts_left=0,
        )
        started = time.perf_counter()
        engine.start(order)
        while True:
            records = engine.read(order.job_id, 0).records
            if any(record["kind"] == "text" for record in records):
                took = time.perf_counter() - started
                break
            time.sleep(POLL)
        while engine.look(order.job_id).state != "ended":
            time.sleep(POLL)
        return took

    return once


def submitits(folder: Path) -> Callable[[], float]:
    """Return what measures the same command as a function of submitit's local executor."""
    import submitit

    executor = submitit.LocalExecutor(folder=folder)

    def once() -> float:
        started = time.perf_counter()
        job = executor.submit(submitit.helpers.CommandFunction(COMMAND, verbose=True))
        while "first line" not in (job.stdout() or ""):
            time.sleep(POLL)
        took = time.perf_counter() - started
        job.result()
        return took

    return once


def main(rounds: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        contenders = {
            "subprocess": bare,
            "ogai_lab, local engine": ours(folder / "home"),
            "submitit, local executor": submitits(folder / "submitit"),
        }
        taken: dict[str, list[float]] = {name: [] for name in contenders}
        for _ in range(rounds):
            for name, once in contenders.items():
                taken[name].append(once())
    print(f"{'':28}{'median ms':>10}{'worst ms':>10}")
    for name, seconds in taken.items():
        print(f"{name:28}{statistics.median(seconds) * 1e3:10.0f}{max(seconds) * 1e3:10.0f}")
    base, mine, peer = (statistics.median(seconds) for seconds in taken.values())
    print(f"bar: {(2 * base + 0.3) * 1e3:.0f} ms")
    print(f"ratio: {mine / peer:.2f} of submitit, {mine / (2 * base + 0.3):.2f} of the bar")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10)
