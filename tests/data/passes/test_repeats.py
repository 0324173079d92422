"""Repeated lines and substrings: what is marked, what stays, and that nothing else decides."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ogai_lab.data import spans
from ogai_lab.data.passes.paragraph import Paragraph, ParagraphOptions
from ogai_lab.data.passes.substring import Substring, SubstringOptions
from ogai_lab.data.stages.remove_spans import RemoveSpans, RemoveSpansOptions

Reduced = Callable[..., list[dict[str, Any]]]
DOLMA = ParagraphOptions(site=None, least=2, counted="places", keep="first", characters=1)
# dolma, tests/python/test_deduper.py, TestDeduperUnicode.test_unicode
PARAGRAPHS = [
    "This is a paragraph that has no duplication.",
    "This is a paragraph that will be duplicated.",
    "This is a paragraph that will be duplicated.",
    "This paragraph has emojis 😊",
    "This paragraph has emojis 🀜 and is duplicated",
    "This paragraph has emojis 🀜 and is duplicated",
    "Wrapping up with one more unique paragraph.",
]


def documents(found: list[str], **more: list[Any]) -> pa.Table:
    ids = [f"d{i:04}" for i in range(len(found))]
    return pa.table({"doc_id": ids, "text": pa.array(found, pa.large_string()), **more})


def marked(text: str, row: dict[str, Any], name: str) -> list[str]:
    found = spans.read(row[f"{name}_spans"])
    return [text.encode()[start:end].decode() for start, end in found]


def test_paragraphs_as_dolma_has_them(reduced: Reduced) -> None:
    text = "\n".join(PARAGRAPHS)
    (row,) = reduced(Paragraph(DOLMA), documents([text]))
    assert marked(text, row, "paragraph") == [PARAGRAPHS[2] + "\n", PARAGRAPHS[5] + "\n"]
    assert row["paragraph_repeated"] == 2


def test_an_empty_line_is_no_paragraph_as_in_dolma(reduced: Reduced) -> None:
    # dolma, ibid., TestDeduperPipeline.test_skip_empty
    found = ["Short document\n\nMore text", "Short document #2\n\nMore text"]
    first, second = reduced(Paragraph(DOLMA), documents(found))
    assert first["paragraph_spans"] is None
    assert marked(found[1], second, "paragraph") == ["More text"]


def test_a_site_is_a_host_and_boilerplate_goes_everywhere(reduced: Reduced) -> None:
    urls = [
        "https://www.a.cn/1",
        "http://a.cn/2",
        "https://A.cn:80/3",
        "https://b.cn/1",
        None,
        "[x",
    ]
    found = [f"首页 | 登录\n第{i}篇，各不相同。\n  版权所有 ©\n" for i in range(6)]
    rows = reduced(Paragraph(ParagraphOptions()), documents(found, url=urls))
    for text, row in zip(found[:3], rows[:3], strict=True):
        assert marked(text, row, "paragraph") == ["首页 | 登录\n", "  版权所有 ©\n"]
        assert row["paragraph_ratio"] == pytest.approx(34 / len(text.encode()), abs=0.02)
    assert [row["paragraph_spans"] for row in rows[3:]] == [None] * 3
    assert reduced(Paragraph(ParagraphOptions()), documents([""], url=[None]))[0] == {
        "paragraph_spans": None, "paragraph_repeated": 0, "paragraph_ratio": None}  # fmt: skip


SHARED = "共有的一段话，出现在两篇文章之中，一字不差。 The same in both. 🎉"


def test_a_substring_stays_in_the_first_document_and_is_cut_between_characters(
    reduced: Reduced,
) -> None:
    found = [f"后面的{SHARED}结尾不同甲", f"é{SHARED}乙", SHARED[:19], "没有"]
    options = SubstringOptions(characters=20)
    first, second, short, none = reduced(Substring(options), documents(found))
    assert first["substring_spans"] is short["substring_spans"] is none["substring_spans"] is None
    assert marked(found[1], second, "substring") == [SHARED]
    both = reduced(Substring(SubstringOptions(characters=20, keep="none")), documents(found))
    assert [marked(text, row, "substring") for text, row in zip(found, both, strict=True)] == [
        [SHARED], [SHARED], [], []]  # fmt: skip


# datatrove, tests/pipeline/test_exact_substrings.py: texts 5 and 6 share 235 characters.
TEXT_5 = (
    "This is but one truly serious philosophical problem, and that is suicide. Judging whether "
    "life is or is not worth living amounts to answering the fundamental question of philosophy. "
    "All the rest— whether or not the world has three dimensions, whether the mind has nine or "
    "twelve categories—comes afterwards. These are games; one must first answer."
)
TEXT_6 = (
    "I do believe there is only one real philosophical issue, to live or to not. Judging whether "
    "life is or is not worth living amounts to answering the fundamental question of philosophy. "
    "All the rest— whether or not the world has three dimensions, whether the mind has nine or "
    "twelve categories—comes afterwards. That is why I decided to buy a coca zero, no sugar!"
)


def test_substrings_as_datatrove_has_them(reduced: Reduced) -> None:
    options = SubstringOptions(characters=100, keep="none")
    rows = reduced(Substring(options), documents([TEXT_5, TEXT_6, "something else"]))
    left = [spans.without(text, spans.read(row["substring_spans"])) for text, row in
            zip([TEXT_5, TEXT_6], rows, strict=False)]  # fmt: skip
    # datatrove cuts at tokens: 72 to 307, 74 to 309. ". J" before and " Th" behind are shared too.
    assert left == [TEXT_5[:72] + TEXT_5[310:], TEXT_6[:74] + TEXT_6[312:]]


def oracle(found: list[str], length: int) -> list[set[int]]:
    """Return the characters that go from each document."""
    where: dict[str, set[int]] = {}
    for row, text in enumerate(found):
        for i in range(len(text) - length + 1):
            where.setdefault(text[i : i + length], set()).add(row)
    gone: list[set[int]] = [set() for _ in found]
    for row, text in enumerate(found):
        for i in range(len(text) - length + 1):
            rows = where[text[i : i + length]]
            if len(rows) > 1 and row != min(rows):
                gone[row] |= set(range(i, i + length))
    return gone


@given(st.lists(st.text(st.sampled_from("ab汉"), max_size=40), min_size=1, max_size=5))
@settings(max_examples=40, deadline=None)
def test_substrings_are_the_oracles(found: list[str]) -> None:
    import tempfile
    from pathlib import Path

    pass_ = Substring(SubstringOptions(characters=8))
    part = pass_.map(documents(found))
    with tempfile.TemporaryDirectory() as folder:
        (table,) = pass_.reduce([lambda: part], [len(found)], Path(folder), 1 << 30)
    for text, marks, gone in zip(
        found, table["substring_spans"].to_pylist(), oracle(found, 8), strict=True
    ):
        kept = "".join(c for i, c in enumerate(text) if i not in gone)
        assert spans.without(text, spans.read(marks)) == kept


@pytest.mark.parametrize(
    "pass_",
    [
        Paragraph(ParagraphOptions(site=None)),
        Paragraph(DOLMA),
        Substring(SubstringOptions(characters=12)),
        Substring(SubstringOptions(characters=12, counted="places", least=3)),
    ],
    ids=["paragraph", "dolma", "substring", "places"],
)
def test_only_the_documents_decide(pass_: Any, reduced: Reduced) -> None:
    random_ = random.Random(5)
    pool = [
        "".join(random_.choices("天地玄黄abc é🎉", k=random_.randint(3, 25))) for _ in range(40)
    ]
    found = ["\n".join(random_.choices(pool, k=random_.randint(0, 12))) for _ in range(60)]
    table = documents(found)
    rows = reduced(pass_, table)
    assert any(row[f"{pass_.name}_spans"] for row in rows)
    expected = dict(zip(table["doc_id"].to_pylist(), rows, strict=True))
    for sizes, memory in (((1, 0, 40, 19), 1 << 30), ((30, 30), 1 << 8), ((60,), 1 << 14)):
        order = random_.sample(range(60), 60)
        again = reduced(pass_, table.take(order), sizes, memory)
        assert {f"d{i:04}": row for i, row in zip(order, again, strict=True)} == expected


def test_what_was_marked_is_taken_out() -> None:
    text = "汉字 menu\nkept é\nfooter"
    batch = pa.record_batch(
        {
            "text": pa.array([text, "", "whole"], pa.large_string()),
            "bytes": pa.array([len(text.encode()), 0, 5]),
            "paragraph_spans": pa.array(["0-12 20-26", None, None]),
        }
    )
    found = RemoveSpans(RemoveSpansOptions(put="")).process(batch).to_pydict()
    assert found["text"] == ["kept é\n", "", "whole"]
    assert found["bytes"] == [8, 0, 5]
    assert found["removed_bytes"] == [18, 0, 0]
    assert found["paragraph_spans"] == ["0-12 20-26", None, None]
