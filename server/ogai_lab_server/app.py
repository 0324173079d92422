"""The extension: its settings, its start and its stop."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
from typing import Any, cast

from jupyter_events import EventLogger
from jupyter_server.extension.application import ExtensionApp
from jupyter_server.serverapp import ServerApp
from traitlets import Bool, Dict, Float, Int, List, Unicode

from ogai_lab.core.errors import OgaiError
from ogai_lab.core.home import Home
from ogai_lab_server import dashboards, sessions
from ogai_lab_server.credentials import KernelCredentials
from ogai_lab_server.handler import OperationHandler
from ogai_lab_server.host import Host
from ogai_lab_server.sessions.keeping import adopt_all
from ogai_lab_server.sessions.shelf import Shelf


class OgaiApp(ExtensionApp):
    """OGAI Lab in a Jupyter server: every operation of every layer, below ``/ogai``."""

    name = "ogai_lab_server"
    load_other_extensions = True

    home = Unicode(
        "", config=True, help="The home folder; OGAI_HOME or ~/.local/share/ogai_lab when empty."
    )
    database_url = Unicode(
        "",
        config=True,
        help="SQLAlchemy URL of the database; SQLite in the home folder when empty. "
        "PostgreSQL: postgresql+psycopg://user:password@host/name.",
    )
    blobs_url = Unicode(
        "", config=True, help="fsspec URL of the blob store; a folder in the home when empty."
    )
    lead = Bool(
        True,
        config=True,
        help="Whether this server may lead the local queue while no other process does.",
    )
    queues = List(
        Dict(),
        config=True,
        help="The queues and their limits: [{'name': 'gpu', 'cpus': 64, 'gpus': 8}]. "
        "One queue 'default' without limits when empty.",
    )
    call_threads = Int(8, min=1, config=True, help="How many calls run at the same time.")
    stream_threads = Int(
        64,
        min=1,
        config=True,
        help="How many streams (followed logs, events) may be open; more are refused.",
    )
    stuck_seconds = Float(
        60.0, min=0.1, config=True, help="A stream whose reader takes nothing for so long is cut."
    )
    max_body = Int(
        32 << 20, min=1, config=True, help="The largest request body that is read, in bytes."
    )
    start_delay = Float(
        1.0,
        min=0.0,
        config=True,
        help="Seconds after the server's start at which the services are built, unless a request "
        "comes first; so that they do not slow the start.",
    )

    warm_dashboards = Int(
        1,
        min=0,
        config=True,
        help="How many kernels of a dashboard wait for its next reader, once it had its first. "
        "Each takes about 100 MB and opens the page in a second; 0 starts one for each reader.",
    )

    def initialize_settings(self) -> None:
        """Make what the handlers share, and give every kernel its credential."""
        shelf = Shelf(Home.open(**self.service_options()), self._server.root_dir)
        self.credentials = KernelCredentials(self._server, shelf.secret())
        self.host = Host(self)
        self.settings["ogai_host"] = self.host
        self.desk = sessions.open_desk(self, shelf)
        self.credentials.hand_out()
        if self.desk is not None:  # before the first request, which would find kernels missing
            self._server.io_loop.add_callback(self._adopt, self.desk)
        # JupyterLab tells its pages where files lie; Notebook 7 does not.
        page = self._server.web_app.settings.setdefault("page_config_data", {})
        page.setdefault("serverRoot", self._server.root_dir.replace(os.sep, "/"))

    def initialize_handlers(self) -> None:
        """Mount the dashboards, and one handler for all operations."""
        self.handlers.extend(dashboards.routes(self._server, self.warm_dashboards))
        shared = {"host": self.host, "credentials": self.credentials}
        self.handlers.append((r"/ogai(?:/.*)?", OperationHandler, shared))

    async def _start_jupyter_server_extension(self, serverapp: ServerApp) -> None:
        # A list of a thousand nodes is tens of thousands of objects and no cycle: looking for
        # cycles as often as Python does by default takes up to six times as long as making it.
        gc.freeze()
        gc.set_threshold(20_000, 10, 10)
        self._start = asyncio.get_running_loop().call_later(self.start_delay, self._warm_up)

    async def stop_extension(self) -> None:
        """Let streams and services go, within a few seconds; jobs run on."""
        if hasattr(self, "_start"):
            self._start.cancel()
        await self.host.stop()

    def _warm_up(self) -> None:
        self.host.warm_up()
        if self.desk is not None:
            self._looking = asyncio.ensure_future(self._look_around(self.desk))

    async def _look_around(self, desk: sessions.Desk) -> None:
        with contextlib.suppress(OgaiError):  # the host has logged why there are no services
            await desk.look_around()

    async def _adopt(self, desk: sessions.Desk) -> None:
        manager = self._server.kernel_manager
        adopted = await adopt_all(manager, desk, self.credentials.variables)
        if adopted:
            self.log.info("OGAI Lab: %d sessions go on", len(adopted))

    @property
    def _server(self) -> ServerApp:
        return cast("ServerApp", self.serverapp)

    @property
    def event_logger(self) -> EventLogger:
        """Jupyter's event bus."""
        return cast("EventLogger", self._server.event_logger)

    def service_options(self) -> dict[str, Any]:
        """Return the settings that the services are built from."""
        return {
            "path": self.home or None,
            "database_url": self.database_url or None,
            "blobs_url": self.blobs_url or None,
        }
