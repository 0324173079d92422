from __future__ import annotations

import ast
import json
import string
from pathlib import Path

import pytest

import ogai_lab
from ogai_lab import locale

PACKAGE = Path(ogai_lab.__file__).parent
SOURCES = sorted([*(PACKAGE / "commands").rglob("*.py"), *(PACKAGE / "notebook").rglob("*.py")])


def shown_texts() -> set[str]:
    texts = set()
    for source in SOURCES:
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id == "_"
            ):
                (argument,) = node.args
                assert isinstance(argument, ast.Constant), f"{source.name}:{node.lineno}"
                texts.add(argument.value)
    return texts


def fields(text: str) -> list[str]:
    return sorted(name for _text, name, _spec, _how in string.Formatter().parse(text) if name)


def test_every_text_is_translated_and_no_translation_is_left_over() -> None:
    catalogue = json.loads((PACKAGE / "locale/zh_CN/python.json").read_text(encoding="utf-8"))
    assert catalogue.keys() == shown_texts()


def test_a_translation_fills_in_what_the_text_fills_in() -> None:
    catalogue = json.loads((PACKAGE / "locale/zh_CN/python.json").read_text(encoding="utf-8"))
    for text, translated in catalogue.items():
        if "loss" in text or '{"name"' in text:
            continue  # JSON in braces: shown as it is
        assert fields(text) == fields(translated), text


@pytest.mark.parametrize(
    ("chosen", "found"),
    [("zh-CN", "zh_CN"), ("zh_CN.UTF-8", "zh_CN"), ("zh_TW", "en"), ("de_DE.UTF-8", "en")],
)
def test_the_language_is_the_users(
    chosen: str, found: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OGAI_LANG", chosen)
    assert locale.language() == found
    assert locale._("Jobs") == ("作业" if found == "zh_CN" else "Jobs")


def test_jupyterlabs_setting_counts_in_a_kernel(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "@jupyterlab/translation-extension"
    folder.mkdir(parents=True)
    (folder / "plugin.jupyterlab-settings").write_text(
        '{\n // Langpack\n "locale": "zh_CN"\n}', encoding="utf-8"
    )
    monkeypatch.setenv("JUPYTERLAB_SETTINGS_DIR", str(tmp_path))
    monkeypatch.delenv("OGAI_LANG", raising=False)
    monkeypatch.setenv("LANG", "C")
    monkeypatch.setitem(__import__("sys").modules, "ipykernel", locale)
    locale._jupyterlab_language.cache_clear()
    try:
        assert locale.language() == "zh_CN"
    finally:
        locale._jupyterlab_language.cache_clear()
