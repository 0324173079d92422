from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from ogai_lab.data.stages.terms import Terms, TermsOptions, listed


def signals(*texts: str, **options: Any) -> list[dict[str, Any]]:
    stage = Terms(TermsOptions.model_validate(options))
    batch = pa.record_batch({"text": pa.array(["sliced off", *texts], pa.large_string())})
    rows: list[dict[str, Any]] = stage.process(batch.slice(1)).to_pylist()
    return rows


OWN = {"lists": [], "own": {"mine": ["赌博", "online casino", "bet", "澳門賭場", "av女优"]}}


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("在线赌博网站", 1),
        ("赌 * 博、賭博、赌\u200b博", 3),
        ("ＯＮＬＩＮＥ  casino!", 1),  # noqa: RUF001
        ("online-casino and Online\nCasino", 2),
        ("the alphabet and betting", 0),
        ("bet, a bet. BET", 3),
        ("澳门赌场和澳門賭場", 2),
        ("看AV女優片", 1),
        ("on line casino", 0),
        ("", 0),
    ],
)
def test_terms_are_found_whatever_hides_them(text: str, count: int) -> None:
    assert [row["mine_terms"] for row in signals(text, **OWN)] == [count]


def test_density_is_the_share_of_letters_and_digits() -> None:
    dense, none, empty = signals("赌博，赌博！1234", "你好", "…", **OWN)
    assert dense["mine_density"] == 4 / 8
    assert (none["mine_density"], empty["mine_density"]) == (0.0, None)


def test_a_term_on_two_lists_counts_for_both_and_texts_do_not_run_together() -> None:
    own = {"a": ["赌博", "xy"], "b": ["赌博"]}
    rows = signals("赌", "博 x", "y", "赌博", lists=[], own=own)
    assert [(row["a_terms"], row["b_terms"]) for row in rows] == [(0, 0)] * 3 + [(1, 1)]


def test_the_lists_that_come_with_it_find_what_they_are_for() -> None:
    page = "澳门新葡京娱乐城，注册送彩金，百家乐、老虎机任你玩，首存送 58 元。加微信免费咨询。"
    spam, plain = signals(page, "今天的天气很好，我们在公园里散步，讨论了数学问题。")
    assert spam["gambling_density"] > 0.3
    assert spam["advertising_terms"] == 2
    assert [plain[f"{name}_terms"] for name in ("advertising", "gambling", "adult", "toxic")] == [
        0
    ] * 4
    names = ("advertising", "gambling", "adult", "toxic")
    assert all(len(set(listed(name))) == len(listed(name)) > 60 for name in names)
