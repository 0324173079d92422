"""The steps of an active job, carried out: orders to the engine, notes in the ledger."""

from __future__ import annotations

import time
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from ogai_lab.core.database import Database
from ogai_lab.core.errors import OgaiError, StorageFull, Unavailable, shown
from ogai_lab.scheduler.engines.base import Engine, Order, Placement, Sighting
from ogai_lab.scheduler.entries import Entry
from ogai_lab.scheduler.ledger import Ledger
from ogai_lab.scheduler.reports import Reports
from ogai_lab.scheduler.spec import ExitKind, RestartPolicy
from ogai_lab.scheduler.transitions import Step, cancelled, next_step
from ogai_lab.scheduler.types import Exit, JobState

_STARTERS = 4
_INGEST_SECONDS = 0.5
_INGEST_BUDGET = 0.05
_STOP_SECONDS = 2.0
GRACE_SECONDS = 10.0


class Steps:
    """Brings each active job one step on. What it keeps in memory only saves work."""

    def __init__(
        self, database: Database, ledger: Ledger, reports: Reports, engine: Engine
    ) -> None:
        self._database = database
        self._ledger = ledger
        self._reports = reports
        self._engine = engine
        self._policies: dict[str, RestartPolicy] = {}
        self._ingested: dict[str, float] = {}
        self._stops: dict[str, tuple[float, float]] = {}
        self._starts: dict[str, Future[None]] = {}
        self._pool = _starters()

    def take(self, entry: Entry, sighting: Sighting) -> bool:
        """Take the next step of a job; return whether there is more to do for it at once."""
        if not self._has_started(entry):
            return False
        step = next_step(entry, sighting, self._policy(entry.id))
        match step.do:
            case "start":
                self._start(entry)
            case "stop":
                self._stop(entry)
            case "running":
                self._note_running(entry, step, sighting)
            case "admitted":
                self._note_admitted(entry, step, sighting)
            case "displaced" | "give_up":
                self._note_displaced(entry, step, sighting)
            case "again" | "end":
                # All that it said is read before its end is told: who hears of the end can rely on
                # its metrics and outputs.
                if not self._reports.ingest(entry, _INGEST_BUDGET):
                    return True
                self._note_end(entry, step, sighting)
                self._forget(entry.id)
                return True
            case "wait":
                pass
        if sighting.state == "running" and self._is_time_to_read(entry.id):
            self._reports.ingest(entry, _INGEST_BUDGET)
        return False

    def busy(self, job_id: str) -> bool:
        """Whether a start of a job is under way."""
        return job_id in self._starts

    def close(self) -> None:
        """Let the starts that are under way come to their end; it can go on afterwards."""
        self._pool.shutdown()
        self._pool = _starters()

    def _start(self, entry: Entry) -> None:
        """Hand a job's order to the engine, in a thread: its files may take a while to be laid out.

        Until that is done nothing else is done about the job, so a start and a stop of the same
        job cannot overtake each other.
        """
        with self._database.read() as connection:
            spec, snapshot = self._ledger.asked(connection, entry.id)
            used = self._ledger.seconds_used(connection, entry.id)
        left = None if entry.timeout is None else entry.timeout - used
        if left is not None and left <= 0:
            message = f"All attempts together took longer than {entry.timeout:g} seconds."
            self._fail(entry, Exit(kind=ExitKind.TIMEOUT, message=message))
            return
        order = Order(
            job_id=entry.id,
            owner=entry.owner,
            spec=spec,
            placements=entry.placements,
            attempt=entry.attempt,
            restarts_left=max(0, spec.restarts.limit - entry.restarts),
            seconds_left=left,
            snapshot=snapshot.digest if snapshot else None,
        )
        self._starts[entry.id] = self._pool.submit(self._engine.start, order)

    def _has_started(self, entry: Entry) -> bool:
        """Whether no start of a job is under way; one that could not be made ends the job."""
        start = self._starts.get(entry.id)
        if start is None:
            return True
        if not start.done():
            return False
        del self._starts[entry.id]
        try:
            start.result()
        except Unavailable:
            raise  # what it waits for may come back
        except OgaiError as exc:
            full = isinstance(exc, StorageFull)
            kind = ExitKind.STORAGE_FULL if full else ExitKind.START_FAILED
            message = " ".join(part for part in (exc.message, exc.cause) if part)
            self._fail(entry, Exit(kind=kind, message=shown(message), action=exc.action))
            return False
        return True

    def _fail(self, entry: Entry, exit_: Exit) -> None:
        step = Step(do="end", state=JobState.FAILED, exit=exit_, restarts=entry.restarts)
        self._note_end(entry, step, Sighting(state="absent"))

    def _stop(self, entry: Entry) -> None:
        """Ask the engine to end a job, again while it goes on, without grace in the end."""
        now = time.monotonic()
        first, last = self._stops.get(entry.id, (now, -_STOP_SECONDS))
        if now - last < _STOP_SECONDS:
            return
        self._stops[entry.id] = (first, now)
        grace = GRACE_SECONDS if now - first < 1.5 * GRACE_SECONDS else 0.0
        self._engine.stop(entry.id, entry.stop_kind or ExitKind.CANCELLED.value, grace)

    def _note_running(self, entry: Entry, step: Step, sighting: Sighting) -> None:
        started = sighting.started or time.time()
        attempt = max(entry.attempt, sighting.attempt)
        with self._database.write() as connection:
            after = self._ledger.change(
                connection,
                entry,
                JobState.RUNNING,
                f"It runs, started again {step.restarts}×." if step.restarts else "It is running.",
                started=entry.started or max(started, entry.created),
                attempt=attempt,
                restarts=step.restarts,
                **_given(sighting),
            )
            if after is not None:
                self._ledger.begin_attempt(connection, after, attempt, time.time())

    def _note_admitted(self, entry: Entry, step: Step, sighting: Sighting) -> None:
        attempt = max(entry.attempt, sighting.attempt)
        with self._database.write() as connection:
            after = self._ledger.change(
                connection,
                entry,
                JobState.STARTING,
                "Its processes are being started.",
                attempt=attempt,
                restarts=step.restarts,
                **_given(sighting),
            )
            if after is not None:
                self._ledger.begin_attempt(connection, after, attempt, time.time())

    def _note_displaced(self, entry: Entry, step: Step, sighting: Sighting) -> None:
        """Note that a job lost what it had: it waits for more, or is over for that."""
        exit_ = step.exit or cancelled(ExitKind.PREEMPTED)
        values: dict[str, Any] = {"attempt": max(entry.attempt, sighting.attempt)}
        state, reason = JobState.QUEUED, f"It waits again: {exit_.message}"
        if step.do == "give_up":
            state, reason = JobState.STOPPING, exit_.message
            values = {"stop_kind": exit_.kind.value}
        with self._database.write() as connection:
            after = self._ledger.change(
                connection,
                entry,
                state,
                reason,
                restarts=step.restarts,
                placements=(),
                **values,
            )
            if after is not None:
                self._ledger.end_attempts(connection, entry.id, time.time(), exit_)

    def _note_end(self, entry: Entry, step: Step, sighting: Sighting) -> None:
        now = sighting.ended or time.time()
        ended = max(now, entry.started or entry.created)
        exit_ = step.exit or cancelled(entry.stop_kind)
        attempt = max(entry.attempt, sighting.attempt)
        with self._database.write() as connection:
            if step.do == "again":
                after = self._ledger.change(
                    connection,
                    entry,
                    JobState.QUEUED,
                    f"It is started again: {exit_.message}",
                    attempt=attempt,
                    restarts=step.restarts,
                    placements=(),
                    requeued=time.time(),
                    handed=False,
                )
            else:
                after = self._ledger.change(
                    connection,
                    entry,
                    step.state or JobState.FAILED,
                    exit_.message,
                    attempt=attempt,
                    restarts=step.restarts,
                    started=entry.started or sighting.started,
                    ended=ended,
                    exit=exit_,
                )
            if after is not None:
                self._ledger.end_attempts(connection, entry.id, ended, exit_)

    def _policy(self, job_id: str) -> RestartPolicy:
        if job_id not in self._policies:
            with self._database.read() as connection:
                spec, _ = self._ledger.asked(connection, job_id)
            self._policies[job_id] = spec.restarts
        return self._policies[job_id]

    def _is_time_to_read(self, job_id: str) -> bool:
        now = time.monotonic()
        if now - self._ingested.get(job_id, -_INGEST_SECONDS) < _INGEST_SECONDS:
            return False
        self._ingested[job_id] = now
        return True

    def _forget(self, job_id: str) -> None:
        for kept in (self._policies, self._ingested, self._stops):
            kept.pop(job_id, None)


def _given(sighting: Sighting) -> dict[str, Any]:
    """Return what to note of the nodes that an engine chose."""
    if not sighting.nodes:
        return {}
    return {"placements": tuple(Placement(node=name) for name in sighting.nodes)}


def _starters() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(_STARTERS, thread_name_prefix="ogai-start")
