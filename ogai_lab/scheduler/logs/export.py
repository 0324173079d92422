"""A log as plain text, to be kept as a file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from ogai_lab.scheduler.logs.scan import Filter, scan
from ogai_lab.scheduler.logs.source import Source
from ogai_lab.scheduler.logs.text import shown

_BYTES = 1 << 20


def export(
    source: Source, wanted: Filter, times: bool, ranks: bool, stopped: Callable[[], bool]
) -> Iterator[str]:
    """Yield what ranks have printed so far, as people read it, in pieces of whole lines.

    Parameters
    ----------
    wanted
        Which lines; it wants texts only.
    times
        Whether each line begins with its time (UTC).
    ranks
        Whether each line says whose it is.
    """
    at, end = 0, source.size()
    while not stopped() and (
        block := source.forward(at, min(_BYTES, end - at)) if at < end else b""
    ):
        lines = (_line(record, times, ranks) for _, record in scan(block, at, wanted))
        if text := "".join(lines):
            yield text
        at += len(block)


def _line(record: dict[str, Any], times: bool, ranks: bool) -> str:
    head = f"[{record['rank']}] " if ranks else ""
    if times:
        moment = datetime.fromtimestamp(record["time"], UTC)
        head = f"{moment.isoformat(timespec='milliseconds')} {head}"
    end = "" if record.get("more") else "\n"
    return f"{head}{shown(str(record.get('text', '')))}{end}"
