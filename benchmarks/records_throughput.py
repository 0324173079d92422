"""Records kept a second when eight ranks print at full speed; and none of them lost.

The peer is the same eight processes writing to one file each, as a launcher that only redirects
output does: what a record (time, rank, stream, one merged file) costs beyond that.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from ogai_lab.core.blobs import BlobStore
from ogai_lab.core.home import Home
from ogai_lab.scheduler.engines.base import Order, Placement
from ogai_lab.scheduler.engines.local import LocalEngine
from ogai_lab.scheduler.spec import CommandRun, JobSpec

RANKS = 8
BAR = 500_000


def redirected(folder: Path, lines: int) -> float:
    """Return the seconds that the ranks take when each writes to a file of its own."""
    started = time.perf_counter()
    files = [(folder / f"{rank}.log").open("wb") for rank in range(RANKS)]
    ranks = [subprocess.Popen(["seq", "1", str(lines)], stdout=file) for file in files]
    for rank, file in zip(ranks, files, strict=True):
        rank.wait()
        file.close()
    return time.perf_counter() - started


def recorded(folder: Path, lines: int) -> tuple[float, int, int]:
    """Return the seconds that a job of the ranks takes, the agent's peak kB, the lines kept."""
    home = Home.open(folder / "home")
    engine = LocalEngine(home, BlobStore(home.blobs_url), list)
    spec = JobSpec(run=CommandRun(argv=["seq", "1", str(lines)]), processes=RANKS)
    order = Order(
        job_id="bench",
        owner="bench",
        spec=spec,
        placements=(Placement(node="n"),),
        attempt=1,
        restarts_left=0,
    )
    started = time.perf_counter()
    engine.start(order)
    agent = (home.jobs / "bench" / "agents" / "node-0.json").read_text()
    pid = agent.split('"pid":')[1].split(",")[0]
    peak = 0
    while engine.look("bench").state != "ended":
        time.sleep(0.02)
        try:
            status = Path(f"/proc/{pid}/status").read_text()
        except OSError:
            continue
        found = [line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")]
        peak = max([peak, *map(int, found)])
    took = time.perf_counter() - started
    return took, peak, whole(home.jobs / "bench" / "records.jsonl", lines)


def whole(path: Path, lines: int) -> int:
    """Return how many lines were kept, after checking that each rank's are all there, in order."""
    last = dict.fromkeys((f'"rank":{rank},' for rank in range(RANKS)), 0)
    kept = 0
    with path.open(encoding="ascii") as file:
        for line in file:
            if '"kind":"text"' not in line:
                continue
            rank = '"rank"' + line.split('"rank"')[1].split(",")[0] + ","
            number = int(line.rsplit('"', 2)[1])
            if number != last[rank] + 1:
                sys.exit(f"{rank} went from {last[rank]} to {number}: a line was lost")
            last[rank] = number
            kept += 1
    if set(last.values()) != {lines}:
        sys.exit(f"the last lines are {last}, not {lines}: lines were lost")
    return kept


def main(lines: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        bare = redirected(folder, lines)
        took, peak, kept = recorded(folder, lines)
    rate = kept / took
    print(f"{'':24}{'seconds':>10}{'lines/s':>14}")
    print(f"{'8 files, no records':24}{bare:10.2f}{RANKS * lines / bare:14,.0f}")
    print(f"{'one records file':24}{took:10.2f}{rate:14,.0f}")
    print(
        f"kept {kept:,} of {RANKS * lines:,} lines; the agent's peak memory {peak / 1024:.0f} MiB"
    )
    print(f"ratio: {rate / BAR:.2f} of the bar of {BAR:,} lines/s")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 500_000)
