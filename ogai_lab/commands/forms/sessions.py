"""How sessions are shown."""

from __future__ import annotations

import time
from collections.abc import Sequence

from ogai_lab.commands.figures import NOTHING, ago, clock, duration
from ogai_lab.commands.forms.jobs import state_badge
from ogai_lab.commands.views import Badge, Block, Code, Column, Facts, Note, Table, View
from ogai_lab.locale import _
from ogai_lab.locale.sentences import said
from ogai_lab.scheduler.sessions.types import Session


def session_view(session: Session) -> View:
    """Return the card of one session."""
    rows = (
        (_("State"), state_badge(session.state)),
        (_("Kernel"), _kernel(session)),
        (_("Idle timer"), _timer(session)),
        (_("Queue"), session.queue),
        (_("GPUs"), str(session.gpus)),
        (_("Last work"), ago(session.active) if session.active else NOTHING),
        (_("Started"), clock(session.created)),
    )
    blocks: list[Block] = [Facts(rows)]
    if session.reason:
        blocks.append(Note(said(session.reason)))
    title = _("Session {name} · {id}").format(name=session.name, id=session.id)
    return View(title, tuple(blocks))


def sessions_view(sessions: Sequence[Session]) -> View:
    """Return the sessions that have not ended."""
    columns = (
        Column(_("Session")),
        Column(_("Name")),
        Column(_("Owner")),
        Column(_("State")),
        Column(_("Kernel")),
        Column(_("Idle timer")),
        Column(_("GPUs"), right=True),
    )
    rows = tuple(
        (
            Code(one.id),
            one.name,
            one.owner,
            state_badge(one.state),
            _kernel(one),
            _timer(one),
            str(one.gpus),
        )
        for one in sessions
    )
    return View(_("Sessions"), (Table(_("Sessions"), columns, rows),))


def _kernel(session: Session) -> Badge:
    return {
        "none": Badge("◔", _("not started"), "muted"),
        "starting": Badge("◐", _("starting"), "busy"),
        "idle": Badge("○", _("idle"), "good"),
        "busy": Badge("●", _("busy"), "busy"),
        "dead": Badge("✖", _("dead"), "bad"),
    }[session.kernel]


def _timer(session: Session) -> str:
    if session.state.final:
        return NOTHING
    if session.idle_until is None:
        return _("never ends it") if session.idle is None else NOTHING
    left = duration(max(0.0, session.idle_until - time.time()))
    return (
        _("ends it in {time}, warned").format(time=left)
        if session.warned
        else (_("ends it in {time}").format(time=left))
    )
