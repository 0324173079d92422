"""A job on real kubelets: its ranks find each other, its records come back, it survives a kill."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ogai_lab.scheduler.spec import ExitKind, RestartPolicy, ScriptRun
from ogai_lab.scheduler.types import Job
from tests.cluster.kubernetes.labs import Lab, configure
from tests.controlplane.client import until
from tests.controlplane.plane import Plane
from tests.controlplane.spaces import Space

pytestmark = [pytest.mark.kubernetes, pytest.mark.kubelet]

SCRIPT = """
import os, pathlib, socket, time
import ogai_lab

rank, world = int(os.environ["RANK"]), int(os.environ["WORLD_SIZE"])
address = (os.environ["MASTER_ADDR"], int(os.environ["MASTER_PORT"]))
attempt = int(os.environ["OGAI_ATTEMPT"])
if rank == 0:
    with socket.create_server(("", address[1])) as server:
        for _ in range(world - 1):
            server.accept()[0].sendall(b"hello")
else:
    deadline = time.monotonic() + 60
    while True:
        try:
            print(socket.create_connection(address, 5).recv(5).decode(), flush=True)
            break
        except OSError:
            assert time.monotonic() < deadline
            time.sleep(0.2)
for step in range(20):
    print(f"rank {rank} step {step}", flush=True)
    ogai_lab.log({"loss": 1 / (step + 1)}, step=step)
if attempt == 1 and os.environ.get("WAITS"):
    time.sleep(300)
if rank == 0:
    ogai_lab.output("model", "model")
"""


@pytest.fixture
def lab(plane: Plane, real_space: Space, tmp_path: Path) -> Iterator[Lab]:
    configure(tmp_path / "home", plane.kubeconfig, real_space, python=sys.executable)
    lab = Lab(tmp_path / "home", real_space)
    yield lab
    lab.close()


def _submit(lab: Lab, folder: Path, **fields: object) -> Job:
    work = folder / "work"
    work.mkdir(exist_ok=True)
    (work / "train.py").write_text(SCRIPT)
    run = ScriptRun(path="train.py")
    return lab.submit(run=run, workdir=str(work), nodes=2, gpus=8, processes=1, cpus=0.1, **fields)


def _texts(lab: Lab, job: Job) -> list[str]:
    chunk = lab.scheduler.logs(job.id, kind=["text"], limit=10_000)
    return [record.text or "" for record in chunk.records]


def test_two_nodes_talk_say_all_and_succeed(lab: Lab, tmp_path: Path) -> None:
    job = lab.until(_submit(lab, tmp_path), "succeeded", 120)
    steps = [f"rank {rank} step {step}" for rank in range(2) for step in range(20)]
    assert sorted(_texts(lab, job)) == sorted([*steps, "hello"])
    assert job.outputs == {"model": "model"}
    assert job.metrics["loss"] == pytest.approx(1 / 20)
    assert len(job.node_names) == 2
    (attempt,) = lab.scheduler.attempts(job.id)
    assert attempt.exit is not None
    assert attempt.exit.kind is ExitKind.SUCCEEDED


def test_a_rank_that_is_killed_brings_the_gang_back(lab: Lab, tmp_path: Path) -> None:
    policy = RestartPolicy(limit=1, on=[ExitKind.KILLED])
    job = _submit(lab, tmp_path, restarts=policy, environment={"WAITS": "1"})
    lab.until(job, "running", 120)
    until("both have said all", lambda: len(_texts(lab, job)) == 41, 60)
    os.kill(_rank_pid(job.id, 1), signal.SIGKILL)
    over = lab.until(job, "succeeded", 120)
    assert (over.attempt, over.restarts) == (2, 1)
    first, second = lab.scheduler.attempts(job.id)
    assert (first.exit.kind, second.exit.kind) == (ExitKind.KILLED, ExitKind.SUCCEEDED)
    assert len(_texts(lab, job)) == 2 * 41


def _rank_pid(job_id: str, rank: int) -> int:
    """Return the process of a rank: its pod is a group of processes of this machine."""
    wanted = {f"OGAI_JOB_ID={job_id}".encode(), f"RANK={rank}".encode()}
    for file in Path("/proc").glob("[0-9]*/environ"):
        try:
            if wanted <= set(file.read_bytes().split(b"\0")):
                return int(file.parent.name)
        except (FileNotFoundError, PermissionError, ProcessLookupError):
            continue
    raise AssertionError(f"rank {rank} is no process here")
