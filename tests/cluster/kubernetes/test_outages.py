"""Whatever is killed when: no job is doubled or lost, and its state is right when all is back."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ogai_lab.scheduler.types import JobState
from tests.cluster.kubernetes.labs import ME, Lab, configure
from tests.controlplane import spaces
from tests.controlplane.client import until
from tests.controlplane.plane import Plane
from tests.controlplane.spaces import Space

pytestmark = pytest.mark.kubernetes

Leader = subprocess.Popen[str]


@pytest.fixture
def lead(plane: Plane, space: Space, tmp_path: Path) -> Iterator[Callable[[str], Leader]]:
    """Start processes that lead the home folder of the test."""
    started: list[Leader] = []
    configure(tmp_path, plane.kubeconfig, space)

    def start(linger: str = "0,0") -> Leader:
        process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("leading.py"))],
            env={**os.environ, "OGAI_HOME": str(tmp_path), "LINGER": linger},
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        _until_says(process, "ready")
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()


@pytest.mark.parametrize(("linger", "word"), [("60,0", "before"), ("0,60", "after")])
@pytest.mark.parametrize("cancelled", [False, True])
def test_a_server_killed_while_it_creates(lead, space, tmp_path, linger, word, cancelled) -> None:
    space.fake_nodes(1)
    leader = lead(linger)
    lab = Lab(tmp_path, space, lead=False)
    job = lab.submit(gpus=8)
    _until_says(leader, word)
    os.kill(leader.pid, signal.SIGKILL)
    if cancelled:
        lab.scheduler.cancel(job.id, ME)
    lead()
    if cancelled:
        lab.until(job, "cancelled")
        until("nothing is left", lambda: not lab.jobsets() and not lab.pods(job))
    else:
        lab.until(job, "running")
        assert lab.jobsets() == [job.id]
        assert len(lab.pods(job)) == 1
    lab.close()


def test_a_job_that_ends_while_no_server_looks(lead, space, tmp_path) -> None:
    space.fake_nodes(1)
    leader = lead()
    lab = Lab(tmp_path, space, lead=False)
    job = lab.until(lab.submit(gpus=8), "running")
    os.kill(leader.pid, signal.SIGKILL)
    lab.finish(job)
    until("it is over there", lambda: "terminalState" in lab.jobset(job)["status"])
    assert lab.job(job).state is JobState.RUNNING
    lead()
    lab.until(job, "succeeded")
    until("nothing is left", lambda: not lab.jobsets())
    lab.close()


def test_the_api_server_is_killed_and_comes_back(start_plane, tmp_path) -> None:
    own: Plane = start_plane()
    try:
        space = spaces.make(own.api)
        space.fake_nodes(2)
        configure(tmp_path, own.kubeconfig, space)
        lab = Lab(tmp_path, space)
        running = lab.until(lab.submit(gpus=8), "running")
        own.processes.end("kube-apiserver")
        meanwhile = lab.submit(gpus=8)
        assert lab.job(running).state is JobState.RUNNING
        assert lab.job(meanwhile).state is JobState.QUEUED
        own.restart("kube-apiserver")
        lab.until(meanwhile, "running", 90)
        lab.finish(running)
        lab.until(running, "succeeded")
        assert lab.jobsets() == [meanwhile.id]
        lab.close()
    finally:
        own.stop()


def _until_says(process: Leader, word: str) -> None:
    assert process.stdout
    for line in process.stdout:
        if line.strip() == word:
            return
    raise AssertionError(f"it ended before it said {word!r}")
