from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import Any

import pytest

from ogai_lab.commands.views import (
    Badge,
    Chart,
    Code,
    Column,
    Curve,
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
from ogai_lab.notebook.html import card, style

EVIL = "\"'><script>alert(1)</script>&amp;\x1b[31m\x00"
FILLED = [
    Table(EVIL, (Column(EVIL),), ((EVIL,), (Code(EVIL, EVIL),), (Badge(EVIL, EVIL),)), note=EVIL),
    Table(EVIL, (Column(EVIL),), (), empty=EVIL),
    Facts(((EVIL, EVIL), (EVIL, Code(EVIL)))),
    Note(EVIL, lead=EVIL),
    Lines(EVIL, (EVIL, EVIL)),
    Meters((Meter(EVIL, 0.5, EVIL), Meter(EVIL, None, EVIL))),
    Chart(EVIL, EVIL, (Curve(EVIL, ((0, 1), (1, 2))),)),
    Interval(EVIL, -1, 0, 1, EVIL, left=EVIL, right=EVIL),
    Histogram(EVIL, (0, 1, 2), (3, 4), mark=0.5, dropped=(1, 0), marks=((1, EVIL),)),
    Passage(EVIL, (("same", EVIL), ("removed", EVIL), ("put", EVIL))),
]


@pytest.mark.parametrize("block", FILLED, ids=lambda block: type(block).__name__)
def test_no_text_becomes_markup(block: Any) -> None:
    html = card(View(EVIL, (block,), badge=Badge(EVIL, EVIL), subtitle=EVIL, details=(block,)))
    tree = ET.fromstring(html)  # well formed, whatever stands in it
    assert not [element for element in tree.iter() if element.tag == "script"]
    assert not {name for element in tree.iter() for name in element.attrib if name[:2] == "on"}
    assert "\x1b" not in html
    assert "<script>" in "".join(tree.itertext())


def test_a_table_and_a_meter_can_be_heard() -> None:
    table = Table("Jobs", (Column("Job"),), ((Meter("", 0.5, "1 of 2"),),))
    tree = ET.fromstring(card(View("", (table,))))
    assert tree.findtext(".//caption") == "Jobs"
    assert tree.find(".//th").attrib["scope"] == "col"  # type: ignore[union-attr]
    bar = next(e for e in tree.iter() if e.attrib.get("role") == "progressbar")
    assert (bar.attrib["aria-label"], bar.attrib["aria-valuenow"]) == ("1 of 2", "50")


def test_a_chart_says_in_words_what_it_draws() -> None:
    chart = Chart("loss", "step", (Curve("loss", ((1, 4.0), (100, 0.5))),))
    tree = ET.fromstring(card(View("", (chart,))))
    svg = next(e for e in tree.iter() if e.tag == "svg")
    assert svg.attrib["role"] == "img"
    assert "4 → 0.5" in svg.attrib["aria-label"]


@pytest.mark.parametrize(
    "points",
    [
        ((1.0, 2.0),),
        ((1.0, 2.0), (1.0, 2.0)),
        ((0.0, 0.0), (1.0, 1e-300)),
        ((1, 0.0), (2, 5e-324)),
        ((0.0, 1e308), (1.0, -1e308)),
    ],
)
def test_flat_and_extreme_curves_are_drawn(points: Any) -> None:
    ET.fromstring(card(View("", (Chart("c", "x", (Curve("c", points),)),))))


def test_the_style_is_small_for_it_travels_with_every_output() -> None:
    assert len(style()) < 10_000
