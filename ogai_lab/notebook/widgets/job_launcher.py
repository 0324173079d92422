"""A form that launches a job and shows it."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import ipywidgets as w

from ogai_lab.commands import verbs
from ogai_lab.commands.runs import from_words
from ogai_lab.core.errors import InvalidInput
from ogai_lab.locale import _
from ogai_lab.notebook.connection import workbench
from ogai_lab.notebook.handle import JobHandle
from ogai_lab.notebook.widgets.job_view import JobView
from ogai_lab.notebook.widgets.parts import Frame, Message, button, off_thread
from ogai_lab.scheduler.spec import JobSpec

_LARGEST = 10_000


class JobLauncher(Frame):
    """A form for a job: what to run, how big, where. Launched jobs appear below, live.

    Parameters
    ----------
    what
        What to run, to begin with: ``train.py --lr 0.1``.
    """

    def __init__(self, what: str = "") -> None:
        self._workbench = workbench()
        self._message = Message()
        wide = w.Layout(width="auto", flex="1 1 auto")
        self._what = w.Text(
            what, placeholder="train.py --lr 0.1", description=_("Run"), layout=wide
        )
        self._name = w.Text(placeholder=_("made from what runs"), description=_("Name"))
        self._queue = w.Dropdown(options=["default"], description=_("Queue"))
        self._nodes = _count(_("Nodes"), 1, 1)
        self._processes = _count(_("Ranks a node"), 1, 1)
        self._gpus = _count(_("GPUs a node"), 0, 0)
        self._memory = w.Text(placeholder="16GiB", description=_("Memory"))
        self._restarts = _count(_("Restarts"), 0, 0)
        self._launch = button(_("Launch"), "play", _("Start this job"), "primary")
        self._views = w.VBox([])
        super().__init__(
            w.HBox([self._what]),
            w.HBox([self._nodes, self._processes, self._gpus]),
            w.HBox([self._name, self._queue]),
            w.HBox([self._memory, self._restarts]),
            w.HBox([self._launch]),
            self._message,
            self._views,
        )
        for field in (self._nodes, self._processes, self._gpus, self._restarts, self._name):
            field.style.description_width = "6.5rem"
        for field in (self._what, self._queue, self._memory):
            field.style.description_width = "6.5rem"
        self._launch.on_click(self._on_launch)
        self.on_close(self._close_views)
        off_thread(self._ask_queues, self._message)

    def spec(self) -> JobSpec:
        """Return the job that the form describes.

        Raises
        ------
        InvalidInput
            When a field cannot be used.
        """
        folder = Path().resolve()
        try:
            words = shlex.split(self._what.value)
        except ValueError as exc:
            raise InvalidInput(
                _("What to run cannot be split into words: {why}.").format(why=exc),
                action=_("Close the quotation."),
                field="run",
            ) from exc
        return verbs.build_spec(
            from_words(words, folder),
            name=self._name.value,
            nodes=self._nodes.value,
            processes=self._processes.value,
            gpus=self._gpus.value,
            memory=self._memory.value.strip() or None,
            queue=self._queue.value,
            restarts={"limit": self._restarts.value},
            workdir=str(folder),
        )

    def _on_launch(self, _button: Any) -> None:
        def launch() -> None:
            self._message.clear()
            handle = JobHandle(verbs.submit(self.spec(), self._workbench), self._workbench)
            self._views.children = (JobView(handle), *self._views.children)

        off_thread(launch, self._message, busy=(self._launch,))

    def _ask_queues(self) -> None:
        names = [queue.name for queue in self._workbench.scheduler.queues()]
        if names:
            self._queue.options = names

    def _close_views(self) -> None:
        for view in self._views.children:
            view.close()


def _count(label: str, value: int, lowest: int) -> w.BoundedIntText:
    return w.BoundedIntText(
        value, min=lowest, max=_LARGEST, description=label, layout=w.Layout(width="12rem")
    )
