"""Sentences that layers make from values, in the reader's language.

A layer says ``f"Rank {rank} exited with code {code}"`` in English: it does not know who will read
that, or when; some of it is stored. So a sentence is translated where it is shown: by the server
for the browser, by forms and errors in a terminal and a notebook. The catalogue
``<language>/sentences.json`` holds templates, as `templates` finds them in the code: each value is
a number in braces, in the order of the code. What is not in it is shown as it was said.
"""

from __future__ import annotations

import contextlib
import contextvars
import functools
import json
import re
from collections.abc import Iterator
from typing import NamedTuple

from ogai_lab import locale

_FIELD = re.compile(r"\{(\d+)\}")
_DEEPEST = 3
_LONGEST = 8000
_reader: contextvars.ContextVar[str] = contextvars.ContextVar("ogai_reader", default="en")


@contextlib.contextmanager
def read_in(language: str) -> Iterator[None]:
    """Within the block, `for_reader` speaks this language (``zh-CN``, ``zh_CN``, ``en``, …)."""
    before = _reader.set(locale.named(language))
    try:
        yield
    finally:
        _reader.reset(before)


def for_reader(text: str) -> str:
    """Return a sentence in the language of `read_in`; English outside of it."""
    return translated(text, _reader.get())


def said(text: str) -> str:
    """Return a sentence in the language of this process's user."""
    return translated(text, locale.language())


def translated(text: str, language: str) -> str:
    """Return a sentence in a language, or as it is where the catalogue has no template for it."""
    if language == "en" or not text or len(text) > _LONGEST:
        return text
    return _translated(text, language, _DEEPEST)


@functools.lru_cache(maxsize=4096)
def _translated(text: str, language: str, depth: int) -> str:
    catalogue = _catalogue(language)
    whole = catalogue.whole.get(text)
    if whole is not None:
        return whole
    for template in catalogue.templates:
        if (values := template.match(text)) is not None:
            # A value may be a sentence itself: the reason in "It failed: {1}".
            inner = (
                _translated(value, language, depth - 1) if depth else value for value in values
            )
            return template.fill(list(inner))
    return text


class _Template(NamedTuple):
    head: str
    pattern: re.Pattern[str]
    order: tuple[int, ...]
    translation: str

    def match(self, text: str) -> list[str] | None:
        """Return the values in `text`, by their numbers, or None where it is another sentence."""
        if not text.startswith(self.head):
            return None
        found = self.pattern.fullmatch(text)
        if found is None:
            return None
        values = dict(zip(self.order, found.groups(), strict=True))
        return [values[number] for number in sorted(values)]

    def fill(self, values: list[str]) -> str:
        """Return the translation with these values."""
        return _FIELD.sub(lambda field: values[int(field[1]) - 1], self.translation)


class _Catalogue(NamedTuple):
    whole: dict[str, str]
    templates: list[_Template]


@functools.cache
def _catalogue(language: str) -> _Catalogue:
    file = locale.HERE / language / "sentences.json"
    if not file.exists():
        return _Catalogue({}, [])
    entries: dict[str, str] = json.loads(file.read_text(encoding="utf-8"))
    whole = {text: said for text, said in entries.items() if not _FIELD.search(text)}
    with_values = [text for text in entries if text not in whole]
    # The one with the most words of its own first: "{1}: {2}" would match nearly everything.
    with_values.sort(key=lambda text: -len(_FIELD.sub("", text)))
    return _Catalogue(whole, [_compiled(text, entries[text]) for text in with_values])


def _compiled(text: str, translation: str) -> _Template:
    parts = _FIELD.split(text)
    literals, numbers = parts[::2], tuple(int(number) for number in parts[1::2])
    pattern = "(.*?)".join(re.escape(literal) for literal in literals)
    return _Template(literals[0], re.compile(pattern, re.DOTALL), numbers, translation)
