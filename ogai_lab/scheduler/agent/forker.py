"""The agent's side of a warm parent: starts it, asks it for ranks, notices when it is gone."""

from __future__ import annotations

import json
import os
import socket
from typing import Any, Callable, Dict, List, Mapping, Optional

from ogai_lab.scheduler.agent import processes
from ogai_lab.scheduler.agent.launch import spawn
from ogai_lab.scheduler.agent.loop import Loop

MAX_ANSWER = 1 << 16


class Forker:
    """A warm parent, as its agent sees it.

    Parameters
    ----------
    loop
        Where to wait for answers.
    order, folder
        What it is started for: the order of a job, or of a spare, in a folder.
    environment
        What its process begins with.
    output
        The descriptor that takes what it prints.

    Raises
    ------
    OSError
        When it cannot be started.
    """

    def __init__(
        self,
        loop: Loop,
        order: Mapping[str, Any],
        folder: str,
        environment: Mapping[str, str],
        output: int,
    ) -> None:
        self._loop = loop
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.ready = False
        argv = [order["python"], order["agent"], "warm", os.path.join(folder, "order.json")]
        try:
            self.pid = spawn(
                [*argv, str(theirs.fileno())],
                environment,
                os.path.join(folder, "work"),
                [output, output, theirs.fileno()],
            )
        except OSError:
            self._control.close()
            raise
        finally:
            theirs.close()
        self._control.setblocking(False)

    def hear(
        self,
        on_ready: Callable[[str], None],
        on_forked: Callable[[str, int, int], None],
        on_lost: Callable[[], None],
    ) -> None:
        """Say who is told.

        Parameters
        ----------
        on_ready
            Called with "" when ranks can be forked, or with the reason why they cannot.
        on_forked
            Called with the attempt, the rank and the pid of each rank that was forked.
        on_lost
            Called when a parent that was ready is gone.
        """
        self._on_ready, self._on_forked, self._on_lost = on_ready, on_forked, on_lost
        self._loop.unwatch(self._control)
        self._loop.watch(self._control, self._answer)

    def adopt(self, folder: str, node: int) -> None:
        """Make a parent that was started as a spare one of a job's node; `on_ready` tells."""
        self.ready = False
        self._ask({"adopt": folder, "node": node})

    def fork(self, rank: int, environment: Mapping[str, str], writes: List[int]) -> None:
        """Ask for a rank; `on_forked` tells its pid.

        Raises
        ------
        OSError
            When the parent is gone.
        """
        self._ask({"rank": rank, "environment": dict(environment)}, writes)

    def close(self) -> None:
        """End the parent. Ranks that it forked live on."""
        if self._control.fileno() >= 0:
            self._loop.unwatch(self._control)
            self._control.close()
            self.ready = False
            processes.kill(self.pid)

    def _ask(self, request: Dict[str, Any], descriptors: Optional[List[int]] = None) -> None:
        socket.send_fds(self._control, [json.dumps(request).encode()], descriptors or [])

    def _answer(self) -> None:
        try:
            data = self._control.recv(MAX_ANSWER)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            ready = self.ready
            self.close()
            if ready:
                self._on_lost()
            else:
                self._on_ready("it ended while it imported the preloads")
            return
        message = json.loads(data)
        if message["t"] == "forked":
            self._on_forked(message["attempt"], message["rank"], message["pid"])
        else:
            self.ready = message["t"] == "warm"
            self._on_ready("" if self.ready else message["reason"])
