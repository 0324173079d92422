"""The list of jobs, live, with any of them opened below it."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import ipywidgets as w

from ogai_lab.commands.forms.jobs import job_list, state_badge, state_word
from ogai_lab.commands.views import View
from ogai_lab.core.errors import OgaiError
from ogai_lab.locale import _
from ogai_lab.notebook.connection import workbench
from ogai_lab.notebook.feed import Throttle, feed_of
from ogai_lab.notebook.handle import JobHandle
from ogai_lab.notebook.html import card
from ogai_lab.notebook.widgets.job_view import JobView
from ogai_lab.notebook.widgets.parts import Frame, Message, button
from ogai_lab.scheduler.types import Job, JobState

if TYPE_CHECKING:
    from ogai_lab.core.events import Event

_REFRESH_SECONDS = 2.0


class JobTable(Frame):
    """A live list of jobs, newest first.

    Parameters
    ----------
    limit
        How many.
    """

    def __init__(self, limit: int = 20) -> None:
        self._workbench = workbench()
        self._limit = limit
        self._jobs: dict[str, Job] = {}
        self._total = 0
        self._looked = False
        self._refreshing = threading.Lock()
        self._message = Message()
        states = [(_("all"), ""), *((state_word(state), state.value) for state in JobState)]
        self._state = w.Dropdown(
            options=states, value="", description=_("State"), layout=w.Layout(width="14rem")
        )
        self._name = w.Text(
            placeholder=_("part of a name"), description=_("Name"), layout=w.Layout(width="20rem")
        )
        self._table = w.HTML("")
        self._choice = w.Dropdown(options=[], description=_("Job"), layout=w.Layout(width="28rem"))
        self._open = button(_("Open"), "eye", _("Show this job below"))
        self._opened = w.VBox([])
        super().__init__(
            w.HBox([self._state, self._name]),
            self._table,
            w.HBox([self._choice, self._open]),
            self._message,
            self._opened,
        )
        self._throttle = Throttle(self._refresh, _REFRESH_SECONDS)
        self._state.observe(lambda _change: self._throttle.ask(), "value")
        self._name.observe(lambda _change: self._throttle.ask(), "value")
        self._open.on_click(self._on_open)
        self.on_close(feed_of(self._workbench).listen(self._hear))
        self.on_close(self._close_opened)
        self.on_close(self._throttle.stop)
        self._throttle.ask()

    def still(self) -> View:
        """Return the list as it was last seen; asked for when it was not seen yet."""
        if not self._looked:
            self._refresh()
        return job_list(list(self._jobs.values()), self._total)

    def _hear(self, event: Event) -> None:
        if "/scheduler/" in event.schema_id:
            self._throttle.ask()

    def _refresh(self) -> None:
        with self._refreshing:
            self._ask()

    def _ask(self) -> None:
        state = [JobState(self._state.value)] if self._state.value else None
        try:
            page = self._workbench.scheduler.jobs(
                state=state, name=self._name.value or None, limit=self._limit
            )
        except OgaiError as exc:
            self._message.complain(exc)
            return
        if any(job.state.active for job in page.items):
            self._throttle.ask()  # how far a job is, is told by no event
        self._message.clear()
        self._jobs = {job.id: job for job in page.items}
        self._total, self._looked = page.total, True
        self._table.value = card(job_list(page.items, page.total))
        chosen = self._choice.value
        options = [(f"{state_badge(j.state).icon} {j.name}  ({j.id})", j.id) for j in page.items]
        if options != list(self._choice.options):
            self._choice.options = options
            newest = page.items[0].id if page.items else None
            self._choice.value = chosen if chosen in self._jobs else newest

    def _on_open(self, _button: Any) -> None:
        job = self._jobs.get(self._choice.value or "")
        if job is not None:
            self._close_opened()
            self._opened.children = (JobView(JobHandle(job, self._workbench)),)

    def _close_opened(self) -> None:
        """Take the opened job away."""
        for view in self._opened.children:
            view.close()
        self._opened.children = ()
