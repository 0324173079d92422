"""Relays our events to Jupyter's event bus, from where they reach the browser."""

from __future__ import annotations

import asyncio
import threading

from jupyter_events import EventLogger

from ogai_lab.core.events import Event, schema_files
from ogai_lab.workbench.local import LocalWorkbench


def relay(workbench: LocalWorkbench, logger: EventLogger, stopped: threading.Event) -> None:
    """Register the schemas and emit every event that happens from now on, until `stopped`."""
    for file in schema_files():
        logger.register_event_schema(file)
    loop = asyncio.get_running_loop()

    def emit(event: Event) -> None:
        if event.schema_id in logger.schemas:  # another process may run a newer release
            logger.emit(schema_id=event.schema_id, data=event.data)

    def follow() -> None:
        for event in workbench.events.follow(workbench.events.last(), stopped.is_set):
            if loop.is_closed():
                return
            loop.call_soon_threadsafe(emit, event)  # the bus may only be used from its own thread

    threading.Thread(target=follow, name="ogai-events", daemon=True).start()
