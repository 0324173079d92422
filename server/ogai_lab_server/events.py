"""Relays our events to Jupyter's event bus, from where they reach the browser."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any

from jupyter_events import EventLogger

from ogai_lab.core.events import Event, schema_files
from ogai_lab.workbench import LocalWorkbench


def relay(workbench: LocalWorkbench, logger: EventLogger, stopped: threading.Event) -> None:
    """Register the schemas and emit every event that happens from now on, until `stopped`."""
    for file in schema_files():
        logger.register_event_schema(file)
    emit = _emitter(logger)
    loop = asyncio.get_running_loop()

    def follow() -> None:
        for event in workbench.events.follow(workbench.events.last(), stopped.is_set):
            if loop.is_closed():
                return
            loop.call_soon_threadsafe(emit, event)

    threading.Thread(target=follow, name="ogai-events", daemon=True).start()


def _emitter(logger: EventLogger) -> Callable[[Event], Any]:
    def emit(event: Event) -> None:
        logger.emit(schema_id=event.schema_id, data=event.data)

    return emit
