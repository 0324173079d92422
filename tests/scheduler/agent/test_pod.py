"""Agents as pods run them: real processes with a pod's environment, from parcel to exit code."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ogai_lab.core.blobs import BlobStore
from ogai_lab.scheduler.agent.codes import EXIT_CODES, TERMINATED
from ogai_lab.scheduler.agent.words import LONGEST, fitting
from ogai_lab.scheduler.engines.base import Order
from ogai_lab.scheduler.engines.kubernetes import delivery, ends
from ogai_lab.scheduler.engines.kubernetes.layout import Layout
from ogai_lab.scheduler.snapshot import Snapshots
from ogai_lab.scheduler.spec import CellRun, CommandRun, JobSpec, RestartPolicy, ScriptRun

GANG = """
import os, socket, sys, time
import ogai_lab.core.records as ogai
rank, world = int(os.environ["RANK"]), int(os.environ["WORLD_SIZE"])
where = os.environ["MASTER_ADDR"], int(os.environ["MASTER_PORT"])
if rank == 0:
    server = socket.create_server(where)
    peers = [server.accept()[0] for _ in range(world - 1)]
else:
    for _ in range(200):
        try:
            peers = [socket.create_connection(where)]
            break
        except OSError:
            time.sleep(0.05)
ogai.log({"peers": len(peers)}, step=1)
print("rank", rank, "of", world, "attempt", os.environ["OGAI_ATTEMPT"], flush=True)
if "wait" in sys.argv:
    for peer in peers:
        assert peer.recv(1), "a peer is gone"
for peer in peers:
    peer.sendall(b"x")
for peer in peers:
    peer.recv(1)
"""


class Pods:
    """The pods of one job, on this machine."""

    def __init__(self, folder: Path, spec: JobSpec, snapshot: str | None, blobs: BlobStore) -> None:
        self.folder, self.spec = folder, spec
        order = Order(
            job_id="jtest",
            owner="ada",
            spec=spec,
            placements=(),
            attempt=3,
            restarts_left=1,
            seconds_left=spec.timeout,
            snapshot=snapshot,
        )
        parcel = folder / "parcel"
        parcel.mkdir(parents=True)
        for name, data in delivery.deliver(order, Layout(), blobs).files.items():
            (parcel / name).write_bytes(data)
        placed = json.loads((parcel / delivery.ORDER).read_text())
        placed["port"] = free_port()  # pods have addresses of their own, and here there is one
        (parcel / delivery.ORDER).write_text(json.dumps(placed))
        self.running = [self.start(number) for number in range(spec.nodes)]

    def start(self, number: int, restarts: int = 0) -> subprocess.Popen[bytes]:
        home = self.folder / f"pod-{number}-{restarts}"
        home.mkdir()
        environment = {
            "PATH": os.environ["PATH"],
            "JOB_COMPLETION_INDEX": str(number),
            "OGAI_RESTARTS": str(restarts),
            "OGAI_LAST_WORD": str(home / "word"),
            "AGENT_SEARCH": "1",
        }
        parcel = self.folder / "parcel"
        with (home / "stdout").open("wb") as out, (home / "stderr").open("wb") as errors:
            return subprocess.Popen(
                [sys.executable, "-I", "-S", parcel / delivery.START, parcel, home / "job"],
                env=environment,
                stdout=out,
                stderr=errors,
                start_new_session=True,
            )

    def end(self, number: int = 0) -> int:
        return self.running[number].wait(60)

    def word(self, number: int = 0, restarts: int = 0) -> Any:
        text = (self.folder / f"pod-{number}-{restarts}" / "word").read_text()
        assert len(text.encode()) <= LONGEST
        return ends.word(text)

    def records(self, number: int = 0, restarts: int = 0) -> list[dict[str, Any]]:
        home = self.folder / f"pod-{number}-{restarts}"
        return [json.loads(line) for line in (home / "stdout").read_text().splitlines()]

    def text(self, number: int = 0) -> list[str]:
        return [one["text"] for one in self.records(number) if one["kind"] == "text"]

    def event(self, name: str, number: int = 0) -> dict[str, Any] | None:
        return next((one for one in self.records(number) if one.get("name") == name), None)

    def rank(self, number: int) -> int:
        """Return the pid of a node's rank, when it has printed something."""
        deadline = time.monotonic() + 60
        while not self.text(number):
            assert time.monotonic() < deadline, (self.folder / f"pod-{number}-0/stderr").read_text()
            time.sleep(0.02)
        started = self.event("rank_started", number)
        assert started is not None
        return int(started["pid"])


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Pods]]:
    blobs = BlobStore(tmp_path / "blobs")
    made: list[Pods] = []

    def begin(run: Any, files: dict[str, str] | None = None, **more: Any) -> Pods:
        snapshot = None
        if files:
            work = tmp_path / "work"
            work.mkdir()
            for name, text in files.items():
                (work / name).write_text(text)
            snapshot = Snapshots(blobs, tmp_path / "home").take(str(work), [])[0].digest
        if isinstance(run, str):
            run = CellRun(source=run)
        spec = JobSpec(run=run, environment={"MASTER_ADDR": "127.0.0.1"}, cluster="c", **more)
        made.append(Pods(tmp_path / f"job-{len(made)}", spec, snapshot, blobs))
        return made[-1]

    (tmp_path / "home").mkdir()
    yield begin
    for pods in made:
        for process in pods.running:
            if process.poll() is None:
                process.terminate()
                process.wait(60)


def test_two_pods_are_one_gang(start):
    script = ScriptRun(path="train.py")
    pods = start(script, {"train.py": GANG}, nodes=2)
    assert [pods.end(0), pods.end(1)] == [0, 0]
    assert pods.text(0) == ["rank 0 of 2 attempt 3"]
    assert pods.text(1) == ["rank 1 of 2 attempt 3"]
    metrics = [one for one in pods.records(1) if one["kind"] == "metric"]
    assert [(one["rank"], one["metrics"]) for one in metrics] == [(1, {"peers": 1.0})]
    started = pods.event("attempt_started")
    assert (started["attempt"], started["nodes"], started["world_size"]) == (3, 2, 2)
    assert pods.event("attempt_started", 1) is None
    assert pods.word(1).kind == "succeeded"
    for number in (0, 1):
        assert [one["n"] for one in pods.records(number)] == list(range(len(pods.records(number))))
        lines = (pods.folder / f"pod-{number}-0/stdout").read_text().splitlines()
        assert all(line.startswith('{"time":') for line in lines)  # as our reader wants them


def test_a_killed_rank_speaks_before_those_that_fail_of_it(start):
    script = ScriptRun(path="train.py", args=["wait"])
    pods = start(script, {"train.py": GANG}, nodes=2, processes=1)
    pods.rank(0)
    os.kill(pods.rank(1), signal.SIGKILL)
    assert pods.end(1) == EXIT_CODES["killed"]
    assert pods.running[0].poll() is None  # its rank fails of that, and it waits to be told
    pods.running[0].terminate()
    assert pods.end(0) == EXIT_CODES["program_error"]
    assert pods.word(1).kind == "killed"
    assert (pods.word(1).first.rank, pods.word(1).first.node) == (1, 1)
    assert pods.event("attempt_ended", 1)["exit"]["kind"] == "killed"
    assert pods.event("attempt_ended", 0) is None
    assert "a peer is gone" in pods.word(0).message


@pytest.mark.parametrize(
    ("run", "kind", "words"),
    [
        ("raise ValueError('bad lr')", "program_error", "ValueError: bad lr"),
        ("import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)", "signal", "SIGSEGV"),
        (CommandRun(argv=["no-such-program"]), "start_failed", "no-such-program"),
        ("raise MemoryError", "out_of_memory", "MemoryError"),
        ("raise OSError(28, 'No space left on device')", "storage_full", "No space left"),
    ],
)
def test_the_exit_code_says_why(start, run, kind, words):
    pods = start(run)
    assert pods.end() == EXIT_CODES[kind]
    assert ends.exit_kind(EXIT_CODES[kind]) == kind
    assert pods.word().kind == kind
    assert words in pods.word().message
    assert pods.word().action
    assert pods.event("attempt_ended")["exit"]["kind"] == kind


def test_time_and_silence_end_a_pod(start):
    late = start("import time\nprint('up', flush=True)\ntime.sleep(600)", timeout=1)
    stopped = "import os, signal\nprint('up', flush=True)\nos.kill(os.getpid(), signal.SIGSTOP)"
    quiet = start(stopped, hang_timeout=0.5)
    assert late.end() == EXIT_CODES["timeout"]
    assert "timeout of 1 s" in late.word().message
    assert quiet.end() == EXIT_CODES["hang"]
    assert quiet.word().first.rank == 0


def test_a_pod_that_is_told_to_end_lets_its_ranks_save(start):
    source = """
import signal, sys, time
def save(*_):
    print("saved", flush=True)
    sys.exit(0)
signal.signal(signal.SIGTERM, save)
print("up", flush=True)
time.sleep(600)
"""
    pods = start(source, processes=2)
    while pods.text().count("up") < 2:
        pods.rank(0)
    pods.running[0].terminate()
    assert pods.end() == TERMINATED  # with 0 a Job would take its node's work for done
    assert pods.text().count("saved") == 2


def test_a_pod_that_is_told_to_end_ends_its_ranks(start):
    pods = start("import time\nprint('up', flush=True)\ntime.sleep(600)")
    pid = pods.rank(0)
    pods.running[0].terminate()
    assert pods.end() == TERMINATED
    assert pods.word().kind == "killed"
    assert pods.event("attempt_ended") is None
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_restarts_are_later_attempts_and_wait_their_delay(start):
    pods = start("import os\nprint(os.environ['OGAI_ATTEMPT'])", restarts=RestartPolicy(delay=0.5))
    assert pods.end() == 0
    again = pods.start(0, restarts=2)
    assert again.wait(60) == 0
    texts = [one["text"] for one in pods.records(0, 2) if one["kind"] == "text"]
    assert texts == ["5"]
    assert pods.text() == ["3"]


def test_a_head_that_is_nowhere_is_a_lost_node(tmp_path, start):
    pods = start("print('never')", nodes=1)
    pods.end()
    spec = JobSpec(run=CellRun(source="print('never')"), nodes=2, cluster="c")
    alone = Pods(tmp_path / "alone", spec, None, BlobStore(tmp_path / "blobs"))
    assert [alone.end(0), alone.end(1)] == [EXIT_CODES["node_lost"]] * 2
    assert "jtest-node-0-0.jtest" in alone.word(1).message
    assert alone.text(1) == []


def test_code_that_cannot_be_had_is_said(start, tmp_path):
    pods = start("print(1)")
    assert pods.end() == 0
    (pods.folder / "parcel" / delivery.ARCHIVE).write_bytes(b"not an archive")
    broken = pods.start(0, restarts=1)
    assert broken.wait(60) == EXIT_CODES["start_failed"]
    assert "cannot be had" in pods.word(0, 1).message
    assert [one["n"] for one in pods.records(0, 1)] == [0]


def test_a_long_last_word_keeps_what_matters():
    tail = [f"line {number} " + "é" * 300 for number in range(20)]
    word = fitting({"kind": "program_error", "message": "m" * 9000, "action": "a", "tail": tail})
    assert len(word) <= LONGEST
    said = ends.word(word.decode())
    assert said is not None
    assert said.kind == "program_error"
    short = fitting({"kind": "signal", "message": "m", "tail": tail})
    assert json.loads(short)["tail"][-1] == tail[-1]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
