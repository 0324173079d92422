"""Every text of the front end has its Chinese, and no Chinese is left over."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
_CALL = re.compile(r"\._[_n]\(\s*'((?:[^'\\]|\\.)*)'")
_PLURAL = re.compile(r"\._n\(\s*'((?:[^'\\]|\\.)*)'")
_PLACE = re.compile(r"%\d")
_READ = ("title", "description", "jupyter.lab.setting-icon-label")


def _texts() -> set[str]:
    files = (ROOT / "labextension" / "src").rglob("*.ts*")
    texts = {text for file in files for text in _CALL.findall(file.read_text(encoding="utf-8"))}
    for schema in (ROOT / "labextension" / "schema").glob("*.json"):
        texts.update(_read(json.loads(schema.read_text(encoding="utf-8"))))
    return texts


def _plurals() -> set[str]:
    files = (ROOT / "labextension" / "src").rglob("*.ts*")
    return {text for file in files for text in _PLURAL.findall(file.read_text(encoding="utf-8"))}


def _read(schema: object) -> Iterator[str]:
    """Yield what people read of a settings schema; see plugins/settings-words.ts."""
    if isinstance(schema, list):
        for item in schema:
            yield from _read(item)
    elif isinstance(schema, dict):
        for key, value in schema.items():
            if key in _READ and isinstance(value, str):
                yield value
            else:
                yield from _read(value)


def test_chinese_is_complete_and_keeps_every_placeholder() -> None:
    file = ROOT / "ogai_lab" / "locale" / "zh_CN" / "LC_MESSAGES" / "ogai_lab.json"
    catalogue = json.loads(file.read_text(encoding="utf-8"))
    header = catalogue.pop("")
    assert header["language"] == "zh-CN"  # with an underscore nothing is translated
    assert header["plural_forms"] == "nplurals=1; plural=0;"
    texts = _texts()
    assert len(texts) > 50
    assert set(catalogue) == texts
    plurals = _plurals()
    for text, forms in catalogue.items():
        # JupyterLab takes what has one form for no plural, in languages of one form too.
        assert len(forms) == (2 if text in plurals else 1), text
        for translated in forms:
            assert set(_PLACE.findall(text)) == set(_PLACE.findall(translated)), text
