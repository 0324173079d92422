"""What all dashboards share: a head that says whether the page is live, and one loop that looks."""

from __future__ import annotations

import threading
from abc import abstractmethod
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import anywidget
import ipywidgets as w
import traitlets

from ogai_lab.commands.views import View
from ogai_lab.core.errors import OgaiError
from ogai_lab.locale import _, language
from ogai_lab.notebook.connection import workbench
from ogai_lab.notebook.feed import Throttle, feed_of
from ogai_lab.notebook.widgets.parts import Frame, Message

if TYPE_CHECKING:
    from ogai_lab.core.events import Event

_HERE = Path(__file__).parent
_STYLE = _HERE / "page.css"
_LOOK_SECONDS = 5.0
_REFRESH_SECONDS = 1.0


class Head(anywidget.AnyWidget):
    """The head of a page; it tells when somebody sees it, and how the page was asked for."""

    _esm = _HERE / "page.js"
    name = traitlets.Unicode("").tag(sync=True)
    title = traitlets.Unicode("").tag(sync=True)
    pages: traitlets.List[list[str]] = traitlets.List().tag(sync=True)
    locale = traitlets.Unicode("en").tag(sync=True)
    words = traitlets.Dict().tag(sync=True)
    search = traitlets.Unicode("").tag(sync=True)
    seen = traitlets.Bool(False).tag(sync=True)
    beat = traitlets.Int(0).tag(sync=True)


class Page(Frame):
    """A dashboard. It costs nothing until somebody sees it.

    Parameters
    ----------
    name
        The last part of its address.
    title
        What stands at its top.
    body
        What stands below.
    """

    def __init__(self, name: str, title: str, *body: w.Widget) -> None:
        self._workbench = workbench()
        self._message = Message()
        self._stop = threading.Event()
        self.head = Head(
            name=name,
            title=title,
            pages=[
                ["cluster", _("Cluster")],
                ["jobs", _("Jobs")],
                ["data", _("Data")],
                ["compare", _("Compare")],
            ],
            locale=language().replace("_", "-"),
            words=_words(),
        )
        sheet = w.HTML(f"<style>{_STYLE.read_text(encoding='utf-8')}</style>")
        sheet.layout.display = "none"
        super().__init__(sheet, self.head, self._message, *body)
        self.add_class("ogai-page")
        self._throttle = Throttle(self._look, _REFRESH_SECONDS)
        self.on_close(self._stop.set)
        self.on_close(self._throttle.stop)
        self.head.observe(lambda _change: self._begin(), "seen")

    @abstractmethod
    def refresh(self) -> None:
        """Show what is so now; called off the kernel's own thread."""

    def asked(self, name: str) -> str:
        """Return a parameter of the page's address, empty when it is not there."""
        return parse_qs(self.head.search.removeprefix("?")).get(name, [""])[0].strip()

    def still(self) -> View:
        """Return what stands in a saved notebook."""
        return View(self.head.title, super().still().blocks)

    def _begin(self) -> None:
        if self._stop.is_set() or not self.head.seen:
            return
        self.head.unobserve_all("seen")
        self.on_close(feed_of(self._workbench).listen(self._hear))
        threading.Thread(target=self._live, name="ogai-page", daemon=True).start()

    def _hear(self, event: Event) -> None:
        self._throttle.ask()

    def _live(self) -> None:
        while not self._stop.is_set():
            self._throttle.ask()
            self._stop.wait(_LOOK_SECONDS)

    def _look(self) -> None:
        try:
            self.refresh()
        except OgaiError as exc:
            self._message.complain(exc)
        else:
            self._message.clear()
            self.head.beat += 1


def _words() -> dict[str, Any]:
    return {
        "pages": _("Dashboards"),
        "live": _("Live"),
        "gone": _("Not connected"),
        "since": _(
            "The server has not answered since %1. What you see is as of then; "
            "the page goes on by itself when the server is back."
        ),
        "signIn": _("You are signed out. Load the page again to sign in."),
        "light": _("Light"),
        "dark": _("Dark"),
    }
