"""What all views are made of: a frame that closes well, work off the kernel's thread, errors."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import ipywidgets as w

from ogai_lab.commands.figures import clock
from ogai_lab.commands.text import text
from ogai_lab.commands.views import Note, View
from ogai_lab.core.errors import OgaiError, redact
from ogai_lab.locale import _
from ogai_lab.notebook.html import card, page, style

WIDGET = "application/vnd.jupyter.widget-view+json"


class Frame(w.VBox):  # type: ignore[misc]
    """A bordered column. What is given to `on_close` is called once, when it is closed."""

    def __init__(self, *children: w.Widget) -> None:
        self._ends: list[Callable[[], None]] = []
        super().__init__(children=(w.HTML(sheet(), layout=w.Layout(display="none")), *children))
        self.add_class("ogai-live")

    def on_close(self, end: Callable[[], None]) -> None:
        """Have `end` called when this view is closed."""
        self._ends.append(end)

    def still(self) -> View:
        """Return what stands in a saved notebook, where no kernel draws the view."""
        return View("", ())

    def _repr_mimebundle_(self, **_kwargs: Any) -> dict[str, Any]:
        view = as_of_now(self.still())
        return {
            WIDGET: {"version_major": 2, "version_minor": 0, "model_id": self._model_id},
            "text/html": page(view),
            "text/plain": text(view),
        }

    def close(self) -> None:
        """Stop following and take the view away; idempotent."""
        ends, self._ends = self._ends, []
        for end in ends:
            end()
        super().close()


class Message(w.HTML):  # type: ignore[misc]
    """A sentence, an error, or nothing."""

    def __init__(self) -> None:
        super().__init__("")
        self.clear()

    def say(self, sentence: str) -> None:
        """Show one sentence."""
        self.show(View("", (Note(sentence),)))

    def complain(self, error: OgaiError) -> None:
        """Show an error: what, why, what next."""
        notes = [Note(redact(error.message), tone="bad")]
        notes += [Note(redact(error.cause), lead=_("why"))] if error.cause else []
        notes += [Note(redact(error.action), lead=_("next"))] if error.action else []
        self.show(View("", tuple(notes)))

    def clear(self) -> None:
        """Show nothing."""
        self.value = ""
        self.layout.display = "none"

    def show(self, view: View) -> None:
        """Show a view."""
        self.value = card(view)
        self.layout.display = ""


def as_of_now(view: View) -> View:
    """Return a view that says when it was so, for it stands in a notebook that goes on living."""
    moment = _("As of {moment}. Run the cell to see it live.").format(moment=clock(time.time()))
    return replace(view, blocks=(*view.blocks, Note(moment)))


def sheet() -> str:
    """Return the style of cards and widgets together, as an HTML element."""
    own = (Path(__file__).parent / "widgets.css").read_text(encoding="utf-8")
    return f"<style>{style()}{own}</style>"


def button(word: str, icon: str, hint: str, kind: str = "") -> w.Button:
    """Return a button that says what it does."""
    return w.Button(description=word, icon=icon, tooltip=hint, button_style=kind)


def off_thread(work: Callable[[], None], message: Message, *, busy: Any = ()) -> None:
    """Do `work` in a thread of its own, with the `busy` widgets disabled, and show its error."""

    def run() -> None:
        for each in busy:
            each.disabled = True
        try:
            work()
        except OgaiError as exc:
            message.complain(exc)
        finally:
            for each in busy:
                each.disabled = False

    threading.Thread(target=run, name="ogai-work", daemon=True).start()
