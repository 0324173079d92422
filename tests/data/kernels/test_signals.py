# ruff: noqa: RUF001 - marks that look like others are what this is about
"""The kernels of the quality signals against plain Python."""

from __future__ import annotations

import pyarrow as pa
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ogai_lab.data.kernels import c4, lines, ngrams
from ogai_lab.data.kernels.hashes import hash_text
from ogai_lab.data.kernels.reading import reading
from ogai_lab.data.kernels.text import texts
from ogai_lab.data.kernels.words import words
from tests.data.kernels import oracle_lines, oracle_ngrams, oracle_words

_PIECES = (
    "a", "I", "the", "don't", "can’t", "e.g.", "Mr.", "U.S.", "10km", "5%", "$3.50", "x", "12",
    "(foo.bar)", "http://a.bc/d-e", "me@x.org", "well-known", "a--b", "end...", "…", "-", "•",
    "汉字", "，", "。", "”", "🎉", "e\u0301", "é", ".", ",", ":", ")", "(", "[1]", "[edit]", "{",
    '"', "'s", "!", "?", "#", "+", "=", "/", "javascript", "Lorem ipsum", "use cookies", "\u3000",
    "\x85", "\u2028", "\r\n", "\r", "\x1c", "\t", " ", "  ", "\n", "\n\n", "\0", "\u00a0", "9-1",
)  # fmt: skip
TEXT = st.lists(
    st.one_of(
        st.sampled_from(_PIECES),
        st.sampled_from(["\n", " "]),
        st.characters(exclude_categories=["Cs"]),
    ),
    max_size=40,
).map("".join)
TEXTS = st.lists(TEXT, min_size=1, max_size=3)
MANY = settings(max_examples=120, deadline=None)


def column(found: list[str]) -> pa.Array:
    return pa.array(found, pa.large_string())


@given(TEXTS)
@MANY
@example(["8) (8): a.) A. US. id, don't. 'em", "", "x" * 50 + "."])
def test_words_are_the_oracles(found: list[str]) -> None:
    made = words(texts(column(found)))
    for number, text in enumerate(found):
        expected = oracle_words.words(text)
        here = slice(made.bounds[number], made.bounds[number + 1])
        assert made.start[here].tolist() == [word.start for word in expected]
        assert made.length[here].tolist() == [len(word.text) for word in expected]
        assert made.key[here].tolist() == [hash_text(word.text) for word in expected]


@given(TEXTS)
@MANY
@example(["\n", "\n\na\n\nb\n\n\na\n", "a\n \na\n \n", "- b\r\n•c\r\n", ""])
def test_lines_are_the_oracles(found: list[str]) -> None:
    made = lines.count_lines(texts(column(found)))
    for number, text in enumerate(found):
        expected = oracle_lines.lines(text)
        assert {name: int(values[number]) for name, values in made.items()} == expected


@given(TEXTS)
@MANY
@example(["One two three. Four five. Six!\nThis is JavaScript code.\nWe use cookies here.\n"])
def test_c4_is_the_oracles(found: list[str]) -> None:
    # What comes of a citation in the words is said in the decision, not by the oracle.
    found = [text.replace("[", "") for text in found]
    all_ = reading(column(found))
    made = c4.count_c4(all_.texts, all_.words)
    for number, text in enumerate(found):
        expected = oracle_lines.c4(text, oracle_words.words(text))
        assert {name: int(values[number]) for name, values in made.items()} == expected


@given(st.lists(st.lists(st.sampled_from("abcxyz"), max_size=60), min_size=1, max_size=3))
@MANY
def test_repetition_is_the_oracles(found: list[list[str]]) -> None:
    made = ngrams.repeated_characters(reading(column([" ".join(one) for one in found])).words, 4)
    for number, one in enumerate(found):
        for n in range(2, 11):
            oracle = oracle_ngrams.top if n <= 4 else oracle_ngrams.duplicate
            assert made[n][number] == oracle(one, n), n


def test_a_reading_is_of_the_column_asked_for_and_of_slices() -> None:
    whole = column(["one two", "three", "汉字 four five"])
    assert len(reading(whole).words.start) == 6
    assert len(reading(whole.slice(1, 2)).words.start) == 4
    assert len(reading(column(["six"])).words.start) == 1
    assert len(reading(pa.array(["seven", None])).words.start) == 1
