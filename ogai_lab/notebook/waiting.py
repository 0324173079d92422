"""Waiting for a job in sight: a card that changes in place, a line in a terminal, or silence."""

from __future__ import annotations

import sys
import time
from typing import Any, Protocol

from ogai_lab.commands.figures import duration
from ogai_lab.commands.following import leaving
from ogai_lab.commands.forms.jobs import progress_meter, run_time, state_badge
from ogai_lab.commands.text import bar, plain
from ogai_lab.locale import _
from ogai_lab.locale.sentences import said
from ogai_lab.notebook.display import bundle, in_notebook, show
from ogai_lab.notebook.live import LiveJob

_LOOK_SECONDS = 0.2
_TERMINAL_WIDTH = 100


class Interrupted(KeyboardInterrupt):
    """The waiting was interrupted; what is to be known of it has been said."""

    def _render_traceback_(self) -> list[str]:
        return [_("Interrupted.")]


class Shown(Protocol):
    """Where a job is shown while it is waited for."""

    def update(self, live: LiveJob) -> None:
        """Show the job as it is now."""

    def finish(self, live: LiveJob) -> None:
        """Show it for the last time."""


def wait(live: LiveJob, timeout: float | None, shown: Shown) -> bool:
    """Wait until a job is over and return whether it is.

    An interrupt ends the waiting, not the job, and says so.
    """
    deadline = None if timeout is None else time.monotonic() + timeout
    seen = -1
    try:
        while not live.over.wait(_LOOK_SECONDS):
            if live.revision != seen:
                seen = live.revision
                shown.update(live)
            if deadline is not None and time.monotonic() > deadline:
                break
    except KeyboardInterrupt:
        shown.finish(live)
        print(leaving_note(live), file=sys.stderr)  # noqa: T201 - this is said to a person
        raise Interrupted from None
    shown.finish(live)
    return live.over.is_set()


def leaving_note(live: LiveJob) -> str:
    """Say that the job goes on, in the words of where it is said."""
    if in_notebook():
        text = _(
            "Waiting was interrupted; the job {id} goes on. job.wait() waits on, job.cancel() "
            "ends it."
        )
        return text.format(id=live.job.id)
    return leaving(live.job)


def shown_here() -> Shown:
    """Return the way of showing that fits where this process prints to."""
    if in_notebook():
        return _Card()
    return _Line() if sys.stderr.isatty() else _Silence()


class _Card:
    """A display that is made once and changed in place."""

    def __init__(self) -> None:
        self._handle: Any = None

    def update(self, live: LiveJob) -> None:
        forms = bundle(live.view(), live.job)
        if self._handle is None:
            self._handle = show(forms)
        else:
            self._handle.update(forms, raw=True)

    finish = update


class _Line:
    """One line on stderr that is written over."""

    def update(self, live: LiveJob) -> None:
        sys.stderr.write("\r\x1b[K" + self._text(live))
        sys.stderr.flush()

    def finish(self, live: LiveJob) -> None:
        self.update(live)
        sys.stderr.write("\n")

    def _text(self, live: LiveJob) -> str:
        job = live.job
        badge = state_badge(job.state)
        parts = [f"{badge.icon} {plain(job.name)} {badge.word}"]
        if job.progress is not None:
            meter = progress_meter(job.progress, job.state)
            parts.append(f"{bar(meter.fraction)} {meter.text}")
        elif job.started is not None:
            parts.append(duration(run_time(job)))
        if not job.state.final and job.reason:
            parts.append(said(plain(job.reason)))
        return "  ".join(parts)[:_TERMINAL_WIDTH]


class _Silence:
    def update(self, live: LiveJob) -> None:
        pass

    finish = update
