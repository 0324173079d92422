"""The live chart: the module that draws in the sidebar, in a notebook."""

from __future__ import annotations

import hashlib
import sys
from array import array
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import anywidget
import ipywidgets as w
import traitlets

from ogai_lab.core.errors import NotFound
from ogai_lab.locale import _, language

_HERE = Path(__file__).parent
_BUILT = _HERE / "built"

Points = Sequence[tuple[float, float]]
CurvesByName = Mapping[str, Mapping[str, Points]]
"""The points of every curve, by metric and then by what tells the curves of a metric apart."""


class ChartModule(w.Widget):  # type: ignore[misc]
    """The JavaScript of all charts of a kernel; it travels to the browser once."""

    _model_name = traitlets.Unicode("WidgetModel").tag(sync=True)
    code = traitlets.Unicode("").tag(sync=True)
    style = traitlets.Unicode("").tag(sync=True)
    digest = traitlets.Unicode("").tag(sync=True)

    _only: ClassVar[ChartModule | None] = None

    @classmethod
    def get(cls) -> ChartModule:
        """Return the one module of this kernel.

        Raises
        ------
        NotFound
            When the front end was never built.
        """
        if cls._only is None or cls._only.comm is None:
            code, style = _built("chart.js"), _built("chart.css")
            digest = hashlib.sha256(f"{code}{style}".encode()).hexdigest()
            cls._only = cls(code=code, style=style, digest=digest)
        return cls._only


class CurveChart(anywidget.AnyWidget):
    """Curves that grow.

    The reader chooses the metric, the scale and the smoothing in the page, so that this works
    while the kernel is busy and after it is gone.

    Parameters
    ----------
    x
        The name of what runs along the x axis.
    height
        The height of the drawing in pixels.
    time
        Whether x is a moment, in Unix seconds.
    tools
        Whether the reader chooses; without, the first metric is drawn as it is.
    """

    _esm = _HERE / "chart.js"
    engine = traitlets.Instance(ChartModule).tag(sync=True, **w.widget_serialization)
    metric = traitlets.Unicode("").tag(sync=True)
    log = traitlets.Bool(False).tag(sync=True)
    smoothing = traitlets.Float(0.0).tag(sync=True)
    x = traitlets.Unicode("").tag(sync=True)
    height = traitlets.Int(200).tag(sync=True)
    time = traitlets.Bool(False).tag(sync=True)
    tools = traitlets.Bool(True).tag(sync=True)
    locale = traitlets.Unicode("en").tag(sync=True)
    words = traitlets.Dict().tag(sync=True)
    points = traitlets.Any().tag(sync=True, to_json=lambda _value, chart: chart._packed())

    def __init__(
        self, x: str | None = None, height: int = 200, *, time: bool = False, tools: bool = True
    ) -> None:
        self._sent: dict[tuple[str, str], tuple[tuple[float, float], ...]] = {}
        super().__init__(
            engine=ChartModule.get(),
            x=_("step") if x is None else x,
            height=height,
            time=time,
            tools=tools,
            locale=language().replace("_", "-"),
            words=_words(),
        )

    def show(self, curves: CurvesByName) -> None:
        """Draw these curves. Of curves that only grew, what is new travels."""
        new = {
            (metric, label): tuple(points)
            for metric, by_label in curves.items()
            for label, points in by_label.items()
        }
        old, self._sent = self._sent, new
        grew = list(new) == list(old) and all(
            new[key][: len(points)] == points for key, points in old.items()
        )
        if not grew:
            self.send_state("points")
            return
        longer = [(place, key) for place, key in enumerate(new) if len(new[key]) > len(old[key])]
        if longer:
            tails = [new[key][len(old[key]) :] for _place, key in longer]
            buffers = [column for tail in tails for column in _columns(tail)]
            self.send({"append": [place for place, _key in longer]}, buffers)

    def _packed(self) -> list[dict[str, Any]]:
        return [
            {"metric": metric, "label": label} | dict(zip("xy", _columns(points), strict=True))
            for (metric, label), points in self._sent.items()
        ]


def _columns(points: Points) -> tuple[bytes, bytes]:
    columns = []
    for axis in (0, 1):
        numbers = array("d", [point[axis] for point in points])
        if sys.byteorder == "big":
            numbers.byteswap()
        columns.append(numbers.tobytes())
    return columns[0], columns[1]


def _words() -> dict[str, str]:
    return {
        "empty": _("No points yet."),
        "hint": _("Left and right read the points, plus and minus zoom, Escape shows all."),
        "reset": _("Show all"),
        "table": _("Show as a table"),
        "page": _("%1 to %2 of %3"),
        "previous": _("Previous"),
        "next": _("Next"),
        "unbounded": _("Points not drawn: %1 (not finite)."),
        "notPositive": _("Points not drawn: %1 (not above zero, on a log scale)."),
        "summary": _("%1: %2 points, from %3 to %4, last %5"),
        "metric": _("Metric"),
        "log": _("Log scale"),
        "smoothing": _("Smoothing"),
    }


def _built(name: str) -> str:
    path = _BUILT / name
    if not path.exists():
        raise NotFound(
            _("The front end is not built: {name} is missing.").format(name=name),
            action=_("Build it: make install"),
        )
    return path.read_text(encoding="utf-8")
