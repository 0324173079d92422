"""Tab completion of the magic: verbs, options, job ids, names of models and of files."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from IPython.core.completer import (
    CompletionContext,
    SimpleCompletion,
    SimpleMatcherResult,
    context_matcher,
)

from ogai_lab.commands.forms.jobs import state_word
from ogai_lab.commands.parser import options, parser, verbs
from ogai_lab.core.errors import OgaiError
from ogai_lab.notebook.connection import workbench
from ogai_lab.scheduler.types import JobState

_REMEMBERED_SECONDS = 3.0
_OF_A_JOB = frozenset({"job", "logs", "metrics", "explain", "cancel"})
_OF_A_MODEL = frozenset({"models", "compare"})

Choice = tuple[str, str]
"""What can stand here, and what kind of thing it is."""


@context_matcher()  # type: ignore[untyped-decorator]
def complete(context: CompletionContext) -> SimpleMatcherResult:
    """Return what can stand at the cursor of an ``ogai`` magic; nothing elsewhere."""
    line = context.full_text.split("\n")[context.cursor_line][: context.cursor_position]
    words = _words(line)
    if words is None:
        return {"completions": []}
    *before, fragment = words
    found = [
        SimpleCompletion(text=text, type=kind)
        for text, kind in choices(before)
        if text.startswith(fragment)
    ]
    return {"completions": found, "matched_fragment": fragment, "suppress": bool(found)}


def choices(before: list[str]) -> Iterable[Choice]:
    """Return what can follow these words."""
    known = verbs(parser("notebook"))
    if not before:
        return [(name, "verb") for name in known]
    verb, previous = before[0], before[-1]
    if verb not in known:
        return []
    if previous == "--state":
        return [(state.value, state_word(state)) for state in JobState]
    if previous in ("-q", "--queue"):
        return _names("queues", lambda: [queue.name for queue in workbench().scheduler.queues()])
    found: list[Choice] = [
        (option, "option") for option, _help in options(known[verb]) if option not in before
    ]
    if verb in _OF_A_JOB:
        found = [*_names("jobs", _job_ids), *found]
    elif verb in _OF_A_MODEL:
        found = [*_model_choices([word for word in before[1:] if word[:1] != "-"]), *found]
    elif verb == "run":
        found = [*found, *_files()]
    return found


def _words(line: str) -> list[str] | None:
    """Return the words after the magic up to the cursor; None when this is not its line."""
    text = line.lstrip()
    for head in ("%%ogai ", "%ogai "):
        if text.startswith(head):
            words = text[len(head) :].split()
            return words if words and not text[-1:].isspace() else [*words, ""]
    return None


def _job_ids() -> list[str]:
    return [job.id for job in workbench().scheduler.jobs(limit=100).items]


def _model_choices(words: list[str]) -> list[Choice]:
    if not words:
        return _names("models", lambda: [model.name for model in workbench().models.models()])
    name = words[0]
    if len(words) > 2:
        return []
    return _names(
        f"versions of {name}",
        lambda: [
            revision
            for version in workbench().models.versions(name)
            for revision in (version.revision, *version.aliases)
        ],
    )


def _files() -> list[Choice]:
    here = Path()
    return [(file.name, "path") for suffix in ("py", "ipynb") for file in here.glob(f"*.{suffix}")]


_remembered: dict[str, tuple[float, list[str]]] = {}


def _names(kind: str, ask: Callable[[], list[str]]) -> list[Choice]:
    """Return names, asked for at most every few seconds: people press Tab in bursts."""
    moment, names = _remembered.get(kind, (0.0, []))
    if time.monotonic() - moment > _REMEMBERED_SECONDS or not names:
        try:
            names = ask()
        except OgaiError:  # completion is no place to complain
            names = []
        _remembered[kind] = (time.monotonic(), names)
    return [(name, kind) for name in names]


__all__: list[Any] = ["choices", "complete"]
