"""A session in the hand: a Jupyter kernel that is a job, from code."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Any

from ogai_lab.commands.forms.sessions import session_view
from ogai_lab.commands.sessions import find, idle_of, settled
from ogai_lab.commands.text import text
from ogai_lab.core.errors import Unavailable
from ogai_lab.core.operations import Caller
from ogai_lab.locale import _
from ogai_lab.notebook.connection import workbench
from ogai_lab.notebook.display import Listing, bundle, listing
from ogai_lab.scheduler.sessions.types import Session

if TYPE_CHECKING:
    from jupyter_client.blocking.client import BlockingKernelClient

    from ogai_lab.scheduler.types import JobState
    from ogai_lab.workbench import Workbench


class CellFailed(RuntimeError):  # noqa: N818 - named for what happened
    """What ran in a session raised an error.

    Parameters
    ----------
    error
        The error, as its name and its text.
    traceback
        Its lines there, with the kernel's colours.
    """

    def __init__(self, error: str, traceback: list[str]) -> None:
        super().__init__(error)
        self.traceback = traceback

    def _render_traceback_(self) -> list[str]:
        """Show IPython the traceback of the code there instead of ours here."""
        head = _("The code failed in its session: {error}").format(error=self)
        return [head, *self.traceback]


class SessionHandle:
    """A session. Nothing ends when the handle goes: `stop` ends it, or its idle timer.

    Parameters
    ----------
    session
        The session as it was.
    workbench
        Whose it is.
    """

    def __init__(self, session: Session, workbench: Workbench) -> None:
        self._session, self._workbench = session, workbench
        self._client: BlockingKernelClient | None = None

    @property
    def id(self) -> str:
        """Its id, which is that of its job."""
        return self._session.id

    @property
    def state(self) -> JobState:
        """Where it is now."""
        return self.refresh().state

    @property
    def idle_until(self) -> float | None:
        """When it is ended if nothing works until then (Unix seconds); None for never."""
        return self.refresh().idle_until

    @property
    def connection(self) -> dict[str, Any]:
        """What stands in a connection file, for a Jupyter client of one's own on this machine.

        Raises
        ------
        Conflict
            When its kernel does not run.
        """
        return self._workbench.sessions.connection(self.id).info

    def refresh(self) -> Session:
        """Return the session as it is now."""
        self._session = self._workbench.sessions.session(self.id)
        return self._session

    def extend(self, by: float | str = "30m") -> SessionHandle:
        """Move its idle timer by seconds, or by ``"30m"``."""
        duration: Any = by
        self._session = self._workbench.sessions.extend(self.id, duration)
        return self

    def restart(self) -> SessionHandle:
        """Give it a new kernel; what was installed stays."""
        self._leave()
        self._session = self._workbench.sessions.restart(self.id)
        return self

    def stop(self) -> SessionHandle:
        """End it and its kernel; one that has ended stays as it is."""
        self._leave()
        self._session = self._workbench.sessions.stop(self.id, Caller.local())
        return self

    def requirements(self) -> list[str]:
        """Return what was installed in it, as the lines of a requirements file."""
        return self._workbench.sessions.requirements(self.id)

    def run(self, code: str, timeout: float | None = None) -> str:
        """Run code in its kernel; return what it printed, and the text of its last value.

        Parameters
        ----------
        code
            What a cell would hold.
        timeout
            Seconds after which to wait no longer; the code runs on.

        Raises
        ------
        CellFailed
            When it raised an error.
        Unavailable
            When it is not done in time, or the kernel does not answer.
        """
        heard: list[str] = []

        def hear(message: dict[str, Any]) -> None:
            content = message["content"]
            if message["msg_type"] == "stream":
                heard.append(content["text"])
            elif message["msg_type"] == "execute_result":
                heard.append(content["data"].get("text/plain", ""))

        try:
            reply = self._connected().execute_interactive(
                code, allow_stdin=False, timeout=timeout, output_hook=hear
            )
        except TimeoutError as exc:
            raise Unavailable(
                _("The code is not done after {seconds:g} s.").format(seconds=timeout or 0),
                action=_("It runs on; give it more time."),
            ) from exc
        content = reply["content"]
        if content["status"] != "ok":
            name, value = content.get("ename", content["status"]), content.get("evalue", "")
            raise CellFailed(f"{name}: {value}", content.get("traceback", []))
        return "".join(heard)

    def _connected(self) -> BlockingKernelClient:
        """Return a client of its kernel, waiting for that to run."""
        if self._client is None:
            from jupyter_client.blocking.client import BlockingKernelClient

            settled(self._workbench, self.refresh())
            client = BlockingKernelClient()
            info: Any = dict(self.connection)  # what stands in a file, which Jupyter types as made
            client.load_connection_info(info)
            client.start_channels()
            _wait(client)
            self._client = client
        return self._client

    def _leave(self) -> None:
        if self._client is not None:
            self._client.stop_channels()
            self._client = None

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        session = self.refresh()
        return bundle(session_view(session), session)

    def __repr__(self) -> str:
        return text(session_view(self._session))


def session(
    id: str = "",  # noqa: A002 - what it is
    *,
    name: str = "",
    gpus: int = 0,
    cpus: float = 1.0,
    memory: int | str | None = None,
    queue: str = "default",
    cluster: str = "",
    idle: float | str | None = "30m",
    python: str | None = None,
    like: str | None = None,
) -> SessionHandle:
    """Start a session: a Jupyter kernel as a job. With an id, return the one that has it.

    Without any argument, in a notebook whose kernel is a session, it is that one.

    Parameters
    ----------
    id
        The id of a session there is, or the start of it.
    name
        The session's name.
    gpus, cpus, memory, queue
        What it is given, and where it waits.
    cluster
        For sessions there is none yet but this machine.
    idle
        How long it may do nothing before it is ended: seconds, ``"30m"``, None for ever.
    python
        The Python of its kernel; the server's when left out.
    like
        A session that has ended, whose installed packages this one goes on with.

    Raises
    ------
    InvalidInput
        When it could never run; `field` names what is wrong.
    """
    bench = workbench()
    asked = (name, gpus, memory, cluster, python, like) != ("", 0, None, "", None, None)
    asked = asked or (cpus, queue, idle) != (1.0, "default", "30m")
    here = os.environ.get("OGAI_JOB_ID", "") if not asked else ""
    mine = next((one for one in bench.sessions.sessions() if one.id == here and not id), None)
    if id:
        return SessionHandle(find(bench, id), bench)
    if mine is not None:
        return SessionHandle(mine, bench)
    size: Any = memory
    started = bench.sessions.start(
        Caller.local(),
        name=name,
        gpus=gpus,
        cpus=cpus,
        memory=size,
        queue=queue,
        cluster=cluster,
        idle=idle_of(idle),
        python=python,
        folder=os.getcwd(),  # noqa: PTH109 - text
        like=like,
    )
    return SessionHandle(settled(bench, started), bench)


def sessions() -> Listing:
    """Return the sessions that have not ended, as a list that shows itself."""
    return listing(workbench().sessions.sessions(), "sessions")


def _wait(client: BlockingKernelClient) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            client.wait_for_ready(timeout=10)
        except RuntimeError as exc:
            if time.monotonic() > deadline:
                raise Unavailable(
                    _("The session's kernel does not answer."),
                    action=_("Restart it: session.restart()"),
                ) from exc
        else:
            return
