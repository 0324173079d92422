"""The dispatcher: the leader's thread that starts queued jobs and watches active ones.

It holds nothing that matters in memory. Whatever it does to a job it first notes in the ledger and
then does, and doing it twice is doing it once, so it may be killed at any point: the next leader
looks at every active job and goes on.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence

from ogai_lab.core.database import Database
from ogai_lab.core.errors import OgaiError, redact
from ogai_lab.scheduler.engines.base import Engine, Placement
from ogai_lab.scheduler.entries import Entry
from ogai_lab.scheduler.leader import LeaderLock
from ogai_lab.scheduler.ledger import Ledger
from ogai_lab.scheduler.placement import Held, Need, place
from ogai_lab.scheduler.queues import QueueConfig
from ogai_lab.scheduler.reports import Reports
from ogai_lab.scheduler.retries import Retries
from ogai_lab.scheduler.steps import Steps
from ogai_lab.scheduler.types import JobState

_log = logging.getLogger(__name__)
_LOOK_SECONDS = 0.1
_READ_SECONDS = 1.0
_LEAD_SECONDS = 0.5
_TROUBLE_SECONDS = 1.0
_ROUND_SECONDS = 5.0
_MANY = 500


class Dispatcher:
    """Carries out the queue of one home folder, in a thread, while this process leads.

    Parameters
    ----------
    lock
        The lock that makes one process of many the leader.
    """

    def __init__(
        self,
        database: Database,
        ledger: Ledger,
        reports: Reports,
        engine: Engine,
        queues: Sequence[QueueConfig],
        lock: LeaderLock,
    ) -> None:
        self._database = database
        self._ledger = ledger
        self._engine = engine
        self._queues = queues
        self._lock = lock
        self._news = threading.Event()
        self._closing = False
        self._thread: threading.Thread | None = None
        self._retries = Retries()
        self._seen, self._read_at = -1, 0.0
        self._looked_at = 0.0
        self._watched: dict[str, Entry] = {}
        self._restless: set[str] = set()
        self._waiting: list[Entry] = []
        self._unhanded: list[Entry] = []
        self._steps = Steps(database, ledger, reports, engine)

    def start(self) -> None:
        """Lead, or wait to lead, from now on."""
        if self._thread is None:
            self._closing = False
            self._thread = threading.Thread(target=self._run, name="ogai-dispatcher", daemon=True)
            self._thread.start()

    def wake(self) -> None:
        """Look at the ledger now, for it has changed."""
        self._news.set()

    def close(self) -> None:
        """Stop leading. Jobs go on; the next leader watches them."""
        self._closing = True
        self._news.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def tick(self) -> None:
        """Look once at every active job, then start what can start.

        The ledger is read when it has changed, and once a second: between that a round costs one
        small query and a look at each active job. Of the jobs in an engine's own queue, which may
        be very many, only those are looked at that changed, and all of them now and then.
        """
        stirred = self._engine.stirred()  # before the ledger: what it knows of was noted there
        changed = self._read_ledger()
        looked_for = stirred | self._restless
        self._restless = set()
        if all_of_them := time.monotonic() - self._looked_at > _ROUND_SECONDS:
            self._looked_at = time.monotonic()
        for entry in list(self._watched.values()):
            if all_of_them or entry.id in looked_for or not self._is_elsewhere(entry):
                self._attend(entry)
        if strangers := stirred - self._watched.keys():
            self._engine.disown(strangers)
        if changed and self._waiting:
            here = [one for one in self._watched.values() if not self._is_elsewhere(one)]
            self._place(here, self._waiting)
        for entry in self._unhanded if changed else ():
            self._hand_over(entry)

    def take_over(self) -> None:
        """End what the engine runs and the ledger does not know."""
        with self._database.read() as connection:
            known = {entry.id for entry in self._ledger.watched(connection)}
        for job_id in self._engine.sweep(known):
            _log.warning("Ended job %s: it ran and the ledger has no such active job.", job_id)

    def _run(self) -> None:
        try:
            while not self._closing:
                self._news.wait(self._round())
                self._news.clear()
        finally:
            self._steps.close()
            self._engine.rest()
            self._lock.release()

    def _round(self) -> float:
        """Try to lead, then look after the queue; return after how many seconds to look again."""
        try:
            if not self._lock.held:
                if not self._lock.acquire():
                    return _LEAD_SECONDS
                self.take_over()
            self.tick()
        except Exception:  # noqa: BLE001
            # The last line: whatever is broken now (a full disk, a locked database), the thread
            # lives on and tries again, for without it no job would ever start or end.
            _log.exception("The dispatcher could not look after the queue; it tries again.")
            return _TROUBLE_SECONDS
        return _LOOK_SECONDS

    def _read_ledger(self) -> bool:
        """Read what changed in the ledger; return whether a queued job may start now."""
        now = time.monotonic()
        with self._database.read() as connection:
            news = self._ledger.news(connection)
            if news == self._seen and now - self._read_at <= _READ_SECONDS:
                return False
            ids = None
            if self._seen >= 0 and len(self._watched) > _MANY:
                ids = self._ledger.changed(connection, self._seen, _MANY)
            found = {entry.id: entry for entry in self._ledger.watched(connection, ids)}
            if ids is not None:
                kept = {key: entry for key, entry in self._watched.items() if key not in ids}
                found = kept | found
            self._restless |= {key for key, one in found.items() if one != self._watched.get(key)}
            self._watched = found
            names = [queue.name for queue in self._queues]
            here = self._engine.queues
            self._waiting = [] if here else self._ledger.waiting(connection, names)
            self._unhanded = self._ledger.unhanded(connection, here)
            self._seen, self._read_at = news, now
        return True

    def _is_elsewhere(self, entry: Entry) -> bool:
        """Whether a job belongs to an engine with a queue of its own."""
        return bool(entry.cluster) or self._engine.queues

    def _attend(self, entry: Entry) -> None:
        """Do what one active job needs now; a failure is noted on the job and tried again."""
        if not self._retries.due(entry.id):
            self._restless.add(entry.id)
            return
        try:
            if self._steps.take(entry, self._engine.look(entry.id)):
                self._news.set()
        except Exception as exc:  # noqa: BLE001
            # An engine is foreign ground: one job's trouble, of whatever kind, must not keep the
            # leader from looking after the others.
            _log.exception("Job %s could not be looked after; it is tried again.", entry.id)
            self._note_trouble(entry, exc)
            self._restless.add(entry.id)
        else:
            self._retries.clear(entry.id)
            if entry.state is JobState.STOPPING or self._steps.busy(entry.id):
                self._restless.add(entry.id)

    def _note_trouble(self, entry: Entry, exc: Exception) -> None:
        seconds = self._retries.failed(entry.id)
        what = str(exc) if isinstance(exc, OgaiError) else f"{type(exc).__name__}: {exc}"
        reason = redact(
            f"The engine {entry.cluster or self._engine.name} has trouble with it: {what}"
        )
        with self._database.write() as connection:
            now = self._ledger.entry(connection, entry.id)
            if now.watched and now.reason != reason:
                self._ledger.change(connection, now, now.state, reason)
        _log.info("Job %s is tried again in %.1f s.", entry.id, seconds)

    def _place(self, active: Sequence[Entry], waiting: Sequence[Entry]) -> None:
        """Start what can start now. Only the leader starts jobs, so what is free stays free."""
        now = time.time()
        needs = [need_of(entry) for entry in waiting if is_due(entry, now)]
        held = [held_of(entry) for entry in active]
        outcome = place(self._engine.nodes(), held, needs, self._queues, now)
        for entry in waiting:
            if entry.id in outcome.starts:
                ordered = self._order(entry, outcome.starts[entry.id], now)
                if ordered is not None:
                    self._attend(ordered)

    def _order(self, entry: Entry, placements: tuple[Placement, ...], now: float) -> Entry | None:
        with self._database.write() as connection:
            ordered = self._ledger.change(
                connection,
                entry,
                JobState.STARTING,
                "Its processes are being started.",
                placements=placements,
                attempt=entry.attempt + 1,
                restarts_before=entry.restarts,
            )
            if ordered is not None:
                self._ledger.begin_attempt(connection, ordered, ordered.attempt, now)
        return ordered

    def _hand_over(self, entry: Entry) -> None:
        """Give a job to an engine with a queue of its own."""
        if not is_due(entry, time.time()):
            return
        with self._database.write() as connection:
            handed = self._ledger.change(
                connection,
                entry,
                JobState.QUEUED,
                "It waits in the queue of its cluster.",
                attempt=entry.attempt + 1,
                restarts_before=entry.restarts,
                handed=True,
            )
        if handed is not None:
            self._attend(handed)


def need_of(entry: Entry) -> Need:
    """Return what a job wants."""
    return Need(
        id=entry.id,
        queue=entry.queue,
        nodes=entry.nodes,
        cpus=entry.cpus,
        gpus=entry.gpus,
        memory=entry.memory,
        lasts=entry.timeout,
    )


def held_of(entry: Entry) -> Held:
    """Return what an active job holds."""
    ends = None
    if entry.timeout is not None and entry.started is not None:
        ends = entry.started + entry.timeout
    return Held(need=need_of(entry), placements=entry.placements, ends=ends)


def is_due(entry: Entry, now: float) -> bool:
    """Whether a queued job's restart delay is over; a clock that was set back does not hold it."""
    return entry.requeued is None or not 0 <= now - entry.requeued < entry.delay
