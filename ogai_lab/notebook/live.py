"""A job as it happens: one model with one follower, shared by everything that shows the job."""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import TYPE_CHECKING, Any, ClassVar

from traitlets import Bool, HasTraits, Instance, Int, Unicode

from ogai_lab.commands.curves import Curves
from ogai_lab.commands.forms.jobs import job_view
from ogai_lab.commands.forms.records import record_line
from ogai_lab.commands.views import Block, Lines, View
from ogai_lab.core.errors import OgaiError, Unavailable
from ogai_lab.core.waiting import listening_to
from ogai_lab.locale import _
from ogai_lab.notebook.feed import Throttle, feed_of
from ogai_lab.scheduler.types import Job, JobState, LogChunk

if TYPE_CHECKING:
    from ogai_lab.core.events import Event
    from ogai_lab.workbench import Workbench

TAIL = 200
_SHOWN_LINES = 12
_PUBLISH_SECONDS = 0.4
_RETRY_SECONDS = (0.5, 1.0, 2.0, 5.0)
_SETTLE_SECONDS = 10.0
_LOOK_SECONDS = 0.05
_WHY_SECONDS = 2.0
"""How often a job that waits is asked why: no event tells that others moved."""


class LiveJob(HasTraits):
    """A job as it is now, its last lines and its curves; `revision` grows when any of them does.

    Use `LiveJob.open`, and `close` what you opened: the follower stops with the last view.
    Observers are called in the follower's thread.
    """

    job = Instance(Job)
    revision = Int(0)
    ended = Bool(False)
    problem = Unicode("")

    _all: ClassVar[dict[tuple[int, str], LiveJob]] = {}
    _lock: ClassVar[threading.RLock] = threading.RLock()

    def __init__(self, workbench: Workbench, job: Job) -> None:
        super().__init__(job=job)
        self.workbench = workbench
        self.curves = Curves()
        self.lines: deque[str] = deque(maxlen=TAIL)
        self.over = threading.Event()
        self._views = 0
        self._stop = threading.Event()
        self._offset: int | None = None
        self._why = ""
        self._refreshing = threading.Lock()
        self._publisher = Throttle(self._publish, _PUBLISH_SECONDS)

    @classmethod
    def open(cls, workbench: Workbench, job: Job) -> LiveJob:
        """Return the one live model of a job, following it while anybody has it open."""
        key = (id(workbench), job.id)
        with cls._lock:
            live = cls._all.get(key)
            if live is None or live._stop.is_set():
                live = cls._all[key] = cls(workbench, job)
                thread = threading.Thread(
                    target=live._follow, name=f"ogai-follow-{job.id}", daemon=True
                )
                thread.start()
            live._views += 1
            return live

    def close(self) -> None:
        """Give back one `open`."""
        with self._lock:
            self._views -= 1
            if self._views <= 0:
                self._stop.set()
                self._all.pop((id(self.workbench), self.job.id), None)

    def view(self, *, lines: int = _SHOWN_LINES) -> View:
        """Return the job's card with its curve and last lines."""
        card = job_view(self.job)
        more: list[Block] = []
        chart = self.curves.chart()
        if chart is not None:
            more.append(chart)
        shows_its_end = any(isinstance(block, Lines) for block in card.blocks)
        tail = list(self.lines)[-lines:]
        if tail and not shows_its_end:
            more.append(Lines(_("log"), tuple(tail)))
        return View(card.title, (*card.blocks, *more), card.badge, card.subtitle, card.details)

    def refresh(self) -> None:
        """Ask for the job as it is now."""
        with self._refreshing:
            job = self.workbench.scheduler.job(self.job.id)
            if job.version >= self.job.version:
                waits = job.state is JobState.QUEUED and self._why
                self.job = job.model_copy(update={"reason": self._why}) if waits else job

    def _follow(self) -> None:
        end_listening = feed_of(self.workbench).listen(self._hear)
        if self.job.state is JobState.QUEUED:
            threading.Thread(target=self._ask_why, name="ogai-why", daemon=True).start()
        try:
            with listening_to(self._stop):
                self._follow_until_over()
        except OgaiError as exc:
            self.problem = str(exc)
        finally:
            end_listening()
            self.ended = not self._stop.is_set()
            self._count_up()
            self.over.set()

    def _follow_until_over(self) -> None:
        waits = iter(_RETRY_SECONDS)
        while not self._stop.is_set():
            try:
                self._start()
                for chunk in self._chunks():
                    waits = iter(_RETRY_SECONDS)
                    self.problem = ""
                    self._take(chunk)
                    if self._stop.is_set():
                        return
                self._settle()
                return
            except Unavailable as exc:  # the server restarts: go on from where we were
                wait = next(waits, _RETRY_SECONDS[-1])
                self.problem = str(exc)
                self._count_up()
                self._stop.wait(wait)

    def _start(self) -> None:
        if self._offset is None:
            self.curves.add_points(self.workbench.scheduler.metrics(self.job.id, points=1000))
            self.refresh()
            self._publisher.ask()

    def _chunks(self) -> Any:
        if self._offset is None:
            return self.workbench.scheduler.follow(self.job.id, tail=TAIL)
        return self.workbench.scheduler.follow(self.job.id, offset=self._offset)

    def _take(self, chunk: LogChunk) -> None:
        self._offset = chunk.offset
        several = self.job.spec.world_size > 1
        self.curves.add_records(chunk.records)
        for record in chunk.records[-2 * TAIL :]:
            if record.kind == "text":
                self.lines.append(record_line(record, with_rank=several))
        if chunk.records:
            self._publisher.ask()

    def _settle(self) -> None:
        deadline = time.monotonic() + _SETTLE_SECONDS
        self.refresh()
        while not self.job.state.final and time.monotonic() < deadline:
            self._stop.wait(_LOOK_SECONDS)
            self.refresh()

    def _hear(self, event: Event) -> None:
        if event.data.get("job") == self.job.id:
            self._publisher.ask()

    def _ask_why(self) -> None:
        while not self._stop.wait(_WHY_SECONDS) and self.job.state is JobState.QUEUED:
            try:
                self._why = self.workbench.scheduler.explain(self.job.id).summary
            except OgaiError:
                continue  # the follower tells that the server is away
            self._publish()

    def _publish(self) -> None:
        try:
            if not self._stop.is_set() and not self.ended:
                self.refresh()
                self._count_up()
        except OgaiError as exc:
            self.problem = str(exc)

    def _count_up(self) -> None:
        self.revision += 1
