from __future__ import annotations

import pyarrow as pa
import pytest

from ogai_lab.data.stages.language import Language, LanguageOptions


def told(*texts: str) -> list[tuple[str | None, str | None]]:
    batch = pa.record_batch({"text": pa.array(texts, pa.large_string())})
    found = Language(LanguageOptions()).process(batch).to_pylist()
    assert all((row["language"] is None) == (row["language_score"] is None) for row in found)
    return [(row["language"], row["script"]) for row in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("This is a plain English sentence about nothing in particular.", ("en", "Latn")),
        ("这是一个关于语言识别的简体中文句子，没有别的意思。", ("zh", "Hans")),
        ("這是一個關於語言識別的繁體中文句子，沒有別的意思。", ("zh", "Hant")),
        ("これは日本語の文章です。", ("ja", "Jpan")),
        ("Это русское предложение.", ("ru", "Cyrl")),
        ("한국어 문장입니다.", ("ko", "Kore")),
        ("Das ist ein deutscher Satz über gar nichts.", ("de", "Latn")),
    ],
)
def test_languages_and_scripts(text: str, expected: tuple[str, str]) -> None:
    assert told(text, text * 200) == [expected, expected]


def test_what_has_no_letters_has_no_language() -> None:
    assert told("12345 !!", "", "🎉") == [(None, None)] * 3


def test_han_that_is_written_the_same_in_both_is_neither() -> None:
    assert [script for _, script in told("人工", "后宫", "頭髮發展", "一二三四")] == [
        "Hani",
        "Hans",
        "Hant",
        "Hani",
    ]


def test_the_middle_counts_too() -> None:
    english = "An English heading that is on every page of this site. " * 18
    chinese = "正文用中文写成，占了整篇文章的绝大部分，因此整篇应当算作中文。" * 200
    assert told(english + chinese)[0] == ("zh", "Hans")
