# ruff: noqa: RUF001 - Chinese marks are what this is about
"""Chinese, by characters. The repetition texts are those of data-juicer's
tests/ops/filter/test_character_repetition_filter.py, which keeps the last two of four.
"""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ogai_lab.data.kernels.chinese import count_characters, repeated_grams
from ogai_lab.data.kernels.text import texts
from ogai_lab.data.stages import build
from ogai_lab.data.types import StageSpec

TEXT = st.text(st.sampled_from("的这這汉字a。 \n\u3000🎉́"), max_size=80)


def signals(text: str, **options: object) -> dict[str, float]:
    batch = pa.record_batch({"text": pa.array([text], pa.large_string())})
    stage = build(StageSpec(stage="chinese_quality", options=options))
    row: dict[str, float] = stage.process(batch).to_pylist()[0]
    return row


@given(st.lists(TEXT, min_size=1, max_size=3), st.integers(2, 14))
@settings(max_examples=120, deadline=None)
def test_counts_are_those_of_plain_python(found: list[str], n: int) -> None:
    column = texts(pa.array(found, pa.large_string()))
    again, grams = repeated_grams(column, n)
    counts = count_characters(column, "的这", "的這")
    for number, text in enumerate(found):
        solid = "".join(text.split())
        sequences = [solid[i : i + n] for i in range(len(solid) - n + 1)]
        assert grams[number] == len(sequences)
        assert again[number] == len(sequences) - len(set(sequences))
        han = sum(solid.count(one) for one in "的这這汉字")
        listed = [len(set(solid) & set(list_)) for list_ in ("的这", "的這")]
        assert counts[:, number].tolist() == [len(solid), han, *listed]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Today is Sund Sund Sund Sund Sund Sunda and it's a happy day!", False),
        ("a v s e c s f e f g a a a a a a a a a a", False),
        ("，。、„”“«»１」「《》´∶：？！（）；–—．～’…━〈〉【】％►", True),
        ("中文也是一个字算一个长度", True),
    ],
)
def test_repetition_tells_apart_what_data_juicer_tells_apart(text: str, kept: bool) -> None:
    # Over 4 characters without white space; theirs are 5 with it, and a limit of 0.4 for both.
    assert (signals(text, gram=4)["char_rep_ratio"] <= 0.25) == kept


def test_a_text_said_thrice_is_repetition() -> None:
    verse = "床前明月光，疑是地上霜。举头望明月，低头思故乡。"
    assert signals(verse)["char_rep_ratio"] == 0
    assert signals(verse * 3)["char_rep_ratio"] > 0.5


def test_lines_end_as_chinese_lines_do() -> None:
    ended = "他说：“好。”\n等等……\n（完）\n如下：\n是吗？\n真的！\n『是』\n"
    assert signals(ended)["zh_line_punct_ratio"] == 1
    assert signals("首页\n关于我们\n登录")["zh_line_punct_ratio"] == 0


def test_scripts_have_their_own_function_words() -> None:
    simplified, traditional = signals("这个人说的是他们的时候"), signals("這個人說的是他們的時候")
    assert simplified["zh_stop_words_hans"] == traditional["zh_stop_words_hant"] == 9
    assert simplified["zh_stop_words_hant"] == traditional["zh_stop_words_hans"] == 4
    assert simplified["han_ratio"] == 1
    assert signals("汉字 ab")["han_ratio"] == 0.5
