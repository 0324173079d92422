"""The verbs about sessions: starting one, and what is done with one that runs."""

from __future__ import annotations

import argparse
import time
from typing import TYPE_CHECKING, Any

from ogai_lab.commands.views import Text
from ogai_lab.core.errors import InvalidInput, NotFound
from ogai_lab.core.operations import Caller
from ogai_lab.locale import _
from ogai_lab.scheduler.sessions.types import Session

if TYPE_CHECKING:
    from ogai_lab.workbench import Workbench

_PATIENCE = 30.0


def add_session(verbs: Any, _where: Any) -> argparse.ArgumentParser:
    """Add the verb that starts a session, or does something with one."""
    verb: argparse.ArgumentParser = verbs.add_parser(
        "session",
        help=_("start a Jupyter kernel as a job, or see to one that runs"),
        epilog=_("With an id: ogai session j0123 --extend 30m"),
    )
    add = verb.add_argument
    add("session", nargs="?", metavar=_("SESSION"), help=_("the session's id, or the start of it"))
    add("--name", default="", help=_("the session's name"))
    add("-g", "--gpus", type=int, default=0, help=_("how many GPUs"))
    add("--cpus", type=float, default=1.0, help=_("how many cores"))
    add("--memory", help=_("memory: 16GiB"))
    add("-q", "--queue", default="default", help=_("the queue it waits in"))
    add("--cluster", default="", help=_("the cluster; this machine when left out"))
    add("--idle", default="30m", help=_("how long it may do nothing: 30m, 2h; never ends it: 0"))
    add("--python", help=_("the Python of its kernel"))
    add("--like", metavar=_("SESSION"), help=_("go on with what was installed in this one"))
    of_one = verb.add_mutually_exclusive_group()
    of_one.add_argument("--extend", metavar=_("TIME"), help=_("move its idle timer: 30m"))
    of_one.add_argument("--restart", action="store_true", help=_("give it a new kernel"))
    of_one.add_argument("--stop", action="store_true", help=_("end it"))
    of_one.add_argument(
        "--requirements", action="store_true", help=_("print what was installed in it")
    )
    of_one.add_argument(
        "--connection", action="store_true", help=_("print how a Jupyter client reaches it")
    )
    return verb


def add_sessions(verbs: Any, _where: Any) -> argparse.ArgumentParser:
    """Add the verb that lists sessions."""
    verb: argparse.ArgumentParser = verbs.add_parser("sessions", help=_("list sessions"))
    return verb


def session(workbench: Workbench, arguments: argparse.Namespace) -> Any:
    """Start a session, or do with one what was asked for."""
    sessions = workbench.sessions
    if arguments.session is None:
        for what in ("extend", "restart", "stop", "requirements", "connection"):
            if getattr(arguments, what):  # a forgotten id must not start another session
                raise InvalidInput(
                    _("--{what} needs the id of a session.").format(what=what),
                    action=_(
                        "Give it: ogai session j0123 --{what}. ogai sessions lists them."
                    ).format(what=what),
                    field="session",
                )
        return settled(
            workbench,
            sessions.start(
                Caller.local(),
                name=arguments.name,
                gpus=arguments.gpus,
                cpus=arguments.cpus,
                memory=arguments.memory,
                queue=arguments.queue,
                cluster=arguments.cluster,
                idle=idle_of(arguments.idle),
                python=arguments.python,
                like=arguments.like,
            ),
        )
    found = find(workbench, arguments.session)
    if arguments.extend:
        return sessions.extend(found.id, arguments.extend)
    if arguments.restart:
        return sessions.restart(found.id)
    if arguments.stop:
        return sessions.stop(found.id, Caller.local())
    if arguments.requirements:
        return Text("\n".join(sessions.requirements(found.id)))
    if arguments.connection:
        import json

        return Text(json.dumps(sessions.connection(found.id).info))
    return found


def idle_of(text: Any) -> Any:
    """Return an idle time as the service takes it: 0 and nothing are for ever."""
    return None if text in (None, 0, "0", "") else text


def find(workbench: Workbench, start: str) -> Session:
    """Return the session whose id begins like this.

    Raises
    ------
    NotFound
        When there is none, or more than one.
    """
    found = [one for one in workbench.sessions.sessions() if one.id.startswith(start)]
    if len(found) > 1:
        raise NotFound(
            _("{count} sessions have an id that begins with {start!r}.").format(
                count=len(found), start=start
            ),
            action=_("Give more of it."),
        )
    return found[0] if found else workbench.sessions.session(start)


def settled(workbench: Workbench, session: Session) -> Session:
    """Return a session once its kernel runs, or as it is when that takes long."""
    deadline = time.monotonic() + _PATIENCE
    while session.kernel in ("none", "starting") and time.monotonic() < deadline:
        if session.state.final:
            break
        time.sleep(0.1)
        session = workbench.sessions.session(session.id)
    return session
