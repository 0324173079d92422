"""When to try again what failed: later each time, and never given up."""

from __future__ import annotations

import time

_FIRST_SECONDS = 0.5
_LONGEST_SECONDS = 30.0


class Retries:
    """The failures in a row of each of many things, and when each is due again."""

    def __init__(self) -> None:
        self._failures: dict[str, int] = {}
        self._due: dict[str, float] = {}

    def due(self, name: str) -> bool:
        """Whether it is time to try `name`; true for what has not failed."""
        return time.monotonic() >= self._due.get(name, 0.0)

    def failed(self, name: str) -> float:
        """Note a failure; return in how many seconds `name` is due again."""
        failures = self._failures.get(name, 0)
        seconds = min(_LONGEST_SECONDS, _FIRST_SECONDS * 2.0**failures)
        self._failures[name] = failures + 1
        self._due[name] = time.monotonic() + seconds
        return seconds

    def clear(self, name: str) -> None:
        """Note that `name` went well."""
        self._failures.pop(name, None)
        self._due.pop(name, None)
