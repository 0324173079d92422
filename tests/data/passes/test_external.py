from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from ogai_lab.data.passes import external
from ogai_lab.data.passes.components import components, starred, united
from ogai_lab.data.passes.external import ExternalSort

_FEW = 4
"""Bytes: so little memory that runs have the least length."""


def edges(found: list[tuple[int, int]]) -> np.ndarray:
    return np.asarray([max(e) << 32 | min(e) for e in found if e[0] != e[1]], np.uint64)


def oracle(found: list[tuple[int, int]], nodes: int) -> list[int]:
    labels = list(range(nodes))
    for _ in range(nodes):
        for a, b in found:
            labels[a] = labels[b] = min(labels[a], labels[b])
    return labels


@given(
    st.lists(st.integers(0, (1 << 64) - 1) | st.integers(0, 5), max_size=300),
    st.integers(1, 4),
    st.integers(1, 60),
    st.booleans(),
)
@settings(max_examples=60, deadline=None)
def test_pairs_come_sorted_whatever_the_memory(
    keys: list[int], calls: int, run: int, carry: bool
) -> None:
    least, external._LEAST = external._LEAST, run
    try:
        with tempfile.TemporaryDirectory() as folder:
            sort = ExternalSort(Path(folder), _FEW)
            values = np.arange(len(keys), dtype=np.uint32)
            for part in np.array_split(np.arange(len(keys)), calls):
                some = np.asarray(keys, np.uint64)[part]
                sort.add(some, values[part] if carry else None)
            blocks = list(sort.blocks())
            assert list(Path(folder).iterdir()) == []
    finally:
        external._LEAST = least
    assert [int(key) for block in blocks for key in block.keys] == sorted(keys)
    if carry:
        found = [int(value) for block in blocks for value in block.values]
        assert found == sorted(range(len(keys)), key=lambda i: (keys[i], i))


@given(st.lists(st.tuples(st.integers(0, 29), st.integers(0, 29)), max_size=40), st.integers(2, 50))
@settings(max_examples=60, deadline=None)
def test_in_memory_and_on_disk_the_components_are_the_oracles(
    found: list[tuple[int, int]], run: int
) -> None:
    expected = oracle(found, 30)
    assert united([edges(found)], 30).tolist() == expected
    least, external._LEAST = external._LEAST, run
    try:
        with tempfile.TemporaryDirectory() as folder:
            assert starred([edges(found)], 30, Path(folder), _FEW).tolist() == expected
    finally:
        external._LEAST = least


def test_a_long_chain_and_a_star_are_one_component_each(tmp_path: Path) -> None:
    chain = [(i, i + 1) for i in range(4999)]
    star = [(5000, i) for i in range(5001, 9000)]
    for method in (lambda *a: united(*a[:2]), starred):
        labels = method([edges(chain), edges(star)], 9000, tmp_path, _FEW)
        assert set(labels[:5000].tolist()) == {0}
        assert set(labels[5000:].tolist()) == {5000}


def test_the_forest_is_on_disk_where_memory_is_short(tmp_path: Path) -> None:
    assert not (tmp_path / "labels").exists()
    components([edges([(1, 2)])], 1000, tmp_path, 16_000)
    assert not (tmp_path / "labels").exists()
    components([edges([(1, 2)])], 1000, tmp_path, 15_999)
    assert (tmp_path / "labels").exists()
