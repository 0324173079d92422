"""The machines, live: what they do, what jobs take of them, who waits."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import ipywidgets as w

from ogai_lab.commands.forms.cluster import nodes_view, queues_view, use_view
from ogai_lab.commands.views import View
from ogai_lab.core.errors import OgaiError
from ogai_lab.notebook.connection import workbench
from ogai_lab.notebook.feed import Throttle, feed_of
from ogai_lab.notebook.html import card
from ogai_lab.notebook.widgets.parts import Frame, Message

if TYPE_CHECKING:
    from ogai_lab.core.events import Event

_REFRESH_SECONDS = 1.0


class ClusterView(Frame):
    """A live view of nodes, queues and the machine's use.

    Parameters
    ----------
    every
        Seconds between two looks at the machine's use.
    """

    def __init__(self, every: float = 2.0) -> None:
        self._workbench = workbench()
        self._every = every
        self._stop = threading.Event()
        self._message = Message()
        self._nodes, self._queues, self._use = w.HTML(), w.HTML(), w.HTML()
        super().__init__(self._nodes, self._queues, self._use, self._message)
        self._throttle = Throttle(self._refresh, _REFRESH_SECONDS)
        self.on_close(feed_of(self._workbench).listen(self._hear))
        self.on_close(self._stop.set)
        self.on_close(self._throttle.stop)
        self._throttle.ask()
        threading.Thread(target=self._look, name="ogai-cluster", daemon=True).start()

    def still(self) -> View:
        """Return the nodes as they are now."""
        return nodes_view(self._workbench.scheduler.nodes())

    def _hear(self, event: Event) -> None:
        if "/scheduler/" in event.schema_id:
            self._throttle.ask()

    def _refresh(self) -> None:
        try:
            nodes = self._workbench.scheduler.nodes()
            queues = self._workbench.scheduler.queues()
        except OgaiError as exc:
            self._message.complain(exc)
            return
        self._message.clear()
        self._nodes.value = _untitled(nodes_view(nodes))
        self._queues.value = _untitled(queues_view(queues))

    def _look(self) -> None:
        while not self._stop.is_set():
            try:
                self._use.value = card(use_view(self._workbench.cluster.use()))
            except OgaiError as exc:
                self._message.complain(exc)
            self._stop.wait(self._every)


def _untitled(view: View) -> str:
    return card(View("", view.blocks))
