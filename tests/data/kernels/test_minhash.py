# ruff: noqa: RUF001 - letters that look like others are what this is about
from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ogai_lab.data.kernels import minhash as kernel
from ogai_lab.data.kernels.hashing import hash_texts
from ogai_lab.data.kernels.letters import fold, folding
from ogai_lab.data.kernels.text import texts
from tests.data.kernels import oracle_minhash as oracle

TEXT = st.text(
    st.one_of(
        st.sampled_from("ab Z09,.汉漢字、体體かが한\u0301é\ufb01\ufdfaÅ🎉\u200d\ufe0fि\u093f\n"),
        st.characters(exclude_categories=["Cs"]),
    ),
    max_size=40,
)
A, B = kernel.functions(20, 7)


@given(st.lists(TEXT, min_size=1, max_size=4), st.integers(1, 7), st.booleans())
@settings(max_examples=150, deadline=None)
def test_signatures_are_the_oracles(found: list[str], n: int, by_word: bool) -> None:
    column, table = texts(pa.array(found, pa.large_string())), folding()
    out = np.empty((len(found), 20), np.uint32)
    counts = np.empty(len(found), np.int64)
    given_ = (column.data, column.offsets, *table, n, by_word)
    kernel.signatures(*given_, A, B, out, counts)
    expected = [
        oracle.word_shingles(text, n, table.han) if by_word else oracle.shingles(text, n)
        for text in found
    ]
    assert counts.tolist() == [len(hashes) for hashes in expected]
    assert out.tolist() == [oracle.signature(hashes, A, B) for hashes in expected]
    sets, bounds = np.empty(counts.sum(), np.uint32), np.empty(len(found) + 1, np.int64)
    kernel.shingle_sets(*given_, sets, bounds)
    for i, hashes in enumerate(expected):
        assert sets[bounds[i] : bounds[i + 1]].tolist() == sorted(set(hashes))


@given(st.lists(st.text(max_size=30), min_size=1), st.integers(0, 1 << 63))
@settings(max_examples=50, deadline=None)
def test_hashes_are_the_oracles(found: list[str], seed: int) -> None:
    found = [text.encode("utf-8", "replace").decode() for text in found]
    column = texts(pa.array(found, pa.large_string()))
    out = np.empty(len(found), np.uint64)
    hash_texts(column.offsets, column.data, np.uint64(seed), out)
    assert out.tolist() == [oracle.hashed(text.encode(), seed) for text in found]


@pytest.mark.parametrize(
    ("character", "letters"),
    [
        ("A", "a"), ("Ａ", "a"), ("é", "e"), ("\u0301", ""), ("ﬁ", "fi"), ("漢", "汉"),
        ("体", "体"), ("한", "한"), ("が", "か"), ("ß", "ss"), ("7", ""), ("。", ""), ("㎏", "kg"),
        ("\u093f", "\u093f"), ("\ufe0f", ""), ("🎉", ""), ("々", "々"), ("Σ", "σ"), ("ς", "σ"),
    ],
)  # fmt: skip
def test_the_letters_of_a_character(character: str, letters: str) -> None:
    assert fold(character) == letters
    table = folding()
    first = int(table.first[ord(character)])
    if first >= 1 << 31:
        size = table.pool[first - (1 << 31)]
        found = table.pool[first - (1 << 31) + 1 :][:size].tolist()
    else:
        found = [first] if first else []
    assert "".join(map(chr, found)) == letters


def test_no_character_gives_more_letters_than_there_is_room_for() -> None:
    table = folding()
    for code in np.flatnonzero(table.first >= 1 << 31).tolist():
        assert table.pool[int(table.first[code]) - (1 << 31)] <= 6 * len(chr(code).encode())
