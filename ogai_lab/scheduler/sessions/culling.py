"""The watch over sessions: what their kernels and GPUs do, and the end of those that do nothing.

It runs in the process that leads, and all that it knows lies in the database and in the sessions'
records: the next leader goes on where this one stopped.
"""

from __future__ import annotations

import logging
import threading
import time
from typing import Any

from ogai_lab.core.operations import Caller
from ogai_lab.scheduler.service import Scheduler
from ogai_lab.scheduler.sessions.book import KIND, Book, shown, work_of
from ogai_lab.scheduler.sessions.idle import BUSY_GPU
from ogai_lab.scheduler.sessions.place import Place
from ogai_lab.scheduler.types import Job, JobState

_log = logging.getLogger(__name__)
_LOOK_SECONDS = 1.0
_SEARCH_SECONDS = 15.0
_CALLER = Caller("the idle timer")
_LIVE = [JobState.QUEUED, JobState.STARTING, JobState.RUNNING, JobState.STOPPING]


class Watch:
    """Looks after the sessions while this process leads."""

    def __init__(self, book: Book, scheduler: Scheduler) -> None:
        self._book, self._scheduler = book, scheduler
        self._closing = threading.Event()
        self._searched = -_SEARCH_SECONDS
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Look after the sessions from now on, whenever this process leads."""
        self._thread = threading.Thread(target=self._run, name="ogai-sessions", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop; sessions go on. Idempotent."""
        self._closing.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def look(self, now: float) -> None:
        """Look once at every session that lives."""
        if time.monotonic() - self._searched > _SEARCH_SECONDS:
            self._search()
            self._searched = time.monotonic()
        rows = self._book.live()
        if not rows:
            return
        busy = self._busy_gpus() if any(row["idle"] for row in rows) else set()
        for row in rows:
            self._attend(row, row["id"] in busy, now)

    def _run(self) -> None:
        while not self._closing.wait(_LOOK_SECONDS):
            if not self._scheduler.leads:
                continue
            try:
                self.look(time.time())
            except Exception:  # noqa: BLE001 - the last line, as in the dispatcher: it tries again
                _log.exception("The sessions could not be looked after; it is tried again.")

    def _search(self) -> None:
        """Enter sessions that nobody entered, and forget those whose jobs are gone."""
        page = self._scheduler.jobs(state=_LIVE, label=[f"kind={KIND}"], limit=500)
        for job in page.items:
            self._book.enter(job)
        for folder in self._book.forget_deleted():
            Place(folder).remove()

    def _busy_gpus(self) -> set[str]:
        """Return the jobs whose GPUs work now."""
        return {
            gpu.job
            for node in self._scheduler.nodes()
            for gpu in node.gpus
            if gpu.job is not None and (gpu.utilization or 0.0) > BUSY_GPU
        }

    def _attend(self, row: Any, gpu_works: bool, now: float) -> None:
        job = self._scheduler.job(row["id"])
        if job.state.final:
            self._book.note(shown(row, job, now), "ended", ended=True, kernel="dead")
            return
        if job.state is not JobState.RUNNING:
            return
        values = self._heard(job, row["offset"])
        if values.get("kernel", row["kernel"]) == "busy":
            values["active"] = now
        if gpu_works:
            values["used"] = now
        if values:
            self._book.note(shown(row, job, now), **values)
            row = self._book.row(job.id)
        work, session = work_of(row, job), shown(row, job, now)
        due = work.due(now)
        if due == "warning":
            end = session.idle_until = work.end_after_warning(now)
            self._book.note(session, "warned", warned=end, extended=end)
        elif due == "end":
            self._book.note(session, "idled", idled=True)
            self._scheduler.cancel(job.id, _CALLER)

    def _heard(self, job: Job, offset: int) -> dict[str, Any]:
        """Return what a session's kernel said of itself since it was last listened to."""
        values: dict[str, Any] = {}
        chunk = self._scheduler.logs(job.id, offset, kind=["event"])
        for record in chunk.records:
            said = record.model_extra or {}
            if record.name == "kernel" and said.get("state") in (
                "starting",
                "idle",
                "busy",
                "dead",
            ):
                values["kernel"] = said["state"]
                if isinstance(said.get("active"), int | float):
                    values["active"] = said["active"]
        return values | {"offset": chunk.offset} if chunk.offset != offset else values
