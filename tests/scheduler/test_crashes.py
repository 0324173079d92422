"""Real processes, killed at the worst moments: nothing is lost, nothing runs twice."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ogai_lab.scheduler.spec import RestartPolicy
from ogai_lab.scheduler.types import JobState

from .conftest import Bench

LEADING = Path(__file__).with_name("leading.py")
Leader = subprocess.Popen[str]


@pytest.fixture
def lead(home) -> Iterator[Callable[..., Leader]]:
    """Start a process that leads, or waits to; it is killed in the end."""
    started: list[Leader] = []

    def start(linger: str = "0,0") -> Leader:
        process = subprocess.Popen(
            [sys.executable, str(LEADING)],
            env=os.environ | {"OGAI_HOME": str(home.path), "LINGER": linger},
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def runs(bench: Bench, job_id: str) -> list[str]:
    return [line for line in bench.text(job_id) if line.startswith("run")]


@pytest.mark.parametrize("linger", ["5,0", "0,5"], ids=["before the start", "after the start"])
def test_a_leader_killed_around_a_start(quiet: Bench, lead, linger) -> None:
    first = lead(linger)
    job = quiet.shell("echo run; sleep 1; echo end")
    quiet.until(lambda: quiet.scheduler.job(job.id).state == "starting")
    if linger == "0,5":
        assert first.stdout is not None
        assert first.stdout.readline().startswith("started")
    first.kill()
    quiet.scheduler.lead()
    job = quiet.over(job.id)
    assert job.state is JobState.SUCCEEDED
    assert quiet.text(job.id) == ["run", "end"]
    assert len(quiet.scheduler.attempts(job.id)) == 1


def test_jobs_that_end_while_nobody_watches_get_their_true_end(quiet: Bench, lead) -> None:
    leader = lead()
    gate = quiet.home.path / "gate"
    wait = f"until [ -e {gate} ]; do sleep 0.05; done"
    good, bad = quiet.shell(wait), quiet.shell(f"{wait}; exit 3")
    for job in (good, bad):
        quiet.until(lambda job=job: quiet.scheduler.job(job.id).state == "running")
    leader.kill()
    leader.wait()
    gate.touch()
    quiet.until(lambda: all((quiet.home.jobs / j.id / "exit.json").exists() for j in (good, bad)))
    assert quiet.scheduler.job(good.id).state is JobState.RUNNING
    assert quiet.scheduler.explain(good.id).reasons[-1].code == "no_leader"
    quiet.scheduler.lead()
    assert quiet.over(good.id).state is JobState.SUCCEEDED
    failed = quiet.over(bad.id)
    assert failed.state is JobState.FAILED
    assert failed.exit is not None
    assert failed.exit.first is not None
    assert failed.exit.first.code == 3


def test_two_leaders_run_each_job_once(quiet: Bench, lead) -> None:
    lead()
    lead()
    quiet.scheduler.lead()
    jobs = [quiet.shell("echo run") for _ in range(8)]
    for job in jobs:
        assert quiet.over(job.id).state is JobState.SUCCEEDED
        assert runs(quiet, job.id) == ["run"]


def test_leaders_killed_again_and_again(quiet: Bench, lead) -> None:
    """Whoever leads and however often it dies: every job runs once and ends as it ended."""
    jobs = [quiet.shell(f"echo run; sleep 0.2; exit {number % 2}") for number in range(8)]
    for number in range(4):
        leader = lead()
        time.sleep(0.1 + 0.15 * number)
        leader.kill()
        leader.wait()
    quiet.scheduler.lead()
    for number, job in enumerate(jobs):
        over = quiet.over(job.id)
        assert over.state is (JobState.FAILED if number % 2 else JobState.SUCCEEDED)
        assert runs(quiet, job.id) == ["run"]
        assert over.attempt == 1


def test_the_lock_dies_with_its_holder_though_its_agents_live(quiet: Bench, lead) -> None:
    leader = lead()
    job = quiet.shell("sleep 30")
    quiet.until(lambda: quiet.scheduler.job(job.id).state == "running")
    leader.kill()
    leader.wait()
    quiet.until(lambda: quiet.scheduler._lock.leader() is None)
    quiet.scheduler.lead()
    quiet.until(lambda: quiet.scheduler._lock.held)


@pytest.mark.parametrize(("limit", "state"), [(0, JobState.FAILED), (1, JobState.SUCCEEDED)])
def test_a_job_whose_agent_was_killed(bench: Bench, limit, state) -> None:
    """It is started again as its policy allows; the second try goes on in the same folder."""
    command = "echo run; if [ -e seen ]; then exit 0; fi; touch seen; sleep 60"
    job = bench.shell(command, restarts=RestartPolicy(limit=limit))
    bench.until(lambda: runs(bench, job.id))
    agents = bench.home.jobs / job.id / "agents"
    pid = int(bench.until(lambda: _pid(agents / "node-0.json")))
    os.kill(pid, 9)
    job = bench.over(job.id)
    assert job.state is state, job
    assert job.restarts == limit
    assert job.attempt == 1 + limit
    assert len(runs(bench, job.id)) == 1 + limit
    attempts = bench.scheduler.attempts(job.id)
    assert [one.number for one in attempts] == list(range(1, limit + 2))
    assert attempts[0].exit is not None
    assert attempts[0].exit.kind == "node_lost"


def _pid(file: Path) -> str:
    import json

    return str(json.loads(file.read_text())["pid"]) if file.exists() else ""


def test_what_runs_and_is_not_in_the_ledger_is_ended(quiet: Bench, lead) -> None:
    leader = lead()
    job = quiet.shell("echo $$; sleep 60")
    pid = int(quiet.until(lambda: quiet.text(job.id))[0])
    leader.kill()
    leader.wait()
    with quiet.scheduler._database.write() as connection:
        connection.exec_driver_sql("DELETE FROM jobs")
    quiet.scheduler.lead()
    quiet.until(lambda: not Path(f"/proc/{pid}").exists())
