"""The host: the services behind the handlers, built when they are first needed."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from ogai_lab.core.errors import OgaiError, Unavailable
from ogai_lab_server.channel import Channel

if TYPE_CHECKING:
    from ogai_lab.workbench.local import LocalWorkbench
    from ogai_lab_server.app import OgaiApp
    from ogai_lab_server.router import Router

T = TypeVar("T")
_STOP_SECONDS = 5.0


@dataclass(frozen=True)
class Built:
    """The services and the routes to them."""

    workbench: LocalWorkbench
    router: Router


class Host:
    """Owns the services, the threads that run them and the streams that are open."""

    def __init__(self, app: OgaiApp) -> None:
        self.app = app
        self._calls = ThreadPoolExecutor(app.call_threads, thread_name_prefix="ogai-call")
        self._building: asyncio.Future[Built] | None = None
        self._channels: set[Channel] = set()
        self._stopped = threading.Event()

    def warm_up(self) -> None:
        """Build the services now, in the background."""
        self._warming = asyncio.ensure_future(self._warm())

    async def built(self) -> Built:
        """Return the services, built by now.

        Raises
        ------
        OgaiError
            When they cannot be built, say because the database is locked; the next call tries
            again.
        """
        if self._building is None:
            self._building = asyncio.ensure_future(self.in_thread(self._build))
            self._building.add_done_callback(self._when_built)
        return await asyncio.shield(self._building)

    async def in_thread(self, call: Callable[[], T]) -> T:
        """Run `call` beside the event loop and return its result."""
        if self._stopped.is_set():
            raise Unavailable("The server is stopping.", action="Wait until it is up again.")
        return await asyncio.get_running_loop().run_in_executor(self._calls, call)

    def open_channel(self) -> Channel:
        """Return a new channel for one stream.

        Raises
        ------
        Unavailable
            When as many streams are open as are allowed.
        """
        limit = self.app.stream_threads
        if len(self._channels) >= limit:
            raise Unavailable(
                f"{limit} streams are open, which is as many as this server allows.",
                action="Close notebooks or tabs that follow a log, or raise "
                "OgaiApp.stream_threads.",
            )
        channel = Channel(asyncio.get_running_loop())
        self._channels.add(channel)
        return channel

    def close_channel(self, channel: Channel) -> None:
        """Let a stream go; idempotent."""
        channel.leave()
        self._channels.discard(channel)

    async def stop(self) -> None:
        """Let everything go within a few seconds; idempotent."""
        if self._stopped.is_set():
            return
        self._stopped.set()
        for channel in tuple(self._channels):
            channel.leave()
        building, self._building = self._building, None
        if building is not None and building.done() and building.exception() is None:
            loop = asyncio.get_running_loop()
            closing = loop.run_in_executor(self._calls, building.result().workbench.close)
            _, late = await asyncio.wait([closing], timeout=_STOP_SECONDS)
            if late:
                self.app.log.warning("OGAI Lab: the services did not stop within 5 s")
        self._calls.shutdown(wait=False, cancel_futures=True)

    async def _warm(self) -> None:
        try:
            await self.built()
        except OgaiError as exc:
            self.app.log.error("OGAI Lab: %s", exc)

    def _when_built(self, building: asyncio.Future[Built]) -> None:
        if building.cancelled() or building.exception() is not None:
            self._building = None
            return
        if not self._stopped.is_set():
            from ogai_lab_server.events import relay

            relay(building.result().workbench, self.app.event_logger, self._stopped)

    def _build(self) -> Built:
        from ogai_lab.core.home import Home
        from ogai_lab.workbench import Workbench
        from ogai_lab_server.about import Document, Health, mounted_types
        from ogai_lab_server.router import Router

        workbench = Workbench.local(
            Home.open(**self.app.service_options()), lead=self.app.lead, queues=self._queues()
        )
        services = workbench.services()

        def look() -> dict[str, Any]:
            return {
                "database": workbench.database.engine.dialect.name,
                "leader": workbench.leads,
                "streams": len(self._channels),
            }

        about = [
            Health(look, [service.route for service in services]),
            Document(mounted_types()),
        ]
        return Built(workbench, Router([*about, *services]))

    def _queues(self) -> tuple[Any, ...]:
        if not self.app.queues:
            return ()
        from pydantic import TypeAdapter, ValidationError

        from ogai_lab.core.operations import invalid
        from ogai_lab.scheduler.queues import QueueConfig

        try:
            return tuple(TypeAdapter(list[QueueConfig]).validate_python(self.app.queues))
        except ValidationError as exc:
            raise invalid(exc, "OgaiApp.queues") from exc
