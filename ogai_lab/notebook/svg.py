"""Small charts as SVG text: no library to load, sharp in print, themed by the page's style."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from ogai_lab.commands.curves import thin
from ogai_lab.commands.figures import number
from ogai_lab.commands.views import Chart, Curve, Histogram, Interval
from ogai_lab.notebook.markup import markup

WIDTH, HEIGHT = 560, 190
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 12, 22, 26
_POINTS = 400
_LARGEST, _SMALLEST = 1e300, 1e-290  # beyond these the arithmetic of an axis over- or underflows


def chart_svg(chart: Chart, width: int = WIDTH, height: int = HEIGHT) -> str:
    """Return curves over a common axis as SVG.

    Parameters
    ----------
    chart
        The curves; each is thinned to the lowest and highest value of each stretch, so that a
        spike is never lost.
    width, height
        In CSS pixels.
    """
    curves = [
        Curve(curve.name, tuple(thin(curve.points, _POINTS)))
        for curve in chart.curves
        if curve.points
    ]
    points = [point for curve in curves for point in curve.points]
    if not points:
        return ""
    x_low, x_high = _span([x for x, _y in points], pad=0.0)
    y_low, y_high = _span([y for _x, y in points], pad=0.06)

    def at(x: float, y: float) -> tuple[float, float]:
        across = (x - x_low) / (x_high - x_low) * (width - _LEFT - _RIGHT)
        down = (y_high - max(y_low, min(y_high, y))) / (y_high - y_low) * (height - _TOP - _BOTTOM)
        return round(_LEFT + across, 1), round(_TOP + down, 1)

    parts = []
    for tick in ticks(y_low, y_high, 4):
        _x, y = at(x_low, tick)
        parts.append(
            f'<line class="og-grid" x1="{_LEFT}" x2="{width - _RIGHT}" y1="{y}" y2="{y}"/>'
        )
        parts.append(_text(_LEFT - 6, y + 3.5, number(tick), "end"))
    for tick in ticks(x_low, x_high, 6):
        x, _y = at(tick, y_low)
        parts.append(_text(x, height - 8, number(tick), "middle"))
    parts.append(_text(width - _RIGHT, _TOP - 8, chart.x, "end"))
    for index, curve in enumerate(curves):
        path = " ".join("{},{}".format(*at(x, y)) for x, y in curve.points)
        kind = f"og-c{index % 8}"
        parts.append(f'<polyline class="og-line {kind}" points="{path}"/>')
        x, y = at(*curve.points[-1])
        parts.append(f'<circle class="og-dot {kind}" cx="{x}" cy="{y}" r="3"/>')
    parts.append(_legend(curves))
    says = "; ".join(
        f"{curve.name}: {number(curve.points[0][1])} → {number(curve.points[-1][1])}"
        for curve in curves
    )
    label = f"{chart.title}. {chart.x} {number(x_low)} \u2013 {number(x_high)}. {says}"
    return _svg(width, height, label, parts)


def interval_svg(interval: Interval, width: int = WIDTH, height: int = 104) -> str:
    """Return an estimate with its interval on an axis that shows zero."""
    reach = 1.25 * max(
        abs(v - interval.zero) for v in (interval.low, interval.middle, interval.high)
    )
    reach = reach or 1.0
    low, high = interval.zero - reach, interval.zero + reach

    def at(value: float) -> float:
        return round(20 + (value - low) / (high - low) * (width - 40), 1)

    y, zero = 56, at(interval.zero)
    kind = f"og-{interval.tone}"
    parts = [
        f'<line class="og-grid" x1="20" x2="{width - 20}" y1="{y}" y2="{y}"/>',
        f'<line class="og-zero" x1="{zero}" x2="{zero}" y1="34" y2="78"/>',
        f'<line class="og-span {kind}" x1="{at(interval.low)}" x2="{at(interval.high)}" '
        f'y1="{y}" y2="{y}"/>',
        *(
            f'<line class="og-cap {kind}" x1="{at(v)}" x2="{at(v)}" y1="{y - 7}" y2="{y + 7}"/>'
            for v in (interval.low, interval.high)
        ),
        f'<circle class="og-middle {kind}" cx="{at(interval.middle)}" cy="{y}" r="6"/>',
        _text(at(interval.middle), y - 14, number(interval.middle), "middle", "og-strong"),
        _text(zero, 94, number(interval.zero), "middle"),
        _text(20, 14, f"← {interval.left}" if interval.left else "", "start"),
        _text(width - 20, 14, f"{interval.right} →" if interval.right else "", "end"),
        *(
            _text(at(v), y + 22, number(v), anchor)
            for v, anchor in ((interval.low, "middle"), (interval.high, "middle"))
        ),
    ]
    return _svg(width, height, f"{interval.label}: {interval.text}", parts)


def histogram_svg(histogram: Histogram, width: int = WIDTH, height: int = 130) -> str:
    """Return how values are spread."""
    low, high = histogram.edges[0], histogram.edges[-1]
    most = max([*histogram.counts, 1])
    span = (high - low) or 1.0

    def at(value: float) -> float:
        return round(20 + (value - low) / span * (width - 40), 1)

    parts = []
    for kind, counts in (("og-bar", histogram.counts), ("og-bar og-gone", histogram.dropped)):
        for a, b, count in zip(histogram.edges, histogram.edges[1:], counts, strict=False):
            tall = round(count / most * (height - 40), 1)
            wide = max(1.0, at(b) - at(a) - 1)
            if tall or kind == "og-bar":
                parts.append(
                    f'<rect class="{kind}" x="{at(a)}" y="{height - 22 - tall:.1f}" '
                    f'width="{wide:.1f}" height="{tall}"/>'
                )
    for place, (value, name) in enumerate(histogram.marks):
        if low <= value <= high:
            x, y = at(value), 10 + 11 * (place % 3)
            end = "end" if x > width * 0.7 else "start"
            parts.append(f'<line class="og-zero" x1="{x}" x2="{x}" y1="4" y2="{height - 22}"/>')
            parts.append(_text(x + (4 if end == "start" else -4), y, name, end, "og-strong"))
    if histogram.mark is not None and low <= histogram.mark <= high:
        x = at(histogram.mark)
        parts.append(f'<line class="og-zero" x1="{x}" x2="{x}" y1="8" y2="{height - 22}"/>')
    parts += [_text(at(tick), height - 7, number(tick), "middle") for tick in ticks(low, high, 7)]
    return _svg(width, height, histogram.title, parts)


def ticks(low: float, high: float, count: int) -> list[float]:
    """Return at most about `count` round numbers between two values."""
    rough = (high - low) / count
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * m for m in (1, 2, 5, 10) if power * m >= rough * 0.999)
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return [round(i * step, 12) for i in range(first, last + 1)]


def _span(values: Sequence[float], pad: float) -> tuple[float, float]:
    low, high = max(min(values), -_LARGEST), min(max(values), _LARGEST)
    if high - low < _SMALLEST:
        high = low
    room = (high - low) * pad or (0.0 if high > low else abs(high) * 0.1 or 1.0)
    return low - room, high + room


def _legend(curves: Sequence[Curve]) -> str:
    spans = "".join(
        f'<tspan class="og-c{index % 8}" dx="{10 if index else 0}">● </tspan>'
        f"<tspan>{markup(curve.name)} {markup(number(curve.points[-1][1]))}</tspan>"
        for index, curve in enumerate(curves[:8])
    )
    return f'<text x="{_LEFT}" y="{_TOP - 8}">{spans}</text>'


def _text(x: float, y: float, text: str, anchor: str, kind: str = "") -> str:
    named = f' class="{kind}"' if kind else ""
    return (
        f'<text{named} x="{x}" y="{y}" text-anchor="{anchor}">{markup(text)}</text>' if text else ""
    )


def _svg(width: int, height: int, label: str, parts: Iterable[str]) -> str:
    body = "".join(parts)
    return (
        f'<svg viewBox="0 0 {width} {height}" width="{width}" role="img" '
        f'aria-label="{markup(label)}">{body}</svg>'
    )
