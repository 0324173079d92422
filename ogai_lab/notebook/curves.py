"""A job's curves as they grow: later attempts overwrite what they repeat, memory stays bounded."""

from __future__ import annotations

from collections.abc import Iterable

from ogai_lab.commands.views import Chart, Curve
from ogai_lab.locale import _
from ogai_lab.notebook.svg import thin
from ogai_lab.scheduler.types import MetricPoint, Record

_KEPT = 4000
_NOT_CURVES = frozenset({"step", "steps"})


class Curves:
    """The curves of one job, of the first rank that reports each."""

    def __init__(self) -> None:
        self._points: dict[str, dict[float, float]] = {}
        self._ranks: dict[str, int] = {}
        self._first_time: float | None = None

    def add_points(self, points: Iterable[MetricPoint]) -> None:
        """Add points of the past."""
        for point in points:
            self._add(point.name, point.step, point.value, point.rank, point.time)

    def add_records(self, records: Iterable[Record]) -> None:
        """Add the points in new records."""
        for record in records:
            if record.kind == "metric":
                for name, value in (record.metrics or {}).items():
                    self._add(name, record.step, value, record.rank, record.time)

    def names(self) -> list[str]:
        """Return the names of the curves, the loss first."""
        return sorted(self._points, key=lambda name: ("loss" not in name.lower(), name))

    def curve(self, name: str) -> tuple[tuple[float, float], ...]:
        """Return the points of one curve, in the order of their steps."""
        return tuple(sorted(self._points.get(name, {}).items()))

    def chart(self, name: str | None = None) -> Chart | None:
        """Return one curve as a chart; the first when no name is given, None when there is none."""
        names = self.names()
        if not names:
            return None
        chosen = name if name in self._points else names[0]
        points = self.curve(chosen)
        return Chart(chosen, _("step"), (Curve(chosen, points),)) if len(points) > 1 else None

    def _add(
        self, name: str, step: int | None, value: float | None, rank: int, moment: float
    ) -> None:
        if name in _NOT_CURVES or value is None or rank > self._ranks.setdefault(name, rank):
            return
        self._ranks[name] = rank
        if self._first_time is None:
            self._first_time = moment
        x = float(step) if step is not None else round(moment - self._first_time, 3)
        points = self._points.setdefault(name, {})
        points[x] = value
        if len(points) > _KEPT:
            self._points[name] = dict(thin(sorted(points.items()), _KEPT // 2))
