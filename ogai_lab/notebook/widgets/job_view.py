"""One job, live: state, progress, curve, log, and the two questions one has: why, and stop."""

from __future__ import annotations

import threading
from typing import Any

import ipywidgets as w

from ogai_lab.commands.forms import view_of
from ogai_lab.commands.forms.jobs import job_view
from ogai_lab.commands.text import plain, text
from ogai_lab.commands.views import View
from ogai_lab.core.operations import Caller
from ogai_lab.locale import _
from ogai_lab.notebook.actions import job as find
from ogai_lab.notebook.display import bundle, in_notebook, show
from ogai_lab.notebook.handle import JobHandle
from ogai_lab.notebook.html import card
from ogai_lab.notebook.live import LiveJob
from ogai_lab.notebook.widgets.chart import CurveChart
from ogai_lab.notebook.widgets.console import Console
from ogai_lab.notebook.widgets.parts import Frame, Message, button, off_thread


class JobView(Frame):
    """A live view of a job. When the job is over, a still card takes its place in the notebook.

    Parameters
    ----------
    job
        The job, or its id.
    """

    def __init__(self, job: JobHandle | str) -> None:
        handle = find(job) if isinstance(job, str) else job
        self._workbench = handle._workbench
        self._live = LiveJob.open(self._workbench, handle._job)
        self._drawing = threading.Lock()
        self._display: Any = None
        self._card = w.HTML(card(job_view(self._live.job)))
        self._chart = CurveChart()
        self._console = Console()
        self._answer = Message()
        self._explain = button(_("Explain"), "question-circle", _("Why is it where it is?"))
        self._cancel = button(_("Cancel"), "stop", _("End this job"))
        self._confirm = self._confirmation()
        super().__init__(
            self._card,
            self._chart,
            self._console,
            w.HBox([self._explain, self._cancel]),
            self._confirm,
            self._answer,
        )
        self._explain.on_click(self._on_explain)
        self._cancel.on_click(lambda _button: self._ask(True))
        self._live.observe(self._draw, "revision")
        self.on_close(lambda: self._live.unobserve(self._draw, "revision"))
        self.on_close(self._live.close)
        self._draw()

    def wait(self) -> None:
        """Wait until the job is over; not for the kernel's own thread."""
        self._live.over.wait()

    def _draw(self, _change: Any = None) -> None:
        live = self._live
        with self._drawing:
            self._card.value = card(job_view(live.job))
            curves = {name: {"": live.curves.curve(name)} for name in live.curves.names()}
            self._chart.show(curves)
            self._console.text = "\n".join(plain(line) for line in live.lines)
            if live.problem:
                self._answer.say(live.problem)
            if live.job.state.final:
                self._cancel.disabled = True
                self._confirm.layout.display = "none"
        if live.ended:
            self._become_still()

    def _become_still(self) -> None:
        """Leave a card in the notebook that can be read when no kernel is there any more."""
        display, self._display = self._display, None
        if display is not None:
            display.update(bundle(self._live.view(), self._live.job), raw=True)

    def _on_explain(self, _button: Any) -> None:
        def ask() -> None:
            explanation = self._workbench.scheduler.explain(self._live.job.id)
            self._answer.show(View("", view_of(explanation).blocks))

        off_thread(ask, self._answer, busy=(self._explain,))

    def _confirmation(self) -> w.HBox:
        yes = button(_("End the job"), "stop", _("Its processes end"), "danger")
        no = button(_("Keep it running"), "", _("Go back"))
        says = w.Label(_("Its processes end; what it has written stays."))
        row = w.HBox([says, yes, no], layout=w.Layout(display="none"))
        row.add_class("og-confirm")

        def end() -> None:
            self._workbench.scheduler.cancel(self._live.job.id, Caller.local())

        def confirmed(_button: Any) -> None:
            self._ask(False)
            off_thread(end, self._answer, busy=(self._cancel,))

        yes.on_click(confirmed)
        no.on_click(lambda _button: self._ask(False))
        return row

    def _ask(self, asking: bool) -> None:
        self._confirm.layout.display = "" if asking else "none"

    def still(self) -> View:
        """Return the job's card."""
        return self._live.view()

    def _ipython_display_(self) -> None:
        if self._live.ended:
            show(bundle(self._live.view(), self._live.job))
        elif in_notebook():
            self._display = show(self._repr_mimebundle_())
            if self._live.ended:  # it ended in between
                self._become_still()
        else:
            print(text(self._live.view()))  # noqa: T201
