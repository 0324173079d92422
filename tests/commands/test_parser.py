from __future__ import annotations

import pytest

from ogai_lab.commands.parser import parser


def test_the_help_is_all_in_the_users_language(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OGAI_LANG", "zh_CN")
    root = parser("terminal")
    verbs = next(action for action in root._actions if action.dest == "verb")
    assert isinstance(verbs.choices, dict)
    for one in (root, *verbs.choices.values()):
        shown = one.format_help()
        assert shown.startswith("用法：")
        for english in ("usage: ", "positional arguments", "\noptions", "show this help"):
            assert english not in shown, (one.prog, english)


def test_in_english_the_help_has_argparses_own_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OGAI_LANG", "en")
    shown = parser("terminal").format_help()
    for words in ("usage: ogai", "positional arguments:", "options:", "show this help message"):
        assert words in shown
