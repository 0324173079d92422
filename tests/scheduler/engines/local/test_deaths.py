"""Whatever is killed, stopped or rebooted: the state is right afterwards and nothing is left."""

from __future__ import annotations

import json
import signal

import pytest

from ogai_lab.scheduler.agent import processes
from ogai_lab.scheduler.spec import ExitKind, RestartPolicy

FOREVER = "import time\nprint('up', flush=True)\ntime.sleep(600)"
# A rank with a child in its group, and one that left for a session of its own.
WITH_CHILDREN = ["sh", "-c", "sleep 600 & setsid sleep 600 & echo up; wait"]


@pytest.mark.parametrize("preload", [[], ["json"]])
def test_a_killed_rank_ends_all_and_charges_once(bench, kill, preload):
    job = bench.start(FOREVER, processes=3, preload=preload, restarts=RestartPolicy(limit=1))
    _, first, _ = (bench.rank_pid(job, rank) for rank in range(3))
    kill(first)
    bench.until(lambda: len(bench.events(job, "rank_started")) == 6)
    seen = bench.engine.look(job)
    assert (seen.attempt, seen.restarts) == (2, 1)
    bench.until(lambda: len(bench.text(job)) >= 4)
    kill(bench.rank_pid(job, 2, attempt=2))
    ended = bench.wait(job)
    assert (ended.exit.kind, ended.exit.first.rank, ended.restarts) == (ExitKind.KILLED, 2, 1)
    assert bench.gone(job)


def test_a_kill_is_the_cause_even_if_its_consequence_is_heard_of_first(bench, kill, tmp_path):
    go = tmp_path / "go"
    code = f"import os, time\nprint('up', flush=True)\nwhile not os.path.exists({str(go)!r}):\n"
    code += "    time.sleep(0.01)\nraise ConnectionResetError('my peer is gone')"
    job = bench.start(code, nodes=2)
    bench.rank_pid(job, 0)
    killed, slow = bench.rank_pid(job, 1), bench.agent_pid(job, 1)
    kill(slow, signal.SIGSTOP)
    kill(killed)
    go.touch()
    bench.until(lambda: bench.events(job, "rank_exited"))
    kill(slow, signal.SIGCONT)
    seen = bench.wait(job)
    assert (seen.exit.kind, seen.exit.first.rank) == (ExitKind.KILLED, 1)


def test_a_kind_that_the_policy_does_not_name_is_final(bench, kill):
    job = bench.start(FOREVER, restarts=RestartPolicy(limit=5, on=[ExitKind.NODE_LOST]))
    kill(bench.rank_pid(job, 0))
    assert bench.wait(job).restarts == 0


def test_children_of_ranks_do_not_outlive_them(bench, kill):
    job = bench.start(WITH_CHILDREN)
    kill(bench.rank_pid(job, 0))
    assert bench.wait(job).exit.kind is ExitKind.KILLED
    assert bench.gone(job)
    well = bench.start(["sh", "-c", "sleep 600 & setsid sleep 600 & echo up"])
    assert bench.wait(well, 20).exit.kind is ExitKind.SUCCEEDED
    assert bench.gone(well)


@pytest.mark.parametrize("argv", [WITH_CHILDREN, FOREVER])
def test_a_killed_head_is_lost_and_leaves_nothing(bench, kill, argv):
    job = bench.start(argv, nodes=2)
    bench.rank_pid(job, 0)
    bench.rank_pid(job, 1)
    kill(bench.agent_pid(job))
    seen = bench.wait(job, 10)
    assert (seen.state, seen.exit.kind) == ("lost", ExitKind.NODE_LOST)
    assert bench.gone(job)
    bench.until(lambda: processes.stat(bench.agent_pid(job, 1)) is None)


def test_a_killed_agent_loses_its_node_and_the_rest_is_ended(bench, kill):
    job = bench.start(WITH_CHILDREN, nodes=3, restarts=RestartPolicy(limit=3))
    for rank in range(3):
        bench.rank_pid(job, rank)
    kill(bench.agent_pid(job, 1))
    seen = bench.wait(job, 10)
    assert (seen.state, seen.exit.kind) == ("lost", ExitKind.NODE_LOST)
    assert "node 1 (n1)" in seen.exit.message
    # The children of the dead agent's ranks are ended at the next look after the agents are gone.
    bench.until(lambda: bench.engine.look(job) and not bench.left(job), 10)


def test_after_a_loss_another_attempt_can_be_ordered(bench, kill):
    job = bench.start(FOREVER)
    order = bench.order(job, attempt=2, run={"kind": "command", "argv": ["echo", "second"]})
    bench.rank_pid(job, 0)
    kill(bench.agent_pid(job))
    bench.wait(job)
    bench.engine.start(order)
    seen = bench.wait(job)
    assert (seen.state, seen.attempt) == ("ended", 2)
    assert bench.text(job) == ["up", "second"]


def test_the_warm_parent_may_die_and_ranks_go_on(bench, kill):
    code = "import os, time\nprint('up', flush=True)\ntime.sleep(1.5)\nprint('done')"
    job = bench.start(code, preload=["json"])
    rank = bench.rank_pid(job, 0)
    agent = bench.agent_pid(job)
    (warm,) = (pid for pid in processes.children(agent) if pid != rank)
    kill(warm)
    assert bench.wait(job).exit.kind is ExitKind.SUCCEEDED
    assert bench.text(job, 0) == ["up", "done"]


def test_the_warm_parent_killed_while_it_imports_is_done_without(bench, kill):
    slow = "import time\ntime.sleep(600)"
    tree = _snapshot(bench, {"slow.py": slow})
    job = bench.start("print('up')", preload=["slow"], snapshot=tree)
    agent = bench.agent_pid(job)
    (warm,) = bench.until(lambda: list(processes.children(agent)))
    kill(warm)
    assert bench.wait(job, 20).exit.kind is ExitKind.SUCCEEDED
    assert "ended while" in bench.events(job, "not_warm")[0]["reason"]


def test_a_stopped_rank_is_a_hang(bench, kill):
    code = "import time\nwhile True:\n    print('up', flush=True)\n    time.sleep(0.05)"
    job = bench.start(code, processes=2, hang_timeout=1.0)
    kill(bench.rank_pid(job, 1), signal.SIGSTOP)
    seen = bench.wait(job, 20)
    assert (seen.exit.kind, seen.exit.first.rank) == (ExitKind.HANG, 1)
    assert "SIGSTOP" in seen.exit.message
    assert bench.gone(job)


def test_a_reboot_loses_the_job_and_kills_nobody_elses_process(bench, kill):
    job = bench.start(FOREVER)
    bench.rank_pid(job, 0)
    agent = bench.agent_pid(job)
    path = bench.folder(job) / "agents" / "node-0.json"
    who = json.loads(path.read_text())
    path.write_text(json.dumps({**who, "boot_id": "another"}))
    assert bench.engine.look(job).state == "lost"
    assert processes.stat(agent) is not None  # that pid belongs to somebody else by now
    kill(agent)


def test_an_agent_ended_by_a_shutdown_is_lost_not_cancelled(bench, kill):
    job = bench.start(FOREVER)
    bench.rank_pid(job, 0)
    kill(bench.agent_pid(job), signal.SIGTERM)
    seen = bench.wait(job)
    assert (seen.state, seen.exit.kind) == ("lost", ExitKind.NODE_LOST)
    assert bench.gone(job)


def test_a_torn_last_line_does_not_swallow_the_next_attempt(bench, kill):
    job = bench.start(["echo", "first"])
    bench.wait(job)
    with (bench.folder(job) / "records.jsonl").open("ab") as file:
        file.write(b'{"time":1.0,"rank":0,"kind":"text","stream":"stdo')
    bench.engine.start(
        bench.order(job, attempt=2, run={"kind": "command", "argv": ["echo", "second"]})
    )
    bench.wait(job)
    assert bench.text(job) == ["first", "second"]


def _snapshot(bench, files):
    entries = [
        {"path": path, "digest": bench.blobs.put(text.encode()), "size": len(text), "mode": 0o644}
        for path, text in files.items()
    ]
    return bench.blobs.put(json.dumps({"files": entries}).encode())
