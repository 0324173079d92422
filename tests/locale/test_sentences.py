from __future__ import annotations

import json
import re

import pytest

from ogai_lab.core.errors import NotFound
from ogai_lab.locale.sentences import for_reader, read_in, translated
from ogai_lab.scheduler.spec import ExitKind
from ogai_lab.scheduler.types import Exit
from tests.locale.sentences import CATALOGUE, templates

FAILED = "Rank 3 exited with code 1: ValueError: {bad}"


def entries() -> dict[str, str]:
    found: dict[str, str] = json.loads(CATALOGUE.read_text(encoding="utf-8"))
    return found


def test_every_sentence_of_the_layers_is_translated_and_none_is_left_over() -> None:
    assert entries().keys() == templates()


def test_a_translation_has_the_values_of_its_sentence() -> None:
    for text, said in entries().items():
        assert sorted(re.findall(r"\{\d+\}", text)) == sorted(re.findall(r"\{\d+\}", said)), text


def test_values_are_put_where_the_language_wants_them() -> None:
    shown = translated(FAILED, "zh_CN")
    assert shown.startswith("进程 3 以代码 1 退出")
    assert shown.endswith("ValueError: {bad}")
    assert translated(FAILED, "en") == FAILED
    assert translated("Nobody translates this.", "zh_CN") == "Nobody translates this."


def test_a_sentence_within_a_sentence_is_translated_too() -> None:
    assert "进程 3 以代码 1 退出" in translated(f"It is started again: {FAILED}", "zh_CN")


def test_what_is_sent_is_in_the_readers_language_and_what_is_stored_is_not() -> None:
    exit_ = Exit(kind=ExitKind.PROGRAM_ERROR, message=FAILED)
    with read_in("zh-CN"):
        assert "进程 3" in exit_.model_dump_json()
    assert exit_.message == FAILED
    assert FAILED in exit_.model_dump(mode="json")["message"]
    assert for_reader(FAILED) == FAILED


def test_an_error_in_a_notebook_speaks_the_users_language(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OGAI_LANG", "zh_CN")
    error = NotFound("There is no job 'x'.", action="Correct it and try again.")
    assert error._render_traceback_()[0] == "未找到: 没有作业 'x'。"
    assert "请更正后重试。" in error._render_traceback_()[1]


def test_what_to_do_about_a_failure_is_translated_with_its_job() -> None:
    advice = "Read the last lines of the rank that failed first: ogai logs j123"
    assert translated(advice, "zh_CN") == "请查看最先失败的进程的最后几行输出：ogai logs j123"
