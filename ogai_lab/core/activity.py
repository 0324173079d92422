"""Activity: the event log as a service, so that nothing polls what can be told."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Annotated, ClassVar

from pydantic import Field

from ogai_lab.core import waiting
from ogai_lab.core.events import Event, EventLog
from ogai_lab.core.operations import Service, operation

_HEARTBEAT_SECONDS = 10.0


class Activity(Service):
    """What changed, in order, from every layer.

    Parameters
    ----------
    log
        The events of the database that all services share.
    """

    route: ClassVar[str] = "events"
    resource: ClassVar[str] = "ogai:events"

    def __init__(self, log: EventLog) -> None:
        self._log = log

    @operation("GET", "", action="read")
    def events(
        self,
        after: Annotated[int, Field(ge=0)] = 0,
        limit: Annotated[int, Field(ge=1, le=500)] = 500,
    ) -> list[Event]:
        """Return the events that came after number `after`, oldest first."""
        return self._log.read(after, limit)

    @operation("GET", "/last", action="read")
    def last(self) -> int:
        """Return the number of the newest event, 0 when there is none."""
        return self._log.last()

    @operation("GET", "/follow", action="read")
    def follow(self, after: Annotated[int, Field(ge=0)] | None = None) -> Iterator[Event | None]:
        """Yield the events after number `after` (by default: from now on) as they come.

        ``None`` comes about every ten seconds in which nothing happened. To resume after a cut,
        ask again with the number of the last event that was seen.
        """
        seen = self._log.last() if after is None else after
        quiet_since = time.monotonic()
        while not waiting.abandoned():
            page = self._log.wait(seen)
            for event in page:
                seen = event.seq
                yield event
            if page:
                quiet_since = time.monotonic()
            elif time.monotonic() - quiet_since >= _HEARTBEAT_SECONDS:
                quiet_since = time.monotonic()
                yield None
