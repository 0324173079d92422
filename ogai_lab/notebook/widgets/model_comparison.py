"""Two versions of a model, side by side: pick them, measure what is missing, read the answer."""

from __future__ import annotations

from typing import Any

import ipywidgets as w

from ogai_lab.commands.comparing import compare
from ogai_lab.commands.figures import short
from ogai_lab.commands.forms import view_of
from ogai_lab.commands.views import View
from ogai_lab.locale import _
from ogai_lab.models.types import Comparison
from ogai_lab.notebook.connection import workbench
from ogai_lab.notebook.handle import JobHandle
from ogai_lab.notebook.html import card
from ogai_lab.notebook.widgets.job_view import JobView
from ogai_lab.notebook.widgets.parts import Frame, Message, button, off_thread
from ogai_lab.scheduler.types import Job


class ModelComparison(Frame):
    """Compares two versions of a model on the same held-out documents.

    Parameters
    ----------
    name
        The model to begin with.
    """

    def __init__(self, name: str | None = None) -> None:
        self._workbench = workbench()
        self._message = Message()
        self._found: Comparison | None = None
        self._model = w.Dropdown(options=[], description=_("Model"))
        self._base = w.Dropdown(options=[], description=_("From"))
        self._other = w.Dropdown(options=[], description=_("To"))
        self._data = w.Dropdown(options=[], description=_("Data"))
        self._compare = button(_("Compare"), "balance-scale", _("Measure and compare"), "primary")
        self._jobs = w.VBox([])
        self._answer = w.HTML("")
        super().__init__(
            w.HBox([self._model, self._data]),
            w.HBox([self._base, self._other, self._compare]),
            self._message,
            self._jobs,
            self._answer,
        )
        self._model.observe(lambda _change: off_thread(self._ask_versions, self._message), "value")
        self._compare.on_click(
            lambda _button: off_thread(self._work, self._message, busy=(self._compare,))
        )
        self.on_close(self._close_jobs)
        off_thread(lambda: self._ask_names(name), self._message)

    def still(self) -> View:
        """Return the answer, once there is one."""
        return super().still() if self._found is None else view_of(self._found)

    def _ask_names(self, name: str | None) -> None:
        runs = [run for run in self._workbench.data.runs() if run.manifest]
        self._data.options = [
            (f"{run.name} · {run.policy} · {short(str(run.manifest))}", run.manifest)
            for run in runs
        ]
        names = [model.name for model in self._workbench.models.models()]
        self._model.options = names
        if name in names:
            self._model.value = name
        if not names:
            self._message.say(_('No models yet. Register one: ogai.register("org/name", job)'))

    def _ask_versions(self) -> None:
        if self._model.value is None:
            return
        versions = self._workbench.models.versions(self._model.value)
        numbers = sorted(version.number for version in versions)
        options = [f"v{number}" for number in numbers]
        for choice in (self._base, self._other):
            choice.options = options
        if len(options) > 1:
            self._base.value, self._other.value = options[-2:]

    def _work(self) -> None:
        self._message.clear()
        self._found = compare(
            self._workbench,
            self._model.value,
            self._base.value,
            self._other.value,
            self._data.value,
            self._follow,
        )
        self._answer.value = card(view_of(self._found))

    def _follow(self, jobs: list[Job]) -> None:
        self._close_jobs()
        views = [JobView(JobHandle(job, self._workbench)) for job in jobs]
        self._jobs.children = tuple(views)
        for view in views:
            view.wait()
        self._close_jobs()

    def _close_jobs(self) -> None:
        views: tuple[Any, ...] = self._jobs.children
        self._jobs.children = ()
        for view in views:
            view.close()
