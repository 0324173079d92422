"""When a session is ended for want of work: pure, from what is known of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

_WARNING = 300.0
_WARNING_SHARE = 0.2
BUSY_GPU = 0.05
"""A GPU that is used more than this share of the time works."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What is known of a session's work.

    `active` is when its kernel last worked, `used` when its GPUs did; `extended` is until when
    somebody wants it kept.
    """

    idle: float | None
    began: float
    busy: bool = False
    active: float | None = None
    used: float | None = None
    extended: float | None = None
    warned: float | None = None

    @property
    def last(self) -> float | None:
        """When it last worked, where it ever did."""
        return max((at for at in (self.active, self.used) if at is not None), default=None)

    def until(self, now: float) -> float | None:
        """Return when it is to end if nothing works until then, None where it never is."""
        if self.idle is None:
            return None
        last = now if self.busy else max(self.began, self.last or 0.0)
        return max(last + self.idle, self.extended or 0.0)

    def is_warned(self, now: float) -> bool:
        """Whether the end that is coming was announced."""
        until = self.until(now)
        return until is not None and self.warned is not None and until <= self.warned

    def due(self, now: float) -> Literal["nothing", "warning", "end"]:
        """Return what is to be done about it now. Nobody is cut off without a warning."""
        until = self.until(now)
        if until is None or self.idle is None:
            return "nothing"
        if not self.is_warned(now):
            return "warning" if now >= until - self._notice else "nothing"
        return "end" if now >= until else "nothing"

    def end_after_warning(self, now: float) -> float:
        """Return when it ends if it is warned now: late warnings give as much notice as others."""
        return max(self.until(now) or now, now + self._notice)

    @property
    def _notice(self) -> float:
        return min(_WARNING, (self.idle or 0.0) * _WARNING_SHARE)
