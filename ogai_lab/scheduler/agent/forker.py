"""The agent's side of a warm parent: starts it, asks it for ranks, notices when it is gone."""

from __future__ import annotations

import json
import socket
from typing import Any, Callable, Dict, List, Mapping, Sequence

from ogai_lab.scheduler.agent import processes
from ogai_lab.scheduler.agent.launch import spawn
from ogai_lab.scheduler.agent.loop import Loop
from ogai_lab.scheduler.agent.warm import MAX_REQUEST


class Forker:
    """A warm parent, as its agent sees it.

    Parameters
    ----------
    loop
        Where to wait for answers.
    argv, environment, folder, output
        How to start it, and the descriptor that takes what it prints.
    on_ready
        Called once with "" when ranks can be forked, or with the reason why they cannot.
    on_forked
        Called with the rank and the pid of each rank that was forked.
    on_lost
        Called when a parent that was ready is gone.
    """

    def __init__(
        self,
        loop: Loop,
        argv: Sequence[str],
        environment: Mapping[str, str],
        folder: str,
        output: int,
        *,
        on_ready: Callable[[str], None],
        on_forked: Callable[[int, int], None],
        on_lost: Callable[[], None],
    ) -> None:
        self._loop = loop
        self._on_ready, self._on_forked, self._on_lost = on_ready, on_forked, on_lost
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.ready = False
        self._answered = False
        try:
            self.pid = spawn(
                [*argv, str(theirs.fileno())],
                environment,
                folder,
                [output, output, theirs.fileno()],
            )
        except OSError:
            self._control.close()
            raise
        finally:
            theirs.close()
        self._control.setblocking(False)
        loop.watch(self._control, self._answer)

    def fork(self, rank: int, environment: Mapping[str, str], writes: List[int]) -> None:
        """Ask for a rank; `on_forked` tells its pid.

        Raises
        ------
        OSError
            When the parent is gone.
        """
        request: Dict[str, Any] = {
            "rank": rank,
            "environment": {**environment, "OGAI_RECORDS_FD": str(writes[2])},
            "records_fd": writes[2],
        }
        data = json.dumps(request).encode()
        if len(data) > MAX_REQUEST:
            raise OSError(f"a request of {len(data)} bytes is too large")
        socket.send_fds(self._control, [data], writes)

    def close(self) -> None:
        """End the parent. Ranks that it forked live on."""
        if self._control.fileno() >= 0:
            self._loop.unwatch(self._control)
            self._control.close()
            self.ready = False
            processes.kill(self.pid)

    def _answer(self) -> None:
        try:
            data = self._control.recv(MAX_REQUEST)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            ready = self.ready
            self.close()
            if ready:
                self._on_lost()
            elif not self._answered:
                self._answered = True
                self._on_ready("it ended while it imported the preloads")
            return
        message = json.loads(data)
        if message["t"] == "forked":
            self._on_forked(message["rank"], message["pid"])
        else:
            self._answered = True
            self.ready = message["t"] == "warm"
            self._on_ready("" if self.ready else message["reason"])
