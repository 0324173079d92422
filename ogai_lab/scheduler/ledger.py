"""The ledger: which jobs there are, and in which state each one is.

Several processes may work on one ledger. A change of state is a compare-and-set on the job's
state and version: it happens once, in one transaction with its event, or not at all. Jobs are
ordered by the sequence number that the database gave them, never by a clock.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from ogai_lab.core.errors import Conflict
from ogai_lab.core.events import EventLog
from ogai_lab.core.events import events as event_table
from ogai_lab.scheduler.entries import LEAN, Entry, entry_of, new_id, spec_of, unknown
from ogai_lab.scheduler.spec import FunctionRun, JobSpec
from ogai_lab.scheduler.tables import (
    attempts,
    insert_missing,
    jobs,
    keys,
    labels,
    metrics,
    reports,
    specs,
)
from ogai_lab.scheduler.types import Exit, JobState, Snapshot

JOB_EVENT = "https://schemas.ogai-lab.org/scheduler/job/v1"
ACTIVE = tuple(state.value for state in JobState if state.active)


_NEWS = sa.select(sa.func.max(event_table.c.seq))
_ENTRY = sa.select(*LEAN).where(jobs.c.id == sa.bindparam("job_id"))


class Ledger:
    """The jobs of one database. Every method works inside the transaction it is given."""

    def __init__(self, events: EventLog) -> None:
        self._events = events

    def add(
        self,
        connection: sa.Connection,
        spec: JobSpec,
        owner: str,
        snapshot: Snapshot | None,
        key: tuple[str, str] | None,
    ) -> str:
        """Enter a new job and return its id.

        Parameters
        ----------
        key
            The idempotency key and the digest of what was asked, where the caller gave a key.

        Returns
        -------
        str
            The id of the new job, or of the job that was entered under this key before.

        Raises
        ------
        Conflict
            When the key was used for something else.
        """
        now = time.time()
        job_id = new_id(now)
        if key is not None:
            row = {"owner": owner, "key": key[0], "digest": key[1], "job_id": job_id}
            if not insert_missing(connection, keys, row):
                known = self.find_key(connection, owner, *key)
                assert known is not None  # noqa: S101  # the row that was in the way
                return known
        payload = None
        if isinstance(spec.run, FunctionRun):
            payload = spec.run.payload
            spec = spec.model_copy(update={"run": spec.run.model_copy(update={"payload": ""})})
        values = {
            "id": job_id,
            "name": spec.name,
            "owner": owner,
            "queue": spec.queue,
            "state": JobState.QUEUED.value,
            "version": 1,
            "priority": spec.priority,
            "nodes": spec.nodes,
            "cpus": spec.cpus_per_node,
            "gpus": spec.gpus,
            "memory": spec.memory or 0,
            "timeout": spec.timeout,
            "created": now,
            "attempt": 0,
            "restarts": 0,
            "restarts_before": 0,
            "delay": spec.restarts.delay,
            "reason": "Waits for its turn.",
            "placements": [],
            "cluster": spec.cluster,
        }
        asked = {
            "job_id": job_id,
            "spec": spec.model_dump_json(),
            "payload": payload,
            "snapshot": snapshot.model_dump(mode="json") if snapshot else None,
        }
        connection.execute(jobs.insert().values(values))
        connection.execute(specs.insert().values(asked))
        tags = [{"job_id": job_id, "key": k, "value": v} for k, v in spec.labels.items()]
        if tags:
            connection.execute(labels.insert(), tags)
        connection.execute(
            reports.insert().values(job_id=job_id, offset=0, attempt=0, metrics={}, outputs={})
        )
        self._tell(connection, self.entry(connection, job_id))
        return job_id

    def find_key(self, connection: sa.Connection, owner: str, key: str, digest: str) -> str | None:
        """Return the job that `owner` entered under an idempotency key, None when there is none.

        Raises
        ------
        Conflict
            When the key was used for something else.
        """
        query = sa.select(keys).where(keys.c.owner == owner, keys.c.key == key)
        row = connection.execute(query).first()
        if row is None:
            return None
        if row.digest != digest:
            raise Conflict(
                f"The idempotency key {key!r} was used for another job ({row.job_id}).",
                action="Use a new key for a new job; repeat a request unchanged.",
            )
        return str(row.job_id)

    def entry(self, connection: sa.Connection, job_id: str) -> Entry:
        """Return one job.

        Raises
        ------
        NotFound
            When there is no such job.
        """
        row = connection.execute(_ENTRY, {"job_id": job_id}).mappings().first()
        if row is None:
            raise unknown(job_id)
        return entry_of(row)

    def active(self, connection: sa.Connection, cluster: str | None = None) -> list[Entry]:
        """Return the jobs that hold resources, of one cluster or of all, oldest first."""
        query = sa.select(*LEAN).where(jobs.c.state.in_(ACTIVE)).order_by(jobs.c.seq)
        if cluster is not None:
            query = query.where(jobs.c.cluster == cluster)
        return [entry_of(row) for row in connection.execute(query).mappings()]

    def watched(self, connection: sa.Connection, ids: Collection[str] | None = None) -> list[Entry]:
        """Return the jobs that an engine has, of all or of `ids`: active, or in its own queue."""
        handed = (jobs.c.state == JobState.QUEUED.value) & jobs.c.handed
        query = sa.select(*LEAN).where(jobs.c.state.in_(ACTIVE) | handed).order_by(jobs.c.seq)
        if ids is not None:
            query = query.where(jobs.c.id.in_(ids))
        return [entry_of(row) for row in connection.execute(query).mappings()]

    def unhanded(
        self, connection: sa.Connection, here: bool = False, limit: int = 200
    ) -> list[Entry]:
        """Return the first queued jobs that go to an engine with a queue of its own.

        Parameters
        ----------
        here
            Whether jobs that name no cluster go to such an engine, too.
        """
        query = (
            sa.select(*LEAN)
            .where(jobs.c.state == JobState.QUEUED.value, jobs.c.handed.is_(False))
            .order_by(jobs.c.priority.desc(), jobs.c.seq)
            .limit(limit)
        )
        if not here:
            query = query.where(jobs.c.cluster != "")
        return [entry_of(row) for row in connection.execute(query).mappings()]

    def cluster_of(self, connection: sa.Connection, job_id: str) -> str:
        """Return the cluster of a job; empty for this machine, and where there is no such job."""
        query = sa.select(jobs.c.cluster).where(jobs.c.id == job_id)
        return str(connection.scalar(query) or "")

    def clusters(self, connection: sa.Connection) -> list[str]:
        """Return the clusters that jobs name."""
        query = sa.select(jobs.c.cluster).where(jobs.c.cluster != "").distinct()
        return list(connection.execute(query).scalars())

    def waiting(
        self, connection: sa.Connection, queues: Sequence[str], limit: int = 200
    ) -> list[Entry]:
        """Return the first queued jobs of each queue here, in the order they want to start in."""
        found = []
        for queue in queues:
            query = (
                sa.select(*LEAN)
                .where(
                    jobs.c.state == JobState.QUEUED.value,
                    jobs.c.queue == queue,
                    jobs.c.cluster == "",
                )
                .order_by(jobs.c.priority.desc(), jobs.c.seq)
                .limit(limit)
            )
            found += [entry_of(row) for row in connection.execute(query).mappings()]
        return sorted(found, key=lambda entry: (-entry.priority, entry.seq))

    def news(self, connection: sa.Connection) -> int:
        """Return a number that grows with every change in the ledger."""
        return int(connection.scalar(_NEWS) or 0)

    def changed(self, connection: sa.Connection, after: int, most: int) -> set[str] | None:
        """Return the jobs that changed after a number of `news`; None if more than `most` did."""
        query = (
            sa.select(event_table.c.data)
            .where(event_table.c.seq > after, event_table.c.schema == JOB_EVENT)
            .limit(most + 1)
        )
        rows = connection.execute(query).scalars().all()
        return None if len(rows) > most else {str(row["job"]) for row in rows}

    def lengths(self, connection: sa.Connection) -> dict[str, int]:
        """Return how many jobs wait in each queue here."""
        query = (
            sa.select(jobs.c.queue, sa.func.count())
            .where(jobs.c.state == JobState.QUEUED.value, jobs.c.cluster == "")
            .group_by(jobs.c.queue)
        )
        return dict(connection.execute(query).all())

    def asked(self, connection: sa.Connection, job_id: str) -> tuple[JobSpec, Snapshot | None]:
        """Return what a job was asked to be, complete, and the folder that travels with it."""
        row = connection.execute(sa.select(specs).where(specs.c.job_id == job_id)).first()
        if row is None:
            raise unknown(job_id)
        snapshot = Snapshot.model_validate(row.snapshot) if row.snapshot else None
        return spec_of(row.spec, row.payload), snapshot

    def change(
        self, connection: sa.Connection, entry: Entry, state: JobState, reason: str, **values: Any
    ) -> Entry | None:
        """Move a job to `state` if it is still as in `entry`, and tell it.

        Returns
        -------
        Entry or None
            The job after the change; None when somebody else changed it first.
        """
        values |= {"state": state, "reason": reason, "version": entry.version + 1}
        stored = dict(values)
        if "placements" in values:
            stored["placements"] = [
                {"node": one.node, "gpus": list(one.gpus)} for one in values["placements"]
            ]
        stored["state"] = state.value
        exit_ = stored.get("exit")
        if isinstance(exit_, Exit):
            stored["exit"] = exit_.model_dump(mode="json")
        statement = (
            jobs.update()
            .where(
                jobs.c.id == entry.id,
                jobs.c.state == entry.state.value,
                jobs.c.version == entry.version,
            )
            .values(stored)
        )
        if connection.execute(statement).rowcount != 1:
            return None
        values.pop("exit", None)
        after = replace(entry, **values)
        self._tell(connection, after)
        return after

    def begin_attempt(
        self, connection: sa.Connection, entry: Entry, number: int, started: float
    ) -> None:
        """Note that an attempt holds the job's resources from now on; known ones stay as noted."""
        self.end_attempts(connection, entry.id, started, None, before=number)
        row = {
            "job_id": entry.id,
            "number": number,
            "owner": entry.owner,
            "cpus": entry.cpus * entry.nodes,
            "gpus": entry.gpus * entry.nodes,
            "started": started,
        }
        insert_missing(connection, attempts, row)

    def end_attempts(
        self,
        connection: sa.Connection,
        job_id: str,
        ended: float,
        exit_: Exit | None,
        before: int = 1 << 30,
    ) -> None:
        """Close the open attempts of a job whose number is less than `before`.

        An attempt never ends before it started, whatever the clock did.
        """
        attempt = attempts.c
        end = sa.case((attempt.started > ended, attempt.started), else_=ended)
        values: dict[str, Any] = {"ended": end}
        if exit_ is not None:
            values["exit"] = exit_.model_dump(mode="json")
        connection.execute(
            attempts.update()
            .where(attempt.job_id == job_id, attempt.number < before, attempt.ended.is_(None))
            .values(values)
        )

    def seconds_used(self, connection: sa.Connection, job_id: str) -> float:
        """Return how long the ended attempts of a job lasted together."""
        lasted = sa.func.sum(attempts.c.ended - attempts.c.started)
        query = sa.select(lasted).where(attempts.c.job_id == job_id)
        return float(connection.scalar(query) or 0.0)

    def remove(self, connection: sa.Connection, entry: Entry) -> bool:
        """Remove an ended job; what it used stays. Return False when it changed meanwhile."""
        statement = jobs.delete().where(jobs.c.id == entry.id, jobs.c.version == entry.version)
        if connection.execute(statement).rowcount != 1:
            return False
        for table in (specs, labels, keys, reports, metrics):
            connection.execute(table.delete().where(table.c.job_id == entry.id))
        self._tell(connection, entry, deleted=True)
        return True

    def _tell(self, connection: sa.Connection, entry: Entry, deleted: bool = False) -> None:
        data = {
            "job": entry.id,
            "name": entry.name,
            "owner": entry.owner,
            "queue": entry.queue,
            "state": entry.state.value,
            "version": entry.version,
            "attempt": entry.attempt,
            "reason": entry.reason,
            "deleted": deleted,
        }
        self._events.emit(connection, JOB_EVENT, data)
