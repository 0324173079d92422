"""What models, aliases and revisions may be called."""

from __future__ import annotations

import re

from ogai_lab.core.errors import InvalidInput

MAIN = "main"
"""The revision that always is the newest version."""

_PART = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,94}[A-Za-z0-9_])?")
_ALIAS = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9])?")
_VERSION = re.compile(r"[vV](\d{1,9})")
_COMMIT = re.compile(r"[0-9a-f]{40}")


def check_model(name: str) -> str:
    """Return `name` when it can be a model's: ``org/name``, as the Hugging Face hub spells them.

    Raises
    ------
    InvalidInput
        When it cannot; the message has the rule.
    """
    organisation, slash, rest = name.partition("/")
    wrong = (
        not slash
        or not _PART.fullmatch(organisation)
        or not _PART.fullmatch(rest)
        or ".." in name
        or "--" in name
        or name.endswith(".git")
    )
    if wrong:
        raise InvalidInput(
            f"{_shown(name)} cannot be the name of a model.",
            cause="A name is org/name; each part has 1 to 96 letters, digits, '.', '_' or '-', "
            "begins and ends with a letter, a digit or '_', without '..' and '--'.",
            action="Choose another name, such as mylab/quickstart.",
            field="name",
        )
    return name


def check_alias(alias: str) -> str:
    """Return `alias` when it can be one.

    Raises
    ------
    InvalidInput
        When it is not a plain word, or looks like a version, a commit or ``main``.
    """
    if _VERSION.fullmatch(alias) or _COMMIT.fullmatch(alias) or alias == MAIN:
        raise InvalidInput(
            f"{_shown(alias)} cannot be an alias: it already means a version.",
            cause="v1, v2 … are versions, main is the newest one, 40 hexadecimal digits a commit.",
            action="Choose a word such as best or production.",
            field="alias",
        )
    if not _ALIAS.fullmatch(alias) or ".." in alias or alias.endswith(".lock"):
        raise InvalidInput(
            f"{_shown(alias)} cannot be an alias.",
            cause="An alias has 1 to 64 letters, digits, '.', '_' or '-', and begins and ends "
            "with a letter or a digit.",
            action="Choose a word such as best or production.",
            field="alias",
        )
    return alias


def version_number(revision: str) -> int | None:
    """Return 3 for ``v3``, None for what is no version."""
    match = _VERSION.fullmatch(revision)
    return int(match.group(1)) if match else None


def is_commit(revision: str) -> bool:
    """Whether `revision` is a commit: 40 hexadecimal digits."""
    return bool(_COMMIT.fullmatch(revision))


def _shown(text: str) -> str:
    return repr(text if len(text) <= 120 else f"{text[:120]}…")
