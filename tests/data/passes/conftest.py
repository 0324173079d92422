"""Passes, run as a run does it: mapped table by table, reduced once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from ogai_lab.data.passes.base import Pass

Reduced = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def reduced(tmp_path: Path) -> Reduced:
    """Return a function that runs a pass over documents divided into tables of some sizes."""
    runs = iter(range(1000))

    def run(
        pass_: Pass[Any],
        documents: pa.Table,
        sizes: Sequence[int] | None = None,
        memory: int = 1 << 30,
    ) -> list[dict[str, Any]]:
        sizes = [documents.num_rows] if sizes is None else sizes
        assert sum(sizes) == documents.num_rows
        starts = [sum(sizes[:i]) for i in range(len(sizes))]
        wanted = documents.select(pass_.needed())
        parts = [pass_.map(wanted.slice(*place)) for place in zip(starts, sizes, strict=True)]
        scratch = tmp_path / f"scratch{next(runs)}"
        scratch.mkdir()
        loads = [lambda part=part: part for part in parts]
        tables = list(pass_.reduce(loads, sizes, scratch, memory))
        assert [table.num_rows for table in tables] == list(sizes)
        for table in tables:
            assert {
                name: str(type_)
                for name, type_ in zip(table.schema.names, table.schema.types, strict=True)
            } == pass_.columns
        return [row for table in tables for row in table.to_pylist()]

    return run
