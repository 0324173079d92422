"""The provisioner: a kernel for Jupyter that is a session, a job of the scheduler."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning.provisioner_base import KernelProvisionerBase
from traitlets import Int, Unicode

from ogai_lab.core.errors import OgaiError
from ogai_lab.core.operations import Caller
from ogai_lab.scheduler.sessions.place import Place
from ogai_lab.scheduler.sessions.service import IDLE, Sessions
from ogai_lab.scheduler.sessions.types import Session, parse_duration
from ogai_lab_server.sessions.desk import SETTING, Desk

T = TypeVar("T")
_LOOK_SECONDS = 0.1
_ASK_SECONDS = 1.0
_HANDED_ON = ("OGAI_", "JPY_SESSION_NAME")


class SessionProvisioner(KernelProvisionerBase):
    """Starts a session for a kernel, or a kernel anew in the session it has.

    It keeps what a server that comes later needs in order to go on with the kernel.
    """

    gpus = Int(0, help="How many GPUs the session is given.")
    queue = Unicode("default", help="Where it waits.")
    idle = Unicode(f"{IDLE:g}", help="How long it may do nothing: 30m. Empty for ever.")
    patience = Int(60, config=True, help="Seconds for which a kernel may wait in its queue.")

    session_id = ""
    asked = False
    """Whether somebody asked for the restart that comes, and it is not made for a dead kernel."""

    _place: Place | None = None

    @property
    def desk(self) -> Desk:
        """Where the sessions' service is.

        Raises
        ------
        RuntimeError
            In a process that is no Jupyter server with OGAI Lab.
        """
        server = getattr(getattr(self.parent, "parent", None), "parent", None)
        desk = server.web_app.settings.get(SETTING) if server is not None else None
        if desk is None:
            raise RuntimeError("Sessions are started by a Jupyter server with OGAI Lab.")
        found: Desk = desk
        return found

    @property
    def has_process(self) -> bool:
        """Whether there is a session, be its kernel alive or not."""
        return self._place is not None

    async def poll(self) -> int | None:
        """Return None while the kernel runs, else how it ended."""
        if self._place is not None and self._place.alive:
            return None
        return self._place.code if self._place is not None else 0

    async def wait(self) -> int | None:
        """Wait for the kernel to end."""
        while (code := await self.poll()) is None:
            await asyncio.sleep(_LOOK_SECONDS)
        return code

    async def send_signal(self, signum: int) -> None:
        """Signal the kernel and what it started."""
        if self._place is not None:
            self._place.signal(signum)

    async def kill(self, restart: bool = False) -> None:
        """End the kernel at once."""
        await self.send_signal(signal.SIGKILL)

    async def terminate(self, restart: bool = False) -> None:
        """Ask the kernel to end."""
        await self.send_signal(signal.SIGTERM)

    async def cleanup(self, restart: bool = False) -> None:
        """End the session, unless another kernel is to run in it."""
        if restart or self._place is None:
            return
        self._place = None
        self.desk.shelf.drop(self.kernel_id)
        await self._ask(lambda sessions: sessions.stop(self.session_id, Caller.local()))

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Return what `launch_kernel` is given."""
        return await super().pre_launch(cmd=list(self.kernel_spec.argv), **kwargs)

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Start a session, or another kernel in the one there is; return how to reach it.

        Raises
        ------
        RuntimeError
            When it cannot be had, or has to wait too long.
        """
        given, folder = self._given(kwargs["env"]), kwargs.get("cwd")
        if self._place is not None and not await self._is_over():
            self._place.begin(given, folder)
            wanted = self._place.wish()
        else:
            wanted = await self._open(given, folder)
        self.asked = False
        await self._started(wanted)
        return self._connected(folder)

    def adopt(self, record: Mapping[str, Any]) -> KernelConnectionInfo | None:
        """Go on with the kernel that a record describes; return how to reach it.

        None when it does not run any more.
        """
        place = Place(Path(record["place"]))
        connection = place.connection()
        if not place.alive or connection is None:
            return None
        self.session_id, self._place = record["session"], place
        return self._connection(connection)

    def _given(self, environment: Mapping[str, str]) -> dict[str, str]:
        """Return what the kernel gets of the environment that Jupyter made for it."""
        names = (*_HANDED_ON, *self.kernel_spec.env)
        return {name: text for name, text in environment.items() if name.startswith(names)}

    async def _open(self, given: dict[str, str], folder: str | None) -> int:
        """Start a session; return the number of the kernel that it starts with."""
        before = self.session_id or None
        if before is not None and not self.asked:
            self._give_up()
            raise RuntimeError(f"The session {before} is over, and its kernel with it.")

        def start(sessions: Sessions) -> tuple[Session, Place, int]:
            number = sessions.place(before).number if before else 0
            session = sessions.start(
                Caller.local(),
                gpus=self.gpus,
                queue=self.queue,
                idle=parse_duration(self.idle) if self.idle else None,
                folder=folder,
                environment=given,
                like=before,
                kernel_id=self.kernel_id,
            )
            return session, sessions.place(session.id), number

        session, self._place, number = await self._ask(start)
        self.session_id = session.id
        return number + 1

    async def _started(self, wanted: int) -> None:
        """Wait until the kernel of a number runs."""
        deadline = time.monotonic() + self.patience
        asked = time.monotonic()
        while self._place is not None and (self._place.number < wanted or not self._place.alive):
            await asyncio.sleep(_LOOK_SECONDS)
            if time.monotonic() - asked < _ASK_SECONDS:
                continue
            asked = time.monotonic()
            session = await self._ask(lambda sessions: sessions.session(self.session_id))
            late = asked > deadline
            if session.state.final or late:
                self._place = None
                if late:
                    await self._ask(lambda sessions: sessions.stop(self.session_id, Caller.local()))
                raise RuntimeError(f"The session has no kernel: {session.reason or session.state}")

    def _connected(self, folder: str | None) -> KernelConnectionInfo:
        connection = self._place.connection() if self._place is not None else None
        if self._place is None or connection is None:
            raise RuntimeError("The session has no kernel.")
        self.desk.shelf.keep(
            self.kernel_id,
            {
                "session": self.session_id,
                "place": os.fspath(self._place.path),
                "kernel_name": self._manager.kernel_name,
                "folder": folder,
            },
        )
        return self._connection(connection)

    def _connection(self, found: dict[str, Any]) -> KernelConnectionInfo:
        info: Any = {**found, "key": found["key"].encode()}
        self.connection_info = info
        return self.connection_info

    async def _is_over(self) -> bool:
        """Whether the session has ended, and no kernel can be started in it."""
        session = await self._ask(lambda sessions: sessions.session(self.session_id))
        return session.state.final

    def _give_up(self) -> None:
        """Let Jupyter know that the kernel is gone for good."""
        self._place = None
        restarter = self._manager._restarter
        if restarter is not None:
            restarter.stop()
            restarter._fire_callbacks("dead")

    @property
    def _manager(self) -> Any:
        """Jupyter's manager of this one kernel."""
        return self.parent

    async def _ask(self, call: Callable[[Sessions], T]) -> T:
        try:
            return await self.desk.ask(call)
        except OgaiError as exc:
            raise RuntimeError(str(exc)) from exc
