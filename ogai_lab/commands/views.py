"""What is shown, before it is text or HTML: a title and a few blocks.

A noun is turned into a `View` once (`ogai_lab.commands.forms`); the terminal draws it as text, the
notebook as HTML. All strings here are plain text and untrusted: whoever draws them escapes them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Tone = Literal["plain", "good", "busy", "warn", "bad", "muted"]


@dataclass(frozen=True, slots=True)
class Badge:
    """A state: an icon and a word, so that colour is never the only sign."""

    icon: str
    word: str
    tone: Tone = "plain"


@dataclass(frozen=True, slots=True)
class Meter:
    """A part of a whole, from 0 to 1; `text` says it in numbers. None: going on, end unknown."""

    label: str
    fraction: float | None
    text: str = ""
    tone: Tone = "busy"


@dataclass(frozen=True, slots=True)
class Code:
    """A name or number in fixed width; the terminal draws it as it is."""

    text: str
    title: str = ""


Cell = str | Badge | Meter | Code


@dataclass(frozen=True, slots=True)
class Column:
    """The head of a column. Numbers stand to the right."""

    name: str
    right: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under heads; `empty` is the sentence that stands in place of no rows."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    empty: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """Names and values."""

    items: tuple[tuple[str, Cell], ...]


@dataclass(frozen=True, slots=True)
class Note:
    """A sentence; `lead` says what kind it is (``why``, ``next``)."""

    text: str
    lead: str = ""
    tone: Tone = "plain"


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines that a program printed, ANSI codes and all."""

    caption: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Meters:
    """Several meters, one below the other."""

    items: tuple[Meter, ...]


@dataclass(frozen=True, slots=True)
class Curve:
    """One line of a chart: its points, in the order of x."""

    name: str
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """Curves over a common axis."""

    title: str
    x: str
    curves: tuple[Curve, ...]


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate with its confidence interval, against `zero`."""

    label: str
    low: float
    middle: float
    high: float
    text: str
    tone: Tone = "plain"
    zero: float = 0.0
    left: str = ""
    right: str = ""


@dataclass(frozen=True, slots=True)
class Histogram:
    """How values are spread: the edges of the bins and the count in each.

    `dropped` is the part of each count that was dropped, `marks` are values with a name each, such
    as thresholds.
    """

    title: str
    edges: tuple[float, ...]
    counts: tuple[int, ...]
    mark: float | None = None
    dropped: tuple[int, ...] = ()
    marks: tuple[tuple[float, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Passage:
    """A text in pieces, each with what became of it: ``same``, ``removed`` or ``put``."""

    caption: str
    pieces: tuple[tuple[str, str], ...]


Block = Table | Facts | Note | Lines | Meters | Chart | Interval | Histogram | Passage


class Text(str):
    """A text for other programs: it is printed as it is."""


@dataclass(frozen=True, slots=True)
class View:
    """A titled card of blocks."""

    title: str
    blocks: tuple[Block, ...]
    badge: Badge | None = None
    subtitle: str = ""
    details: tuple[Block, ...] = field(default=())
    """What only who asks for it needs: folded away in HTML, left out of text."""
