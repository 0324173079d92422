"""The watch over sessions, with the use of GPUs that a node tells."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from ogai_lab.core.blobs import BlobStore
from ogai_lab.core.database import Database
from ogai_lab.core.events import EventLog
from ogai_lab.core.home import Home
from ogai_lab.core.operations import Caller
from ogai_lab.scheduler.engines.local.engine import LocalEngine
from ogai_lab.scheduler.service import Scheduler
from ogai_lab.scheduler.sessions.culling import Watch
from ogai_lab.scheduler.sessions.service import Sessions
from ogai_lab.scheduler.types import Gpu, Node

ME = Caller("ann")


def _until(look: Callable[[], Any], seconds: float = 90) -> Any:
    deadline = time.monotonic() + seconds
    while not (seen := look()):
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.05)
    return seen


def test_a_session_whose_gpu_works_is_kept_and_forgotten_with_its_job(home: Home) -> None:
    gpu = Gpu(index=0, name="gpu", utilization=0.9)
    node = Node(
        name="here",
        state="ready",
        cpus=4,
        cpus_free=4,
        memory=8 << 30,
        memory_free=8 << 30,
        gpus=[gpu],
    )
    database, blobs = Database(home.database_url), BlobStore(home.blobs_url)
    events = EventLog(database)
    scheduler = Scheduler(
        database,
        blobs,
        events,
        home,
        LocalEngine(home, blobs, lambda: [node.model_copy(deep=True)]),
    )
    sessions = Sessions(database, events, scheduler, home)
    watch = Watch(sessions.book, scheduler)
    scheduler.lead()
    try:
        session = sessions.start(ME, gpus=1, idle=50)
        _until(lambda: sessions.session(session.id).state == "running")
        later = time.time() + 1000
        watch.look(later)
        seen = sessions.session(session.id)
        assert (seen.active, seen.warned) == (later, False)
        gpu.utilization = 0.01
        watch.look(later + 45)
        assert sessions.session(session.id).warned
        watch.look(later + 55)
        _until(lambda: sessions.session(session.id).state.final)
        watch.look(later + 60)
        assert sessions.sessions() == []
        folder = sessions.place(session.id).path
        scheduler.delete(session.id, ME)
        assert folder.exists()
        Watch(sessions.book, scheduler).look(later + 70)
        assert not folder.exists()
    finally:
        for left in sessions.sessions():
            sessions.stop(left.id, ME)
            _until(lambda left=left: sessions.session(left.id).state.final)  # type: ignore[misc]
        scheduler.close()
