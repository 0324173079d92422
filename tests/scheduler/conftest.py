"""A scheduler on the real local engine, and a second process that shares its home folder."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from ogai_lab.core.blobs import BlobStore
from ogai_lab.core.database import Database
from ogai_lab.core.events import EventLog
from ogai_lab.core.home import Home
from ogai_lab.core.operations import Caller
from ogai_lab.scheduler.engines.local.engine import LocalEngine
from ogai_lab.scheduler.queues import QueueConfig
from ogai_lab.scheduler.service import Scheduler
from ogai_lab.scheduler.spec import CommandRun, JobSpec
from ogai_lab.scheduler.types import Gpu, Job, Node

ME = Caller("ann")
NODE = Node(
    name="here",
    state="ready",
    cpus=4,
    cpus_free=4,
    memory=8 << 30,
    memory_free=8 << 30,
    gpus=[Gpu(index=0, name="gpu"), Gpu(index=1, name="gpu")],
)
QUEUES = (QueueConfig(name="default"), QueueConfig(name="small", cpus=1, gpus=0))


def open_scheduler(home: Home) -> Scheduler:
    """Return a scheduler on a home folder, as any process would open it."""
    database, blobs = Database(home.database_url), BlobStore(home.blobs_url)
    engine = LocalEngine(home, blobs, lambda: [NODE])
    return Scheduler(database, blobs, EventLog(database), home, engine, queues=QUEUES)


@dataclass
class Bench:
    """A scheduler under test."""

    home: Home
    scheduler: Scheduler
    me: Caller = field(default=ME)

    def submit(self, *argv: str, key: str | None = None, **spec: Any) -> Job:
        run = CommandRun(argv=list(argv))
        return self.scheduler.submit(JobSpec(run=run, **spec), self.me, key)

    def shell(self, text: str, **spec: Any) -> Job:
        return self.submit("sh", "-c", text, **spec)

    def over(self, job_id: str, seconds: float = 90) -> Job:
        """Wait until a job is over, and return it."""
        return self.until(lambda: self.scheduler.job(job_id), lambda job: job.state.final, seconds)

    def until(
        self, look: Callable[[], Any], good: Callable[[Any], bool] = bool, seconds: float = 90
    ) -> Any:
        deadline = time.monotonic() + seconds
        while not good(seen := look()):
            assert time.monotonic() < deadline, f"it did not come about in time; seen: {seen}"
            time.sleep(0.02)
        return seen

    def text(self, job_id: str) -> list[str]:
        chunk = self.scheduler.logs(job_id, kind=["text"])
        return [record.text or "" for record in chunk.records]


@pytest.fixture
def quiet(home: Home) -> Iterator[Bench]:
    """A scheduler that does not lead."""
    scheduler = open_scheduler(home)
    yield Bench(home, scheduler)
    scheduler.close()
    with contextlib.suppress(FileNotFoundError):
        LocalEngine(home, BlobStore(home.blobs_url), lambda: [NODE]).sweep(set())


@pytest.fixture
def bench(quiet: Bench) -> Bench:
    """A scheduler that leads."""
    quiet.scheduler.lead()
    quiet.until(lambda: quiet.scheduler._lock.held)
    return quiet
