"""The one error of the project, and its kinds.

    OgaiError                      500  internal
    ├── InvalidInput  (ValueError)      422  invalid_input      the field is named
    ├── Unauthenticated                 401  unauthenticated
    ├── Forbidden     (PermissionError) 403  forbidden
    ├── NotFound      (LookupError)     404  not_found
    ├── Conflict                        409  conflict           not in the state for this
    ├── TooLarge      (ValueError)      413  too_large
    ├── MissingExtra  (ImportError)     501  missing_extra      says which command adds it
    ├── Unavailable   (ConnectionError) 503  unavailable        says what is waited for
    ├── StorageFull   (OSError)         507  storage_full
    └── Corrupt                         500  corrupt            bytes are not what their name says

Over HTTP an error is an RFC 9457 problem document; in a notebook it is three short lines.
"""

# ruff: noqa: N818 - they are named for what happened
from __future__ import annotations

import importlib
import re
from collections.abc import Mapping
from types import ModuleType
from typing import Any, ClassVar

from ogai_lab.core.records import plain

PROBLEM_JSON = "application/problem+json"

_SENSITIVE = r"(?:token|password|passwd|secret|credential|api[_-]?key)(?![a-z])"
_SECRETS = (
    (
        re.compile(r"(?i)\b(authorization[\"']?\s*[:=]\s*[\"']?)(?:(?:bearer|token|basic)\s+)?\S+"),
        r"\1***",
    ),
    (
        re.compile(rf"(?i)\b([\w-]*{_SENSITIVE}[\w-]*[\"']?\s*[=:]\s*[\"']?)[^\s&,;'\"]+"),
        r"\1***",
    ),
    (re.compile(rf"(?i)(--?[\w-]*{_SENSITIVE}\s+)[^\s'\"]+"), r"\1***"),
    (re.compile(r"(?i)\b([a-z][\w+.-]*://[^\s/:@]*:)[^\s/@]+(@)"), r"\1***\2"),
    (re.compile(r"\bogk\.[\w.-]+"), "ogk.***"),
)


def redact(text: str) -> str:
    """Return `text` with everything that looks like a credential replaced by ``***``."""
    for pattern, replacement in _SECRETS:
        text = pattern.sub(replacement, text)
    return text


def shown(text: str) -> str:
    """Return `text` as it may be shown anywhere: no credential, no escape sequence."""
    return redact("\n".join(plain(line) for line in text.split("\n")))


class OgaiError(Exception):
    """What went wrong, why, and what to do next.

    Parameters
    ----------
    message
        What happened, with the value at fault, in one sentence.
    cause
        Why it happened, when that is known and not plain from the message.
    action
        What the reader can do next.
    field
        The input field at fault, for errors about input.
    """

    code: ClassVar[str] = "internal"
    status: ClassVar[int] = 500
    title: ClassVar[str] = "Something went wrong in OGAI Lab"

    def __init__(
        self, message: str, *, cause: str = "", action: str = "", field: str | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.cause = cause
        self.action = action
        self.field = field

    def __str__(self) -> str:
        parts = [self.message, self.cause, self.action]
        return shown(" ".join(part for part in parts if part))

    def to_problem(self) -> dict[str, Any]:
        """Return the RFC 9457 document of this error."""
        problem: dict[str, Any] = {
            "type": f"urn:ogai-lab:error:{self.code}",
            "title": self.title,
            "status": self.status,
            "detail": redact(self.message),
            "code": self.code,
        }
        optional = {"cause": redact(self.cause), "action": redact(self.action), "field": self.field}
        return problem | {key: value for key, value in optional.items() if value}

    def _render_traceback_(self) -> list[str]:
        """Show IPython a message with what to do next instead of our internals."""
        from ogai_lab.locale import _
        from ogai_lab.locale.sentences import said

        lines = [f"{said(self.title)}: {said(shown(self.message))}"]
        lines += [_("  why:  {cause}").format(cause=said(shown(self.cause)))] if self.cause else []
        lines += (
            [_("  next: {action}").format(action=said(shown(self.action)))] if self.action else []
        )
        return lines


class InvalidInput(OgaiError, ValueError):
    """The caller sent something that cannot be used; `field` names it."""

    code, status, title = "invalid_input", 422, "This input cannot be used"


class Unauthenticated(OgaiError):
    """The request carries no credential, or one that is not valid (any more)."""

    code, status, title = "unauthenticated", 401, "Not signed in"


class Forbidden(OgaiError, PermissionError):
    """The caller is known and may not do this."""

    code, status, title = "forbidden", 403, "Not allowed"


class NotFound(OgaiError, LookupError):
    """Nothing has this name."""

    code, status, title = "not_found", 404, "Not found"


class Conflict(OgaiError):
    """The thing is not in a state in which this can be done."""

    code, status, title = "conflict", 409, "Not possible now"


class TooLarge(OgaiError, ValueError):
    """The input is larger than the limit, which the message states."""

    code, status, title = "too_large", 413, "Too large"


class MissingExtra(OgaiError, ImportError):
    """A layer's libraries are not installed; `action` is the command that adds them."""

    code, status, title = "missing_extra", 501, "A part is not installed"


class Unavailable(OgaiError, ConnectionError):
    """Something this needs does not answer now; trying again may help."""

    code, status, title = "unavailable", 503, "Not available now"


class StorageFull(OgaiError, OSError):
    """The disk is full; nothing half-written was kept."""

    code, status, title = "storage_full", 507, "No space left"


class Corrupt(OgaiError):
    """Stored bytes are not what they were when they were written."""

    code, status, title = "corrupt", 500, "Stored data is damaged"


_KINDS: dict[str, type[OgaiError]] = {kind.code: kind for kind in OgaiError.__subclasses__()}


def from_problem(problem: Mapping[str, Any]) -> OgaiError:
    """Return the error that a problem document describes (the inverse of `to_problem`)."""
    kind = _KINDS.get(str(problem.get("code", "")), OgaiError)
    return kind(
        str(problem.get("detail") or problem.get("title") or "unknown error"),
        cause=str(problem.get("cause", "")),
        action=str(problem.get("action", "")),
        field=problem.get("field"),
    )


def require(module: str, extra: str) -> ModuleType:
    """Import `module`, or raise `MissingExtra` with the command that installs `extra`.

    Raises
    ------
    MissingExtra
        When the module is not installed.
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as exc:
        if exc.name and not (module == exc.name or module.startswith(exc.name + ".")):
            raise
        raise MissingExtra(
            f"This needs the Python package {module.partition('.')[0]!r}, which is not installed.",
            action=f"Run: pip install 'ogai-lab[{extra}]'",
        ) from exc
