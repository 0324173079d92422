from __future__ import annotations

import itertools
import sys
from pathlib import Path

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from ogai_lab.data.kernels.linear import features
from ogai_lab.data.kernels.text import texts

sys.path.insert(0, str(Path(__file__).parent))
import oracle_linear as oracle

TEXT = st.text(
    st.one_of(
        st.sampled_from("ab Z09,.汉漢体體かé\u0301ﬁ🎉㌀㍿\n"),
        st.characters(exclude_categories=["Cs"]),
    ),
    max_size=30,
)


@given(st.lists(TEXT, min_size=1, max_size=4), st.integers(8, 22))
@settings(max_examples=200, deadline=None)
def test_features_are_the_oracles(found: list[str], bits: int) -> None:
    values, bounds = features(texts(pa.array(found, pa.large_string())), bits)
    parts = [values[a:b].tolist() for a, b in itertools.pairwise(bounds)]
    assert parts == [oracle.features(text, bits) for text in found]
