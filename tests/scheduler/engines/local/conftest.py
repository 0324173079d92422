"""A local engine on a home of its own, and a look at all the processes that it may leave."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ogai_lab.core.blobs import BlobStore
from ogai_lab.core.home import Home
from ogai_lab.scheduler.agent import processes
from ogai_lab.scheduler.agent.files import read_json
from ogai_lab.scheduler.engines.base import Order, Placement, Sighting
from ogai_lab.scheduler.engines.local import LocalEngine
from ogai_lab.scheduler.spec import CellRun, CommandRun, JobSpec, RestartPolicy


class Bench:
    """Runs jobs and tells what became of them."""

    def __init__(self, home: Home, spare_seconds: float = 0) -> None:
        self.home = home
        self.blobs = BlobStore(home.blobs_url)
        self.engine = LocalEngine(home, self.blobs, list, spare_seconds=spare_seconds)
        self._count = 0

    def order(
        self, job_id: str, attempt: int = 1, snapshot: str | None = None, **spec: Any
    ) -> Order:
        full = JobSpec(**spec)
        return Order(
            job_id=job_id,
            owner="ada",
            spec=full,
            placements=tuple(Placement(node=f"n{i}") for i in range(full.nodes)),
            attempt=attempt,
            restarts_left=full.restarts.limit,
            seconds_left=full.timeout,
            snapshot=snapshot,
        )

    def start(self, argv: list[str] | str, **spec: Any) -> str:
        """Start a command, or the text of a cell; return the job's id."""
        run = CellRun(source=argv) if isinstance(argv, str) else CommandRun(argv=argv)
        return self.start_run(run, **spec)

    def start_run(self, run: Any, snapshot: str | None = None, **spec: Any) -> str:
        self._count += 1
        job_id = f"job{self._count}"
        self.engine.start(self.order(job_id, snapshot=snapshot, run=run, **spec))
        return job_id

    def wait(self, job_id: str, seconds: float = 120) -> Sighting:
        self.until(lambda: self.engine.look(job_id).state in ("ended", "lost"), seconds)
        return self.engine.look(job_id)

    def until(self, ready: Callable[[], Any], seconds: float = 60) -> Any:
        deadline = time.monotonic() + seconds
        while not (found := ready()):
            assert time.monotonic() < deadline, "it did not come about in time"
            time.sleep(0.02)
        return found

    def records(self, job_id: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        offset = 0
        while (chunk := self.engine.read(job_id, offset)).offset > offset:
            found += chunk.records
            offset = chunk.offset
        return found

    def events(self, job_id: str, name: str) -> list[dict[str, Any]]:
        return [record for record in self.records(job_id) if record.get("name") == name]

    def text(self, job_id: str, rank: int | None = None, stream: str | None = None) -> list[str]:
        return [
            record["text"]
            for record in self.records(job_id)
            if record["kind"] == "text"
            and rank in (None, record["rank"])
            and stream in (None, record["stream"])
        ]

    def rank_pid(self, job_id: str, rank: int, attempt: int = 1) -> int:
        """Return a rank's pid, when it has said something."""

        def ready() -> int | None:
            said = any(r["rank"] == rank and r["kind"] == "text" for r in self.records(job_id))
            started = self.events(job_id, "rank_started")
            pids = [e["pid"] for e in started if e["rank"] == rank and e["attempt"] == attempt]
            return pids[0] if said and pids else None

        return int(self.until(ready))

    def agent_pid(self, job_id: str, node: int = 0) -> int:
        who = read_json(str(self.folder(job_id) / "agents" / f"node-{node}.json"))
        assert who is not None
        return int(who["pid"])

    def folder(self, job_id: str) -> Path:
        return self.home.jobs / job_id

    def left(self, job_id: str) -> list[int]:
        """Return the processes of a job that live, the agents apart."""
        output = f"OGAI_OUTPUT={self.folder(job_id) / 'output'}"
        return list(processes.with_environment(output))

    def gone(self, job_id: str) -> bool:
        """Whether, soon, nothing of a job is left."""
        self.until(lambda: not self.left(job_id), 10)
        return True


FOREVER = "import time\nprint('up', flush=True)\ntime.sleep(600)"
ONCE_MORE = RestartPolicy(limit=1)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(Home.open(tmp_path / "home"))
    yield made
    made.engine.sweep(set())


@pytest.fixture
def kill() -> Callable[..., None]:
    return lambda pid, number=signal.SIGKILL: os.kill(pid, number)


@pytest.fixture
def make_bench() -> Iterator[Callable[..., Bench]]:
    made: list[Bench] = []

    def make(home: Home, **options: Any) -> Bench:
        made.append(Bench(home, **options))
        return made[-1]

    yield make
    for one in made:
        one.engine.sweep(set())
