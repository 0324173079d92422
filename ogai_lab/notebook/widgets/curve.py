"""The two parts that need JavaScript of their own: a live chart, and a console that stays put."""

from __future__ import annotations

from pathlib import Path

import anywidget
import traitlets

from ogai_lab.commands.curves import Curves, thin
from ogai_lab.locale import _
from ogai_lab.notebook.html import style

_HERE = Path(__file__).parent
POINTS = 400
"""Points a curve that travel to the browser; a chart is hardly wider."""


class CurveChart(anywidget.AnyWidget):
    """A chart of one curve that grows; pointer and arrow keys read its points."""

    _esm = _HERE / "curve.js"
    title = traitlets.Unicode("").tag(sync=True)
    x = traitlets.Unicode("").tag(sync=True)
    hint = traitlets.Unicode("").tag(sync=True)
    curves = traitlets.List(traitlets.Dict()).tag(sync=True)

    def __init__(self) -> None:
        super().__init__(x=_("step"), hint=_("Arrow keys read the points."))

    def show(self, curves: Curves, name: str | None) -> None:
        """Draw the curve of this name; the first when there is none of this name."""
        names = curves.names()
        if not names:
            return
        chosen = name if name in names else names[0]
        points = list(thin(curves.curve(chosen), POINTS))
        self.title = chosen
        self.curves = [{"name": chosen, "x": [x for x, _y in points], "y": [y for _x, y in points]}]


class Console(anywidget.AnyWidget):
    """The last lines of a log."""

    _esm = _HERE / "console.js"
    text = traitlets.Unicode("").tag(sync=True)
    label = traitlets.Unicode("").tag(sync=True)

    def __init__(self) -> None:
        super().__init__(label=_("log"))


def sheet() -> str:
    """Return the style of cards and widgets together, as an HTML element."""
    own = (_HERE / "widgets.css").read_text(encoding="utf-8")
    return f"<style>{style()}{own}</style>"
