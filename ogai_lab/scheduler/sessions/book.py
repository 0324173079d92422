"""The book of sessions: what is known of each beyond what its job tells.

A row follows from the job's spec, so one that was not written, because a process died at the wrong
moment, is made later from the job itself.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import sqlalchemy as sa

from ogai_lab.core.database import Database, metadata
from ogai_lab.core.errors import NotFound
from ogai_lab.core.events import EventLog
from ogai_lab.scheduler.sessions.idle import Work
from ogai_lab.scheduler.sessions.types import Session
from ogai_lab.scheduler.spec import JobSpec, ModuleRun
from ogai_lab.scheduler.tables import jobs
from ogai_lab.scheduler.types import Job

SCHEMA = "https://schemas.ogai-lab.org/scheduler/session/v1"
KIND = "session"
MODULE = "ogai_lab.scheduler.agent.kernel"

sessions = sa.Table(
    "sessions",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("folder", sa.Text, nullable=False),
    sa.Column("idle", sa.Float),
    sa.Column("kernel", sa.String(20), nullable=False),
    sa.Column("active", sa.Float),
    sa.Column("used", sa.Float),
    sa.Column("extended", sa.Float),
    sa.Column("warned", sa.Float),
    sa.Column("offset", sa.BigInteger, nullable=False),
    sa.Column("ended", sa.Boolean, nullable=False, index=True),
    sa.Column("idled", sa.Boolean, nullable=False),
)


class Book:
    """The sessions of one database."""

    def __init__(self, database: Database, events: EventLog) -> None:
        self._database = database
        self._events = events

    def enter(self, job: Job) -> None:
        """Enter the session of a job, unless it is there."""
        with self._database.write() as connection:
            if connection.execute(sa.select(sessions.c.id).where(_is(job.id))).first():
                return
            idle = job.spec.labels.get("idle")
            connection.execute(
                sessions.insert().values(
                    id=job.id,
                    folder=str(folder_of(job.spec)),
                    idle=float(idle) if idle else None,
                    kernel="none",
                    offset=0,
                    ended=False,
                    idled=False,
                )
            )
            self._tell(connection, "opened", job.id, job.name, job.owner)

    def row(self, session_id: str) -> sa.RowMapping:
        """Return what is known of a session.

        Raises
        ------
        NotFound
            When there is none of this id.
        """
        with self._database.read() as connection:
            found = connection.execute(sa.select(sessions).where(_is(session_id))).mappings()
            row = found.first()
        if row is None:
            raise NotFound(
                f"There is no session {session_id[:40]!r}.",
                action="ogai sessions lists the sessions there are.",
                field="session_id",
            )
        return row

    def live(self) -> list[sa.RowMapping]:
        """Return the sessions that have not ended, newest first."""
        query = sa.select(sessions).where(sessions.c.ended.is_(sa.false()))
        with self._database.read() as connection:
            return list(connection.execute(query.order_by(sessions.c.id.desc())).mappings())

    def note(self, session: Session, action: str = "", **values: Any) -> None:
        """Keep values of a session, and tell what happened to it, if anything did."""
        with self._database.write() as connection:
            if values:
                connection.execute(sessions.update().where(_is(session.id)).values(**values))
            if action:
                more = {"idle_until": session.idle_until} if session.idle_until else {}
                self._tell(connection, action, session.id, session.name, session.owner, **more)

    def forget_deleted(self) -> list[Path]:
        """Forget the sessions whose jobs were deleted; return the folders nobody needs any more."""
        gone = sa.select(sessions.c.id, sessions.c.folder).where(
            sessions.c.id.not_in(sa.select(jobs.c.id))
        )
        with self._database.read() as connection:
            if not connection.execute(gone.limit(1)).first():
                return []
        with self._database.write() as connection:
            rows = connection.execute(gone).all()
            connection.execute(sessions.delete().where(sessions.c.id.in_([r.id for r in rows])))
            kept = set(connection.scalars(sa.select(sessions.c.folder)))
        return [Path(folder) for folder in {row.folder for row in rows} - kept]

    def _tell(
        self, connection: sa.Connection, action: str, id_: str, name: str, owner: str, **more: Any
    ) -> None:
        data = {"action": action, "id": id_, "name": name, "owner": owner, **more}
        self._events.emit(connection, SCHEMA, data)


def shown(row: sa.RowMapping, job: Job, now: float) -> Session:
    """Return a session as people see it."""
    over = job.state.final
    work = work_of(row, job)
    return Session(
        id=job.id,
        name=job.name,
        owner=job.owner,
        state=job.state,
        reason=_idled(work) if over and row["idled"] else job.reason,
        kernel="dead" if over else row["kernel"],
        queue=job.spec.queue,
        gpus=job.spec.gpus,
        kernel_id=job.spec.labels.get("kernel", ""),
        created=job.created,
        active=work.last,
        idle=work.idle,
        idle_until=work.until(now) if job.started and not over else None,
        warned=not over and work.is_warned(now),
    )


def work_of(row: sa.RowMapping, job: Job) -> Work:
    """Return what is known of a session's work."""
    return Work(
        idle=row["idle"],
        began=job.started or job.created,
        busy=row["kernel"] == "busy",
        active=row["active"],
        used=row["used"],
        extended=row["extended"],
        warned=row["warned"],
    )


def _idled(work: Work) -> str:
    return f"Nothing worked in it for {work.idle or 0:g} seconds, so its idle timer ended it."


def folder_of(spec: JobSpec) -> Path:
    """Return the folder of the session that a job keeps.

    Raises
    ------
    NotFound
        When the job is no session.
    """
    if not (isinstance(spec.run, ModuleRun) and spec.run.module == MODULE and spec.run.args):
        raise NotFound(f"The job {spec.name!r} is not a session.", field="session_id")
    return Path(spec.run.args[0])


def _is(session_id: str) -> sa.ColumnElement[bool]:
    return sessions.c.id == session_id
