"""The tables of `docs/data.md`, in both languages, against the stages and passes that there are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ogai_lab.data.passes import PASSES
from ogai_lab.data.stages import STAGES

DOCS = Path(__file__).parents[2] / "docs"
_ROW = re.compile(r"^\| `(\w+)` \| (.+) \| (.+) \| (.+) \| (.+) \|$", re.MULTILINE)


def names(cell: str) -> list[str]:
    return re.findall(r"`(\w+)`", cell)


@pytest.mark.parametrize("file", ["data.md", "data.zh-CN.md"])
def test_every_step_stands_in_the_table_with_its_columns(file: str) -> None:
    rows = {row[0]: row[2:] for row in _ROW.findall((DOCS / file).read_text(encoding="utf-8"))}
    steps = {**STAGES, **PASSES}
    assert rows.keys() == steps.keys()
    for name, (reads, replaces, adds) in rows.items():
        step = steps[name]
        assert names(reads) == list(step.wants), name
        assert names(replaces) == list(getattr(step, "replaces", ())), name
        assert names(adds) == list(step.columns), name
