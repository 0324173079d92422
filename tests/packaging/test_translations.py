"""Every text of the front end has its Chinese, and no Chinese is left over."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

from ogai_lab.scheduler.spec import JobSpec

ROOT = Path(__file__).parents[2]
_SINGLE = re.compile(r"\.__\(\s*'((?:[^'\\]|\\.)*)'")
_PLURAL = re.compile(r"\._n\(\s*'((?:[^'\\]|\\.)*)',\s*'((?:[^'\\]|\\.)*)'")
_PLACE = re.compile(r"%\d")
_READ = ("title", "description", "label", "jupyter.lab.setting-icon-label")


def _sources() -> str:
    files = (ROOT / "labextension" / "src").rglob("*.ts*")
    return "\n".join(file.read_text(encoding="utf-8") for file in files)


def _settings() -> set[str]:
    files = (ROOT / "labextension" / "schema").glob("*.json")
    return {text for file in files for text in _read(json.loads(file.read_text(encoding="utf-8")))}


def _helps() -> set[str]:
    """Return what the Launch form says of its fields: its labels name them, the schema helps."""
    words = ROOT / "labextension" / "src" / "tabs" / "launch" / "launch-words.ts"
    labels = words.read_text(encoding="utf-8").partition("this._labels = {")[2].partition("};")[0]
    schema = JobSpec.model_json_schema()
    found = set()
    for path in re.findall(r"([\w.]+)'?: trans", labels):
        field = schema
        for part in path.split("."):
            owner = schema["$defs"].get(field.get("$ref", "").rpartition("/")[2], field)
            field = owner.get("properties", {}).get(part, {})
        found.add(field.get("description", ""))
    return found - {""}


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
    sources = _sources()
    singles, plurals = set(_SINGLE.findall(sources)), dict(_PLURAL.findall(sources))
    # JupyterLab translates a text as the one or as the other, never as both.
    assert singles & plurals.keys() == set()
    helps = _helps()
    assert len(helps) > 15
    texts = singles | plurals.keys() | _settings() | helps
    assert sorted(texts - set(catalogue)) == [], "no Chinese"
    assert sorted(set(catalogue) - texts) == [], "Chinese of nothing"
    for text, forms in catalogue.items():
        # JupyterLab takes what has one form for no plural, in languages of one form too.
        assert len(forms) == (2 if text in plurals else 1), text
        for translated in forms:
            places = set(_PLACE.findall(plurals.get(text, text)))
            assert places == set(_PLACE.findall(translated)), text
