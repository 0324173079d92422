from __future__ import annotations

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from ogai_lab.data.kernels import repeats as kernel
from ogai_lab.data.kernels.text import texts
from ogai_lab.data.passes.repeats import room_for
from tests.data.kernels import oracle_repeats as oracle

TEXT = st.text(st.sampled_from("ab \t\n\n汉é🎉\u0301"), max_size=30)
TEXTS = st.lists(TEXT, min_size=1, max_size=4)


@given(TEXTS, st.integers(1, 4))
@settings(max_examples=100, deadline=None)
def test_lines_are_the_oracles(found: list[str], least: int) -> None:
    column = texts(pa.array(found, pa.large_string()))
    sites = np.arange(len(found), dtype=np.uint64) // np.uint64(2)
    room = room_for(sum(text.count("\n") + 1 for text in found))
    made = room.first(kernel.lines(column.data, column.offsets, sites, least, *room))
    pieces = list(zip(*(array.tolist() for array in made), strict=True))
    assert pieces == oracle.lines(found, sites.tolist(), least)


@given(TEXTS, st.integers(1, 6))
@settings(max_examples=100, deadline=None)
def test_windows_are_the_oracles(found: list[str], length: int) -> None:
    column = texts(pa.array(found, pa.large_string()))
    room = room_for(sum(map(len, found)))
    made = room.first(kernel.windows(column.data, column.offsets, length, *room))
    pieces = list(zip(*(array.tolist() for array in made), strict=True))
    assert pieces == oracle.windows(found, length)
