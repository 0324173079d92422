"""Spares: the next job with the same preloads starts in a parent that has them already."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from ogai_lab.core.home import Home
from ogai_lab.scheduler.agent import processes, spare
from ogai_lab.scheduler.spec import ExitKind

SAY = "import os, sys\nprint(os.getppid(), os.getcwd(), os.environ['OGAI_JOB_ID'], 'up')"


@pytest.fixture
def spared(make_bench, tmp_path):
    bench = make_bench(Home.open(tmp_path / "home"), spare_seconds=60)
    yield bench
    for folder, _ in standing(bench):
        subprocess.run(["rm", "-r", folder], check=True)  # it sees that and goes


def standing(bench):
    return list(spare.standing(str(bench.home.path / "spares")))


def one_standing(bench):
    ((folder, found),) = bench.until(lambda: standing(bench))
    return folder, found["who"]["pid"]


def test_the_next_job_of_the_kind_starts_in_the_spare(spared):
    first = spared.start(SAY, preload=["json"])
    spared.wait(first)
    _, pid = one_standing(spared)
    second = spared.start(SAY, preload=["json"])
    assert spared.wait(second).exit.kind is ExitKind.SUCCEEDED
    assert spared.text(second, 0) == [f"{pid} {spared.folder(second) / 'work'} {second} up"]
    assert not spared.events(second, "not_warm")
    assert one_standing(spared)[1] != pid


def test_jobs_in_a_row_leave_one_spare_behind(spared):
    jobs = [spared.start(SAY, preload=["json"]) for _ in range(3)]
    for job in jobs:
        spared.wait(job)
    one_standing(spared)
    assert len(list((spared.home.path / "spares").iterdir())) == 1


def test_another_kind_does_not(spared):
    spared.wait(spared.start(SAY, preload=["json"]))
    _, pid = one_standing(spared)
    for other in ({"preload": ["csv"]}, {"preload": ["json"], "environment": {"X": "1"}}):
        job = spared.start(SAY, **other)
        spared.wait(job)
        assert spared.text(job, 0)[0].split()[0] != str(pid)


def test_a_snapshot_with_a_module_of_that_name_gets_its_own(spared):
    spared.wait(spared.start(SAY, preload=["json"]))
    one_standing(spared)
    mine = spared.blobs.put(b"mine = 1\n")
    entry = {"path": "json.py", "digest": mine, "size": 9, "mode": 0o644}
    tree = spared.blobs.put(json.dumps({"files": [entry]}).encode())
    job = spared.start("import json\nprint(json.mine)", preload=["json"], snapshot=tree)
    assert spared.wait(job).exit.kind is ExitKind.SUCCEEDED
    assert spared.text(job, 0) == ["1"]


def test_ranks_of_a_spare_are_ended_with_it(spared, kill):
    spared.wait(spared.start(SAY, preload=["json"]))
    one_standing(spared)
    source = "import os, time\nprint('up', flush=True)\nos.fork()\ntime.sleep(600)"
    job = spared.start(source, preload=["json"])
    rank = spared.rank_pid(job, 0)
    assert spared.until(lambda: len(list(processes.group_members({rank}))) == 2)
    kill(spared.agent_pid(job))
    assert spared.wait(job).state == "lost"
    assert not list(processes.group_members({rank}))


def test_a_spare_goes_when_the_engine_it_serves_is_gone(tmp_path):
    program = f"""
import time
from ogai_lab.core.blobs import BlobStore
from ogai_lab.core.home import Home
from ogai_lab.scheduler.agent import spare
from ogai_lab.scheduler.engines.base import Order, Placement
from ogai_lab.scheduler.engines.local import LocalEngine
from ogai_lab.scheduler.spec import CellRun, JobSpec

home = Home.open({str(tmp_path / "home")!r})
engine = LocalEngine(home, BlobStore(home.blobs_url), lambda: [], spare_seconds=60)
spec = JobSpec(run=CellRun(source="print(1)"), preload=["json"])
engine.start(Order(job_id="a", owner="a", spec=spec, placements=(Placement(node="n"),), attempt=1,
                   restarts_left=0))
while not (found := list(spare.standing(str(home.path / "spares")))):
    time.sleep(0.05)
print(found[0][1]["who"]["pid"])
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )
    pid = int(done.stdout)
    for _ in range(200):
        if processes.stat(pid) is None:
            break
        subprocess.run(["sleep", "0.05"], check=True)
    assert processes.stat(pid) is None
    assert not list((tmp_path / "home" / "spares").iterdir())
