"""Views as text, for terminals and for `text/plain`."""

from __future__ import annotations

import itertools
import unicodedata
from functools import singledispatch

from ogai_lab.commands.views import (
    Badge,
    Block,
    Cell,
    Chart,
    Code,
    Facts,
    Histogram,
    Interval,
    Lines,
    Meter,
    Meters,
    Note,
    Passage,
    Table,
    View,
)
from ogai_lab.core.records import plain
from ogai_lab.locale.sentences import said

__all__ = ["bar", "block_text", "cell", "plain", "sparkline", "text"]

_SPARKS = "▁▂▃▄▅▆▇█"
_BAR = 20
_SPARK_WIDTH = 40


def text(view: View) -> str:
    """Return a view as lines of text, without a final newline."""
    head = " ".join(
        part for part in (cell(view.badge) if view.badge else "", plain(view.title)) if part
    )
    if view.subtitle:
        head += f"  ·  {plain(view.subtitle)}"
    blocks = [block_text(block) for block in view.blocks]
    return "\n".join(part for part in [head, *blocks] if part)


def cell(value: Cell) -> str:
    """Return one cell as text."""
    match value:
        case Badge():
            return plain(f"{value.icon} {value.word}")
        case Meter():
            return plain(value.text) or ("" if value.fraction is None else f"{value.fraction:.0%}")
        case Code():
            return plain(value.text)
        case str():
            return plain(value)


@singledispatch
def block_text(block: Block) -> str:
    """Return one block as lines of text."""
    raise NotImplementedError(type(block).__name__)


@block_text.register
def _table(block: Table) -> str:
    if not block.rows:
        return plain(block.empty)
    grid = [[plain(c.name) for c in block.columns], *([cell(v) for v in row] for row in block.rows)]
    widths = [max(map(_width, column)) for column in zip(*grid, strict=True)]
    lines = [
        "  ".join(
            _pad(value, width, right=column.right)
            for value, width, column in zip(row, widths, block.columns, strict=True)
        ).rstrip()
        for row in grid
    ]
    return "\n".join([*lines, plain(block.note)] if block.note else lines)


@block_text.register
def _facts(block: Facts) -> str:
    items = [(plain(name), cell(value)) for name, value in block.items]
    width = max((_width(name) for name, _value in items), default=0)
    return "\n".join(f"  {_pad(name, width)}  {value}" for name, value in items)


@block_text.register
def _note(block: Note) -> str:
    return (
        f"  {plain(block.lead)}: {said(plain(block.text))}"
        if block.lead
        else said(plain(block.text))
    )


@block_text.register
def _lines(block: Lines) -> str:
    shown = [f"  │ {plain(line)}" for line in block.lines]
    return "\n".join([f"  {plain(block.caption)}:", *shown]) if shown else ""


@block_text.register
def _meters(block: Meters) -> str:
    items = [(plain(meter.label), bar(meter.fraction), plain(meter.text)) for meter in block.items]
    width = max((_width(label) for label, _bar, _text in items), default=0)
    return "\n".join(f"  {_pad(label, width)}  {drawn} {text}" for label, drawn, text in items)


@block_text.register
def _chart(block: Chart) -> str:
    width = max((_width(plain(curve.name)) for curve in block.curves), default=0)
    rows = []
    for curve in block.curves:
        values = [y for _x, y in curve.points]
        if values:
            ends = f"{values[0]:.4g} → {values[-1]:.4g}"
            rows.append(f"  {_pad(plain(curve.name), width)}  {sparkline(values)}  {ends}")
    return "\n".join(rows)


@block_text.register
def _interval(block: Interval) -> str:
    return f"  {plain(block.label)}: {plain(block.text)}"


@block_text.register
def _histogram(block: Histogram) -> str:
    return f"  {plain(block.title)}  {sparkline([float(count) for count in block.counts])}"


@block_text.register
def _passage(block: Passage) -> str:
    # As wdiff writes it: [-removed-] and {+put+}.
    signs = {"removed": ("[-", "-]"), "put": ("{+", "+}")}
    shown = ""
    for kind, piece in block.pieces:
        before, after = signs.get(kind, ("", ""))
        shown += f"{before}{piece}{after}"
    lines = [f"  │ {plain(line)}" for line in shown.split("\n") if line]
    return "\n".join([f"  {plain(block.caption)}:", *lines]) if lines else ""


def bar(fraction: float | None, width: int = _BAR) -> str:
    """Return a bar of blocks; an unknown fraction is an empty one."""
    filled = round(max(0.0, min(1.0, fraction or 0.0)) * width)
    return "█" * filled + "░" * (width - filled)


def sparkline(values: list[float], width: int = _SPARK_WIDTH) -> str:
    """Return values as a row of small bars, spikes kept."""
    if len(values) > width:
        cuts = [len(values) * i // width for i in range(width + 1)]
        values = [max(values[a:b], key=abs) for a, b in itertools.pairwise(cuts)]
    low, high = min(values), max(values)
    span = (high - low) or 1.0
    return "".join(_SPARKS[round((value - low) / span * (len(_SPARKS) - 1))] for value in values)


def _width(value: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in value)


def _pad(value: str, width: int, *, right: bool = False) -> str:
    space = " " * (width - _width(value))
    return space + value if right else value + space
