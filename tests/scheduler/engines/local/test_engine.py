"""The promises of the Engine Protocol, on real processes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from ogai_lab.core.errors import Conflict, InvalidInput, NotFound, StorageFull
from ogai_lab.core.home import Home
from ogai_lab.scheduler.agent import processes
from ogai_lab.scheduler.engines.base import Order, Placement
from ogai_lab.scheduler.spec import CommandRun, ExitKind, JobSpec, RestartPolicy, ScriptRun

FOREVER = "import time\nprint('up', flush=True)\ntime.sleep(600)"


def test_a_job_runs_and_says_so(bench):
    job = bench.start(["sh", "-c", "echo out; echo err >&2"])
    seen = bench.wait(job)
    assert (seen.state, seen.attempt, seen.restarts) == ("ended", 1, 0)
    assert seen.exit.kind is ExitKind.SUCCEEDED
    assert seen.started <= seen.ended
    assert bench.text(job, stream="stdout") == ["out"]
    assert bench.text(job, stream="stderr") == ["err"]
    names = [r["name"] for r in bench.records(job) if r["kind"] == "event"]
    assert names == ["attempt_started", "rank_started", "rank_exited", "attempt_ended"]


def test_an_agent_that_ended_stays_as_no_zombie_while_nothing_else_happens(bench):
    job = bench.start(["true"])
    agent = json.loads((bench.home.jobs / job / "agents" / "node-0.json").read_text())["pid"]
    bench.wait(job)
    deadline = time.monotonic() + 30
    while psutil.pid_exists(agent):
        bench.engine.stirred()
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_what_was_never_ordered_is_absent(bench):
    assert bench.engine.look("nothing").state == "absent"
    assert bench.engine.read("nothing", 0) == ([], 0)
    assert bench.engine.output("nothing") is None
    bench.engine.stop("nothing", "cancelled")
    bench.engine.forget("nothing")


@pytest.mark.parametrize("job_id", ["", "..", "../x", "a/b", ".hidden"])
def test_a_job_id_cannot_leave_the_folder(bench, job_id):
    with pytest.raises(InvalidInput):
        bench.engine.look(job_id)


def test_an_order_is_carried_out_once(bench):
    order = bench.order("twice", run=CommandRun(argv=["echo", "once"]))
    bench.engine.start(order)
    bench.engine.start(order)
    bench.wait("twice")
    bench.engine.start(order)
    bench.wait("twice")
    assert bench.text("twice") == ["once"]


def test_two_that_start_the_same_order_at_once_start_it_once(bench):
    order = bench.order("race", run=CommandRun(argv=["echo", "once"]))
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(bench.engine.start, [order] * 8))
    bench.wait("race")
    assert bench.text("race") == ["once"]


def test_a_later_attempt_goes_on_in_the_same_folder(bench):
    run = CommandRun(argv=["sh", "-c", "echo line >> kept; cat kept; exit 3"])
    for attempt in (1, 2):
        bench.engine.start(bench.order("again", attempt=attempt, run=run))
        seen = bench.wait("again")
    assert (seen.attempt, seen.exit.first.code) == (2, 3)
    assert bench.text("again") == ["line", "line", "line"]


def test_every_rank_finds_torchruns_environment(bench):
    names = "RANK LOCAL_RANK WORLD_SIZE LOCAL_WORLD_SIZE GROUP_RANK NODE_RANK MASTER_ADDR"
    names += " TORCHELASTIC_RESTART_COUNT OGAI_ATTEMPT OMP_NUM_THREADS MASTER_PORT"
    command = ["sh", "-c", " ".join(["echo", *(f"${name}" for name in names.split())])]
    job = bench.start(command, nodes=2, processes=2)
    assert bench.wait(job).exit.kind is ExitKind.SUCCEEDED
    lines = [line.split() for rank in range(4) for line in bench.text(job, rank)]
    expected = "{rank} {local} 4 2 {node} {node} 127.0.0.1 0 1 1"
    for rank, line in enumerate(lines):
        node, local = divmod(rank, 2)
        assert line[:-1] == expected.format(rank=rank, local=local, node=node).split()
    assert len({line[-1] for line in lines}) == 1


def test_each_attempt_has_a_fresh_port_and_charges_the_budget_once(bench):
    command = ["sh", "-c", "echo $MASTER_PORT $OGAI_ATTEMPT; exit 1"]
    policy = RestartPolicy(limit=2, on=[ExitKind.PROGRAM_ERROR])
    job = bench.start(command, processes=3, restarts=policy)
    seen = bench.wait(job)
    assert (seen.attempt, seen.restarts) == (3, 2)
    assert [e["left"] for e in bench.events(job, "restarting")] == [1, 0]
    ports = {line.split()[0] for line in bench.text(job)}
    assert len(ports) == 3


def test_a_job_may_have_an_environment_but_not_the_servers_secrets(bench, monkeypatch):
    monkeypatch.setenv("OGAI_TOKEN", "hush")
    monkeypatch.setenv("JUPYTERHUB_API_TOKEN", "hush")
    job = bench.start(["env"], environment={"MINE": "1", "OMP_NUM_THREADS": "7"}, processes=2)
    bench.wait(job)
    said = bench.text(job)
    assert "MINE=1" in said
    assert "OMP_NUM_THREADS=7" in said
    assert not [line for line in said if "hush" in line]


@pytest.mark.parametrize(
    ("argv", "kind", "words"),
    [
        (["sh", "-c", "echo why >&2; exit 7"], ExitKind.PROGRAM_ERROR, "code 7: why"),
        (["not-a-command"], ExitKind.START_FAILED, "'not-a-command'"),
        (["sh", "-c", "kill -SEGV $$"], ExitKind.SIGNAL, "SIGSEGV"),
        (["sh", "-c", "kill -KILL $$"], ExitKind.KILLED, "SIGKILL"),
        (["sh", "-c", "sh -c 'kill -ABRT $$'; exit $?"], ExitKind.SIGNAL, "SIGABRT"),
    ],
)
def test_how_a_rank_ended_is_told(bench, argv, kind, words):
    seen = bench.wait(bench.start(argv))
    assert seen.exit.kind is kind
    assert words in seen.exit.message
    assert seen.exit.action


def test_a_script_that_is_missing_or_broken_is_a_program_error(bench):
    missing = bench.wait(bench.start_run(ScriptRun(path="nothing.py")))
    assert "nothing.py" in missing.exit.message
    broken = bench.wait(bench.start("def f(:\n  pass"))
    assert broken.exit.kind is ExitKind.PROGRAM_ERROR
    assert "SyntaxError" in broken.exit.message


def test_a_job_that_cannot_be_started_leaves_no_agent(bench):
    """It is over before its agent begins to wait for anything."""
    job_id = bench.start_run(CommandRun(argv=["/no/such/program"]))
    assert bench.wait(job_id).exit.kind is ExitKind.START_FAILED
    agent = bench.agent_pid(job_id)
    bench.until(lambda: processes.stat(agent) is None)


def test_the_first_failed_rank_is_named_and_the_others_are_ended(bench):
    code = "import os, time\nprint('up')\nif os.environ['RANK'] == '2':\n    1 / 0\ntime.sleep(600)"
    job = bench.start(code, nodes=2, processes=2)
    seen = bench.wait(job)
    assert (seen.exit.first.rank, seen.exit.first.node, seen.exit.first.code) == (2, 1, 1)
    assert seen.exit.message.endswith("ZeroDivisionError: division by zero")
    assert seen.exit.tail[-1] == "ZeroDivisionError: division by zero"
    assert bench.gone(job)


def test_stop_asks_first_and_insists_after_the_grace(bench):
    polite = "trap 'echo saved; exit 0' TERM; echo up; while :; do sleep 0.05; done"
    job = bench.start(["sh", "-c", polite])
    bench.rank_pid(job, 0)
    bench.engine.stop(job, "preempted")
    assert bench.wait(job).exit.kind is ExitKind.PREEMPTED
    assert bench.text(job)[-1] == "saved"

    deaf = bench.start(["sh", "-c", "trap '' TERM; echo up; while :; do sleep 0.05; done"])
    bench.rank_pid(deaf, 0)
    bench.engine.stop(deaf, "cancelled", grace=0.2)
    assert bench.wait(deaf, 10).exit.kind is ExitKind.CANCELLED
    assert bench.gone(deaf)


def test_a_stop_right_after_the_start_is_not_missed(bench):
    job = bench.start(FOREVER, restarts=RestartPolicy(limit=5))
    bench.engine.stop(job, "cancelled", grace=1)
    seen = bench.wait(job)
    assert (seen.exit.kind, seen.restarts) == (ExitKind.CANCELLED, 0)
    assert bench.gone(job)


def test_a_stop_while_it_waits_to_restart(bench):
    policy = RestartPolicy(limit=5, on=[ExitKind.PROGRAM_ERROR], delay=600)
    job = bench.start(["false"], restarts=policy)
    bench.until(lambda: bench.events(job, "restarting"))
    bench.engine.stop(job, "cancelled")
    assert bench.wait(job).exit.kind is ExitKind.CANCELLED


def test_the_timeout_ends_all_attempts(bench):
    policy = RestartPolicy(limit=100, on=[ExitKind.PROGRAM_ERROR, ExitKind.TIMEOUT])
    job = bench.start(["sh", "-c", "sleep 0.1; exit 1"], timeout=3.0, restarts=policy)
    seen = bench.wait(job)
    assert seen.exit.kind is ExitKind.TIMEOUT
    assert "3 s" in seen.exit.message
    assert seen.restarts > 0


def test_memory_over_the_limit_ends_the_job_with_numbers(bench):
    code = "x = bytearray(300 << 20)\nprint('up', flush=True)\nimport time\ntime.sleep(600)"
    seen = bench.wait(bench.start(code, memory="100MiB"))
    assert seen.exit.kind is ExitKind.OUT_OF_MEMORY
    assert "0.10 GiB" in seen.exit.message


def test_a_running_job_cannot_be_forgotten(bench):
    job = bench.start(FOREVER)
    bench.rank_pid(job, 0)
    with pytest.raises(Conflict):
        bench.engine.forget(job)
    bench.engine.stop(job, "cancelled")
    bench.wait(job)
    bench.engine.forget(job)
    assert not bench.folder(job).exists()
    assert bench.engine.look(job).state == "absent"


def test_sweep_ends_strangers_and_spares_the_known(bench):
    stranger, known = bench.start(FOREVER), bench.start(FOREVER)
    bench.rank_pid(stranger, 0)
    bench.rank_pid(known, 0)
    assert bench.engine.sweep({known}) == [stranger]
    assert bench.gone(stranger)
    assert bench.engine.look(known).state == "running"


def test_a_snapshot_becomes_the_working_folder(bench):
    content = bench.blobs.put(b"#!/bin/sh\necho from the snapshot\n")
    entry = {"path": "bin/tool", "digest": content, "size": 33, "mode": 0o755}
    tree = bench.blobs.put(json.dumps({"files": [entry]}).encode())
    job = bench.start_run(CommandRun(argv=["bin/tool"]), snapshot=tree)
    assert bench.wait(job).exit.kind is ExitKind.SUCCEEDED
    assert bench.text(job) == ["from the snapshot"]


def test_a_snapshot_that_is_missing_leaves_nothing_behind(bench):
    order = bench.order("no", snapshot="sha256:" + "0" * 64, run=CommandRun(argv=["true"]))
    with pytest.raises(NotFound):
        bench.engine.start(order)
    assert not bench.folder("no").exists()
    assert bench.engine.look("no").state == "absent"


def test_gpus_are_those_of_the_placement(bench):
    spec = JobSpec(
        run=CommandRun(argv=["sh", "-c", "echo $CUDA_VISIBLE_DEVICES"]), gpus=2, processes=1
    )
    placements = (Placement(node="n0", gpus=(3, 5)),)
    bench.engine.start(
        Order(job_id="g", owner="a", spec=spec, placements=placements, attempt=1, restarts_left=0)
    )
    bench.wait("g")
    assert bench.text("g") == ["3,5"]


@pytest.fixture
def small_disk(tmp_path: Path):
    if os.geteuid() != 0:
        pytest.skip("a full disk is made by mounting a small tmpfs, which takes root")
    folder = tmp_path / "small"
    folder.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", folder], check=False)
    if made.returncode:
        pytest.skip("a small tmpfs cannot be mounted here")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def test_a_full_disk_at_the_start_is_told_and_nothing_is_left(small_disk, make_bench):
    bench = make_bench(Home.open(small_disk))
    subprocess.run(["dd", "if=/dev/zero", f"of={small_disk / 'filler'}"], capture_output=True)
    with pytest.raises(StorageFull):
        bench.start(["echo", "hello"])
    assert not list(small_disk.glob("jobs/*"))


def test_a_disk_that_fills_up_ends_the_job_with_a_word(small_disk, make_bench, monkeypatch):
    monkeypatch.setenv("AGENT_STORAGE_PATIENCE", "1")
    bench = make_bench(Home.open(small_disk))
    job = bench.start(["sh", "-c", "seq 1 10000000"])
    seen = bench.wait(job)
    assert seen.exit.kind is ExitKind.STORAGE_FULL
    assert str(small_disk) in seen.exit.message
    lines = [int(text) for text in bench.text(job)]
    assert lines == list(range(1, len(lines) + 1))
    assert bench.gone(job)


FILLS = """
import os, sys
with open("model.bin", "wb", buffering=0) as file:
    try:
        while True:
            file.write(bytes(1 << 16))
    except OSError:
        file.truncate(file.tell() - (300 << 10))
sys.exit("file write failed")
"""


def test_a_failed_write_that_names_no_disk_is_told_apart_too(small_disk, make_bench):
    bench = make_bench(Home.open(small_disk))
    seen = bench.wait(bench.start(FILLS))
    assert seen.exit.kind is ExitKind.STORAGE_FULL
    assert "file write failed" in seen.exit.message
    assert str(small_disk) in seen.exit.message


def test_a_disk_that_has_room_again_loses_nothing(small_disk, make_bench):
    bench = make_bench(Home.open(small_disk))
    filler = small_disk / "filler"
    filler.write_bytes(bytes(2 << 20))
    job = bench.start(["seq", "1", "20000"])
    bench.until(lambda: len(bench.records(job)) > 5000)
    filler.unlink()
    assert bench.wait(job).exit.kind is ExitKind.SUCCEEDED
    assert [int(text) for text in bench.text(job)] == list(range(1, 20001))


def test_a_clock_that_was_set_back_keeps_no_dead_job_alive(bench, kill):
    ahead = time.time() + 3600  # as files look when the clock jumped back by an hour
    dead = bench.start(FOREVER)
    kill(bench.rank_pid(dead, 0))
    bench.wait(dead)
    for name in ("exit.json", "status.json", "agents/node-0.json"):
        (bench.folder(dead) / name).unlink()
    os.utime(bench.folder(dead) / "order.json", (ahead, ahead))
    assert bench.engine.look(dead).state == "lost"

    deaf = bench.start(FOREVER)
    bench.rank_pid(deaf, 0)
    kill(bench.agent_pid(deaf), signal.SIGSTOP)
    bench.engine.stop(deaf, "cancelled")
    os.utime(bench.folder(deaf) / "stop", (ahead, ahead), follow_symlinks=False)
    assert bench.engine.look(deaf).state == "lost"
    assert bench.gone(deaf)
