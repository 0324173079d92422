"""Assessments as text and as HTML, made by hand: no run is needed to see how they look."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from ogai_lab.commands.forms import view_of
from ogai_lab.commands.text import text
from ogai_lab.data.assessment.types import (
    Cell,
    Inspection,
    Judgement,
    Languages,
    Move,
    Piece,
    Report,
    RunComparison,
    Side,
    Spread,
    Threshold,
    ThresholdEdge,
)
from ogai_lab.data.presets import preset
from ogai_lab.data.types import Count, Pipeline, StageSpec
from ogai_lab.notebook.html import card

TWO, ONE = Count(documents=2, bytes=20), Count(documents=1, bytes=10)
MARK = Threshold(reason="too_short", drop="below", value=50)


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OGAI_LANG", "en")


def report() -> Report:
    spread = Spread(
        column="characters",
        stage="length",
        flag=False,
        documents=2,
        missing=0,
        median=45,
        edges=[0, 50, 100],
        counts=[1, 1],
        dropped=[1, 0],
        thresholds=[MARK],
    )
    return Report(
        digest="sha256:1",
        name="web",
        policy="p",
        files=1,
        read=TWO,
        kept=ONE,
        heldout=Count(),
        quarantined=Count(),
        dropped={"too_short": ONE},
        signals=[spread, spread.model_copy(update={"column": "other", "thresholds": []})],
        edges=[ThresholdEdge(column="characters", threshold=MARK, dropped=[], kept=[])],
        languages=Languages(
            cells=[Cell(language="zh", domain="a.test", read=TWO, kept=ONE)], domains=1
        ),
        clusters=[],
        contamination=[],
    )


def side(**dropped: Count) -> Side:
    return Side(
        digest="sha256:1",
        name="web",
        policy="p",
        read=TWO,
        kept=ONE,
        heldout=Count(),
        quarantined=Count(),
        dropped=dropped,
        tokens=0,
    )


def test_a_report_draws_its_thresholds_and_says_them() -> None:
    view = view_of(report())
    tree = ET.fromstring(card(view))
    chart = next(each for each in tree.iter() if each.tag == "svg")
    assert [e.text for e in chart.iter() if e.attrib.get("class") == "og-strong"] == ["too_short"]
    gone = [e for e in chart.iter() if e.attrib.get("class") == "og-bar og-gone"]
    assert len(gone) == 1  # of the two bins one lost documents
    assert not [element for element in tree.iter() if element.tag == "script"]
    assert "too_short: drops below 50" in text(view)
    assert "1 / 2" in text(view)  # kept of read, of a language and a domain


def test_a_document_marks_what_was_removed_and_put_in() -> None:
    found = Inspection(
        doc_id="d:0",
        path="a.html",
        state="dropped",
        reason="too_short",
        value=9,
        pieces=[
            Piece(kind="removed", text="首页\n"),
            Piece(kind="same", text="call "),
            Piece(kind="put", text="<PHONE>"),
        ],
        before_known=True,
        signals={"characters": 9},
        stages={"characters": "length"},
        judgements=[
            Judgement(
                reason="too_short", column="characters", drop="below", limit=50, value=9, fits=True
            )
        ],
    )
    view = view_of(found)
    tree = ET.fromstring(card(view))
    assert [e.text for e in tree.iter("del")] == ["首页\n"]
    assert [e.text for e in tree.iter("ins")] == ["<PHONE>"]
    assert "[-首页" in text(view)
    assert "{+<PHONE>+}" in text(view)
    assert "✗ drops" in text(view)


def test_two_runs_of_one_name_are_told_apart_and_what_moved_is_said() -> None:
    found = RunComparison(
        first=side(),
        second=side(too_short=ONE),
        same_text=1,
        other_text=0,
        moves=[Move(before="kept", after="too_short", documents=1, bytes=10, samples=["d:0"])],
        shifts=[],
    )
    shown = text(view_of(found))
    assert "first and second" in shown
    assert "+1" in shown
    assert "dropped: too_short" in shown


def test_a_pipeline_shows_what_each_step_reads_and_adds() -> None:
    shown = text(view_of(preset("zh-web")))
    assert "char_rep_ratio > 0.5" in shown
    assert "the whole corpus" in shown
    broken = Pipeline(name="p", stages=[StageSpec(stage="beauty")])
    assert "There is no stage 'beauty'" in text(view_of(broken))
