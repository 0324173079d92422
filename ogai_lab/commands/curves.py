"""A job's curves as they grow: later attempts overwrite what they repeat, memory stays bounded."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ogai_lab.commands.views import Chart, Curve
from ogai_lab.locale import _
from ogai_lab.scheduler.types import MetricPoint, Record

_KEPT = 4000
_NOT_CURVES = frozenset({"step", "steps"})
_COST_OF_A_STAGE = "stage_"


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

    def charts(self) -> tuple[Chart, ...]:
        """Return every curve as a chart of its own."""
        found = (self.chart(name) for name in self.names())
        return tuple(chart for chart in found if chart is not None)

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
        hidden = name in _NOT_CURVES or name.startswith(_COST_OF_A_STAGE)
        if hidden or value is None or rank > self._ranks.setdefault(name, rank):
            return
        self._ranks[name] = rank
        if self._first_time is None:
            self._first_time = moment
        x = float(step) if step is not None else round(moment - self._first_time, 3)
        points = self._points.setdefault(name, {})
        points[x] = value
        if len(points) > _KEPT:
            self._points[name] = dict(thin(sorted(points.items()), _KEPT // 2))


def thin(points: Sequence[tuple[float, float]], limit: int) -> Iterable[tuple[float, float]]:
    """Return at most about `limit` points: the lowest and highest of each stretch, in order."""
    if len(points) <= limit:
        return points
    stretches = limit // 2
    kept: list[tuple[float, float]] = []
    for index in range(stretches):
        part = points[len(points) * index // stretches : len(points) * (index + 1) // stretches]
        low = min(range(len(part)), key=lambda i: part[i][1])
        high = max(range(len(part)), key=lambda i: part[i][1])
        kept += [part[i] for i in sorted({low, high})]
    if kept[-1] != points[-1]:
        kept.append(points[-1])
    return kept
