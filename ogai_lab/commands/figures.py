"""Numbers, sizes and times as people read them."""

from __future__ import annotations

import time

from ogai_lab.locale import _

NOTHING = "\u2013"
"""Stands where there is no value."""


def size(count: float) -> str:
    """Return bytes with a binary unit: ``1.5 GiB``."""
    for unit in ("B", "KiB", "MiB", "GiB", "TiB"):
        if abs(count) < 1024:
            return f"{count:.0f} {unit}" if unit == "B" or count >= 100 else f"{count:.1f} {unit}"
        count /= 1024
    return f"{count:.1f} PiB"


def duration(seconds: float) -> str:
    """Return a time span in its two largest units: ``3 min 20 s``."""
    if seconds < 10:
        return f"{max(0.0, seconds):.1f} s"
    total = round(seconds)
    for unit, small, length, part in (
        ("d", "h", 86400, 3600),
        ("h", "min", 3600, 60),
        ("min", "s", 60, 1),
    ):
        if total >= length:
            rest = total % length // part
            return (
                f"{total // length} {unit} {rest} {small}" if rest else f"{total // length} {unit}"
            )
    return f"{total} s"


def ago(moment: float, now: float | None = None) -> str:
    """Return how long ago a Unix time was."""
    return _("{span} ago").format(span=duration((time.time() if now is None else now) - moment))


def number(value: float | None) -> str:
    """Return a number with about four significant digits; a missing one as a dash."""
    if value is None:
        return NOTHING
    if value == int(value) and abs(value) < 1e15:
        return f"{int(value):,}"
    return f"{value:,.0f}" if abs(value) >= 10_000 else f"{value:.4g}"


def cores(value: float) -> str:
    """Return a count of cores, whole where it is whole."""
    return f"{value:g}"


def clock(moment: float) -> str:
    """Return a Unix time as the local date and time."""
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(moment))


def short(digest: str, length: int = 12) -> str:
    """Return the first digits of a digest or an id."""
    return digest.removeprefix("sha256:")[:length]
