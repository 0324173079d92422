from __future__ import annotations

from typing import Any

import pytest

from ogai_lab.commands.figures import duration, number, size
from ogai_lab.commands.text import plain, sparkline, text
from ogai_lab.commands.views import Badge, Code, Column, Meter, Meters, Table, View
from tests.notebook.test_html import EVIL, FILLED


def test_a_table_lines_up_wide_characters_too() -> None:
    columns = (Column("Name"), Column("Jobs", right=True))
    table = Table("", columns, (("模型", "7"), (Code("abc"), "1,000")))
    assert text(View("T", (table,))).splitlines() == [
        "T",
        "Name   Jobs",
        "模型      7",
        "abc   1,000",
    ]


def test_nothing_a_program_printed_reaches_the_terminals_controls() -> None:
    hostile = "a\x1b[2Jb\x1b]0;title\x07c\rd\x08e\x9b"
    assert plain(hostile) == "abcde"


@pytest.mark.parametrize("block", FILLED, ids=lambda block: type(block).__name__)
def test_no_block_reaches_the_terminals_controls(block: Any) -> None:
    shown = text(View(EVIL, (block,), badge=Badge(EVIL, EVIL), subtitle=EVIL))
    assert "<script>alert(1)</script>" in shown  # it is no markup here, so it is shown as it is
    assert not set(shown) & set("\x1b\x00")


def test_an_unknown_end_draws_an_empty_bar() -> None:
    shown = text(View("", (Meters((Meter("step", None, "12"), Meter("step", 0.5, "6 / 12"))),)))
    assert shown.splitlines() == [f"  step  {'░' * 20} 12", f"  step  {'█' * 10}{'░' * 10} 6 / 12"]


def test_a_sparkline_keeps_a_spike() -> None:
    assert "█" in sparkline([0.0] * 500 + [9.0] + [0.0] * 500)


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(0.04, "0.0 s"), (59.6, "1 min"), (200, "3 min 20 s"), (3600, "1 h"), (90_000, "1 d 1 h")],
)
def test_durations(seconds: float, shown: str) -> None:
    assert duration(seconds) == shown


@pytest.mark.parametrize(
    ("value", "shown"), [(None, "\u2013"), (1234.0, "1,234"), (0.000123456, "0.0001235")]
)
def test_numbers(value: float | None, shown: str) -> None:
    assert number(value) == shown


def test_sizes() -> None:
    assert [size(n) for n in (0, 1536, 80 << 30, 300 << 20)] == [
        "0 B",
        "1.5 KiB",
        "80.0 GiB",
        "300 MiB",
    ]
