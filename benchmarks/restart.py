"""A 2-rank FSDP2 job on gloo: submit to first step, and kill -9 of rank 1 to first step again.

Against `torchrun --standalone` in the same run. The bar: each at most a third of torchrun's, and
the restart budget charged once. Ours is started twice: cold, and with a spare warm parent that an
earlier job of the session left behind. A torchrun that has not recovered when its patience ends
counts with the patience.
"""

from __future__ import annotations

import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from ogai_lab.core.blobs import BlobStore
from ogai_lab.core.home import Home
from ogai_lab.scheduler.agent import spare
from ogai_lab.scheduler.engines.base import Order, Placement
from ogai_lab.scheduler.engines.local import LocalEngine
from ogai_lab.scheduler.spec import CellRun, JobSpec, RestartPolicy

PATIENCE = 60.0
PRELOAD = ["torch", "torch.distributed", "torch.distributed.fsdp", "torch._dynamo"]
TRAIN = """
import os, time
import torch, torch.distributed as dist
from torch.distributed.fsdp import fully_shard

dist.init_process_group("gloo")
torch.manual_seed(0)
model = torch.nn.Sequential(*[torch.nn.Linear(64, 64) for _ in range(4)])
for layer in model:
    fully_shard(layer)
fully_shard(model)
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
for step in range(1_000_000):
    loss = model(torch.randn(8, 64)).square().mean()
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    if step == 0:
        attempt = os.environ["TORCHELASTIC_RESTART_COUNT"]
        print("FIRST", dist.get_rank(), os.getpid(), attempt, time.time(), flush=True)
    time.sleep(0.05)
"""


class First:
    """What a rank says when it has made its first step."""

    def __init__(self, line: str) -> None:
        _, rank, pid, attempt, when = line.split()
        self.rank, self.pid, self.attempt, self.when = (
            int(rank),
            int(pid),
            int(attempt),
            float(when),
        )


def measure(started: float, firsts: Iterator[First]) -> tuple[float, float, int]:
    """Return the seconds to the first step of both ranks, those after a kill, and the restarts."""
    first = [next(firsts), next(firsts)]
    took = max(said.when for said in first) - started
    time.sleep(0.5)
    killed = time.time()
    os.kill(next(said.pid for said in first if said.rank == 1), signal.SIGKILL)
    again: dict[int, list[First]] = {}
    for said in firsts:
        again.setdefault(said.attempt, []).append(said)
        if len(again[said.attempt]) == 2:
            return took, max(said.when for said in again[said.attempt]) - killed, said.attempt
    return took, PATIENCE, 0


class Ours:
    """Jobs of the local engine."""

    def __init__(self, folder: Path) -> None:
        self.home = Home.open(folder)
        self.engine = LocalEngine(self.home, BlobStore(self.home.blobs_url), list)
        self.count = 0

    def once(self) -> tuple[float, float, int]:
        """Measure one job."""
        self.count += 1
        job = f"bench{self.count}"
        spec = JobSpec(
            run=CellRun(source=TRAIN),
            processes=2,
            preload=PRELOAD,
            restarts=RestartPolicy(limit=3),
        )
        started = time.time()
        self.engine.start(
            Order(
                job_id=job,
                owner="bench",
                spec=spec,
                placements=(Placement(node="n"),),
                attempt=1,
                restarts_left=3,
            )
        )
        measured = measure(started, self.firsts(job))
        charged = self.engine.look(job).restarts
        self.engine.stop(job, "cancelled", grace=1)
        while self.engine.look(job).state != "ended":
            time.sleep(0.02)
        return measured[0], measured[1], charged

    def firsts(self, job: str) -> Iterator[First]:
        """Yield the first steps of a job's ranks as they come."""
        offset, deadline = 0, time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            chunk = self.engine.read(job, offset)
            offset = chunk.offset
            for record in chunk.records:
                if record.get("text", "").startswith("FIRST"):
                    deadline = time.monotonic() + PATIENCE
                    yield First(record["text"])
            time.sleep(0.01)

    def wait_for_spare(self) -> None:
        """Wait until the spare that the last job left behind is ready."""
        while not list(spare.standing(str(self.home.path / "spares"))):
            time.sleep(0.05)


def torchrun(script: Path) -> tuple[float, float, int]:
    """Measure `torchrun --standalone`."""
    started = time.time()
    launcher = subprocess.Popen(
        [
            *(sys.executable, "-m", "torch.distributed.run", "--standalone"),
            *("--nproc-per-node", "2", "--max-restarts", "3", str(script)),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    assert launcher.stdout is not None
    try:
        return measure(started, _lines(launcher.stdout))
    finally:
        launcher.terminate()
        try:
            launcher.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(launcher.pid, signal.SIGKILL)
            launcher.wait()


def _lines(stream: IO[bytes]) -> Iterator[First]:
    os.set_blocking(stream.fileno(), False)
    rest, deadline = b"", time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        data = stream.read(1 << 16)
        if data == b"":
            return
        *lines, rest = (rest + (data or b"")).split(b"\n")
        for line in lines:
            if line.startswith(b"FIRST"):
                deadline = time.monotonic() + PATIENCE
                yield First(line.decode())
        time.sleep(0.01)


def main(rounds: int) -> None:
    taken: dict[str, list[tuple[float, float, int]]] = {"torchrun": [], "cold": [], "spare": []}
    with tempfile.TemporaryDirectory() as name:
        script = Path(name, "train.py")
        script.write_text(TRAIN)
        torchrun(script)  # fills the page cache for all
        for number in range(rounds):
            taken["torchrun"].append(torchrun(script))
            ours = Ours(Path(name, f"home{number}"))
            taken["cold"].append(ours.once())
            ours.wait_for_spare()
            taken["spare"].append(ours.once())
            ours.wait_for_spare()
    print(f"{'median of ' + str(rounds):24}{'start s':>10}{'restart s':>11}   restarts charged")
    for name, rows in taken.items():
        start, again = (statistics.median(row[i] for row in rows) for i in (0, 1))
        print(f"{name:24}{start:10.2f}{again:11.2f}   {[row[2] or 'never' for row in rows]}")
    start, again = (
        statistics.median(row[i] for row in taken["spare"])
        / statistics.median(row[i] for row in taken["torchrun"])
        for i in (0, 1)
    )
    cold = statistics.median(row[0] for row in taken["cold"])
    cold /= statistics.median(row[0] for row in taken["torchrun"])
    print(f"ratio: start {start:.2f} (cold {cold:.2f}), restart {again:.2f} of torchrun's")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
