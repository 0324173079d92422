"""The operations of sessions."""

from __future__ import annotations

import hashlib
import secrets
import signal
import time
from pathlib import Path
from typing import Annotated

from pydantic import Field

from ogai_lab.core.database import Database
from ogai_lab.core.errors import Conflict, InvalidInput
from ogai_lab.core.events import EventLog
from ogai_lab.core.home import Home
from ogai_lab.core.operations import Caller, Service, operation
from ogai_lab.core.types import Bytes, Text
from ogai_lab.scheduler.service import Key, Scheduler
from ogai_lab.scheduler.sessions.book import KIND, MODULE, Book, shown
from ogai_lab.scheduler.sessions.place import Place
from ogai_lab.scheduler.sessions.types import Connection, Duration, Session
from ogai_lab.scheduler.spec import JobSpec, ModuleRun

IDLE = 1800.0
"""Seconds without work after which a session is ended, where nothing else was asked."""

_LONGEST_EXTENSION = 30 * 86_400.0


class Sessions(Service):
    """Jobs that keep a Jupyter kernel: their start, their idle timer, the way to their kernels."""

    route = "scheduler/sessions"
    resource = "ogai:jobs"

    def __init__(
        self, database: Database, events: EventLog, scheduler: Scheduler, home: Home
    ) -> None:
        self.book = Book(database, events)
        self._scheduler = scheduler
        self._home = home

    @operation("POST", "", action="execute")
    def start(
        self,
        caller: Caller,
        name: Annotated[Text, Field(max_length=200)] = "",
        gpus: Annotated[int, Field(ge=0)] = 0,
        cpus: Annotated[float, Field(gt=0)] = 1.0,
        memory: Bytes | None = None,
        queue: Text = "default",
        cluster: Text = "",
        idle: Duration | None = IDLE,
        python: Text | None = None,
        folder: Text | None = None,
        environment: dict[Text, Text] | None = None,
        like: Text | None = None,
        kernel_id: Annotated[Text, Field(max_length=100)] = "",
        idempotency_key: Key | None = None,
    ) -> Session:
        """Start a session. It waits in its queue as any job does.

        Parameters
        ----------
        gpus, cpus, memory, queue
            What it is given, and where it waits.
        idle
            Seconds, or text such as ``30m``, without work of its kernel and its GPUs after which
            it is ended; None for never.
        python
            The Python of its kernel, which needs ipykernel; the server's when left out.
        folder
            Where its kernel begins.
        environment
            Variables of its kernel; no list of jobs shows them.
        like
            A session that has ended, whose installed packages the new one goes on with.
        kernel_id
            The id under which a Jupyter server shows its kernel, where one does.

        Raises
        ------
        InvalidInput
            When it could never run.
        NotFound, Conflict
            When there is no session `like` that has ended.
        """
        if cluster:
            raise InvalidInput(
                f"A session cannot run on the cluster {cluster!r}: sessions run on this machine.",
                action="Leave the cluster out. On a cluster, run jobs: ogai.run(…, cluster=…).",
                field="cluster",
            )
        place = self._place(like, caller, idempotency_key)
        fresh = not place.path.exists()
        place.begin({"OGAI_HOME": str(self._home.path), **(environment or {})}, folder)
        spec = JobSpec(
            run=ModuleRun(module=MODULE, args=[str(place.path)]),
            name=name or KIND,
            processes=1,
            gpus=gpus,
            cpus=cpus,
            memory=memory,
            queue=queue,
            python=python,
            labels={"kind": KIND, "idle": f"{idle:g}" if idle else "", "kernel": kernel_id},
        )
        try:
            job = self._scheduler.submit(spec, caller, idempotency_key)
        except BaseException:
            if fresh:
                place.remove()
            raise
        self.book.enter(job)
        return self.session(job.id)

    @operation("GET", "", action="read")
    def sessions(self) -> list[Session]:
        """List the sessions that have not ended, newest first."""
        return [self._shown(row["id"]) for row in self.book.live()]

    @operation("GET", "/{session_id}", action="read")
    def session(self, session_id: str) -> Session:
        """Return one session as it is now.

        Raises
        ------
        NotFound
            When there is no such session.
        """
        return self._shown(session_id)

    @operation("POST", "/{session_id}/extend", action="execute")
    def extend(self, session_id: str, by: Duration = IDLE) -> Session:
        """Keep a session for longer than its idle timer would: that moves by so much.

        Raises
        ------
        NotFound
            When there is no such session.
        Conflict
            When it has ended.
        """
        session = self._living(session_id)
        if session.idle is not None:
            now = time.time()
            latest = now + _LONGEST_EXTENSION
            extended = min((session.idle_until or now) + by, latest)
            session.idle_until = extended
            self.book.note(session, "extended", extended=extended, warned=None)
        return self._shown(session_id)

    @operation("POST", "/{session_id}/restart", action="execute")
    def restart(self, session_id: str) -> Session:
        """Give a session a new kernel in place of the one it has; what was installed stays.

        Raises
        ------
        NotFound
            When there is no such session.
        Conflict
            When it does not run.
        """
        place = self._open_place(session_id)
        place.wish()
        place.signal(signal.SIGKILL)
        return self._shown(session_id)

    @operation("POST", "/{session_id}/stop", action="execute")
    def stop(self, session_id: str, caller: Caller) -> Session:
        """End a session and its kernel. One that has ended stays as it is.

        Raises
        ------
        NotFound
            When there is no such session.
        """
        self.book.row(session_id)
        self._scheduler.cancel(session_id, caller)
        return self._shown(session_id)

    @operation("GET", "/{session_id}/connection", action="execute")
    def connection(self, session_id: str) -> Connection:
        """Return how a Jupyter client on this machine reaches a session's kernel.

        Raises
        ------
        NotFound
            When there is no such session.
        Conflict
            When its kernel does not run.
        """
        found = self._open_place(session_id).connection()
        return Connection(info=found or {})

    @operation("GET", "/{session_id}/requirements", action="read")
    def requirements(self, session_id: str) -> list[str]:
        """List what was installed in a session, as the lines of a requirements file.

        Raises
        ------
        NotFound
            When there is no such session.
        """
        return self.place(session_id).requirements()

    def place(self, session_id: str) -> Place:
        """Return the folder of a session.

        Raises
        ------
        NotFound
            When there is no such session.
        """
        return Place(Path(self.book.row(session_id)["folder"]))

    def _place(self, like: str | None, caller: Caller, key: str | None) -> Place:
        if like is not None:
            if not self._shown(like).state.final:
                raise Conflict(
                    f"The session {like!r} has not ended.",
                    action="Stop it first, or start one of its own.",
                )
            return self.place(like)
        name = secrets.token_hex(6)
        if key is not None:  # asked again, it is the same session in the same folder
            name = hashlib.sha256(f"{caller.name}\0{key}".encode()).hexdigest()[:12]
        return Place(self._home.path / "sessions" / name)

    def _open_place(self, session_id: str) -> Place:
        """Return the folder of a session that has a connection."""
        session = self._living(session_id)
        place = self.place(session_id)
        if place.connection() is None or not place.number:
            raise Conflict(
                f"The session {session_id!r} has no kernel yet: {session.reason or session.state}",
                action="Wait until it runs; ogai explain says what it waits for.",
            )
        return place

    def _living(self, session_id: str) -> Session:
        session = self._shown(session_id)
        if session.state.final:
            raise Conflict(
                f"The session {session_id!r} has ended: {session.reason}",
                action="Start another; with like= it goes on with what was installed.",
            )
        return session

    def _shown(self, session_id: str) -> Session:
        row = self.book.row(session_id)
        return shown(row, self._scheduler.job(session_id), time.time())
