"""Links between agents: JSON lines over TCP, opened with the job's secret."""

from __future__ import annotations

import contextlib
import json
import socket
from typing import Any, Callable, Dict, Optional

from ogai_lab.scheduler.agent.loop import Loop

Message = Dict[str, Any]
MAX_MESSAGE = 4 << 20


class Link:
    """One end of a connection.

    Parameters
    ----------
    loop, connection
        Where to wait, and the connected socket.
    hear
        Called with each message.
    lost
        Called once, when the other end is gone.
    """

    def __init__(
        self,
        loop: Loop,
        connection: socket.socket,
        hear: Callable[[Message], None],
        lost: Callable[[], None],
    ) -> None:
        self._loop, self._connection = loop, connection
        self.hear, self.lost = hear, lost
        self._rest = b""
        self._open = True
        # Messages are few and small: a send that cannot be taken in this time means a dead peer.
        connection.settimeout(5.0)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        loop.watch(connection, self._readable)

    def send(self, message: Message) -> None:
        """Send a message; a peer that is gone is reported by `lost`."""
        if not self._open:
            return
        try:
            self._connection.sendall(json.dumps(message).encode() + b"\n")
        except OSError:
            self._loop.later(0, self._gone)

    def close(self) -> None:
        """Hang up without a word to `lost`."""
        if self._open:
            self._open = False
            self._loop.unwatch(self._connection)
            self._connection.close()

    def _readable(self) -> None:
        try:
            data = self._connection.recv(1 << 16)
        except (TimeoutError, socket.timeout):
            return
        except OSError:
            data = b""
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            message = _parsed(line)
            if message is None:
                data = b""
                break
            if self._open:
                self.hear(message)
        if not data or len(self._rest) > MAX_MESSAGE:
            self._gone()

    def _gone(self) -> None:
        if self._open:
            self.close()
            self.lost()


def listen(host: str) -> socket.socket:
    """Return a socket that listens on a free port of `host`."""
    server = socket.create_server((host, 0), backlog=4096)
    server.setblocking(False)
    return server


def accept(server: socket.socket) -> Optional[socket.socket]:
    """Return a new connection, or None when the caller has gone already."""
    with contextlib.suppress(OSError):
        return server.accept()[0]
    return None


def _parsed(line: bytes) -> Optional[Message]:
    try:
        message = json.loads(line)
    except ValueError:
        return None
    return message if isinstance(message, dict) else None
