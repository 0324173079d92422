"""Kernels that play dashboards: started ahead where that is wished, ended when nobody looks."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from jupyter_core.utils import ensure_async
from jupyter_server.serverapp import ServerApp

from ogai_lab_server.dashboards.rendering import renderer

_SETTLE_SECONDS = 3.0
_LOOK_SECONDS = 30.0
_ALONE_LOOKS = 4
"""A kernel that nobody is connected to at so many looks in a row is ended."""


class Play:
    """One dashboard in one kernel, rendered into parts that the first reader takes.

    Parameters
    ----------
    server
        Whose kernels are used.
    notebook
        What is played.
    """

    def __init__(self, server: ServerApp, notebook: Path) -> None:
        self._server = server
        self._notebook = notebook
        self._parts: asyncio.Queue[str | None] = asyncio.Queue()
        self.kernel: str | None = None
        self._task = asyncio.create_task(self._render())

    async def parts(self) -> AsyncIterator[str]:
        """Give the page as it comes."""
        while (part := await self._parts.get()) is not None:
            yield part
        await self._task  # its error, if it has one

    async def _render(self) -> None:
        manager: Any = self._server.kernel_manager
        try:
            page = await renderer(self._server, self._notebook)
            name = page.notebook.metadata.kernelspec.name
            self.kernel = await ensure_async(manager.start_kernel(kernel_name=name, path=""))
            kernel = manager.get_kernel(self.kernel)
            async for part, _resources in page.generate_content_generator(self.kernel, kernel):
                self._parts.put_nowait(part)
        finally:
            self._parts.put_nowait(None)


class Stage:
    """All dashboards of a server.

    Parameters
    ----------
    server
        Whose kernels are used.
    folder
        Where the notebooks lie.
    warm
        How many kernels of each dashboard wait for a reader, once it had its first.
    """

    def __init__(self, server: ServerApp, folder: Path, warm: int) -> None:
        self._server = server
        self._folder = folder
        self._warm = warm
        self._waiting: dict[str, list[Play]] = defaultdict(list)
        self._seen: dict[str, int] = {}
        self._watch: asyncio.Task[None] | None = None

    async def play(self, name: str) -> AsyncIterator[str]:
        """Give a dashboard's page as it comes, and make the next one ready."""
        play = self._ready(name) or self._start(name)
        async for part in play.parts():
            yield part
        if play.kernel is not None:
            self._seen[play.kernel] = 0
        # Not at once: the reader's page has the machine first.
        asyncio.get_running_loop().call_later(_SETTLE_SECONDS, self._warm_up, name)
        if self._watch is None:
            self._watch = asyncio.create_task(self._end_the_unseen())

    def _ready(self, name: str) -> Play | None:
        manager: Any = self._server.kernel_manager
        while self._waiting[name]:
            play = self._waiting[name].pop(0)
            if play.kernel is None or play.kernel in manager:  # the server may cull kernels
                return play
        return None

    def _warm_up(self, name: str) -> None:
        while len(self._waiting[name]) < self._warm:
            self._waiting[name].append(self._start(name))

    def _start(self, name: str) -> Play:
        return Play(self._server, self._folder / f"{name}.ipynb")

    async def _end_the_unseen(self) -> None:
        manager: Any = self._server.kernel_manager
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            for kernel in list(self._seen):
                if kernel not in manager:
                    del self._seen[kernel]
                    continue
                alone = manager.kernel_model(kernel)["connections"] == 0
                self._seen[kernel] = self._seen[kernel] + 1 if alone else 0
                if self._seen[kernel] >= _ALONE_LOOKS:
                    del self._seen[kernel]
                    await ensure_async(manager.shutdown_kernel(kernel))
