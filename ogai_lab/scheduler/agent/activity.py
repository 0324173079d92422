"""What a kernel does, heard on its own channel: whether a cell runs, and when one last did."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import time
from typing import Any, Dict, List, Mapping, Optional, Set

_MARK = b"<IDS|MSG>"
_WORK = ("execute_request", "comm_msg")
"""Requests that are somebody's work; asking a kernel how it is, is none."""


class Listener:
    """Hears the status of a kernel, whoever talks to it.

    Parameters
    ----------
    connection
        The kernel's connection file, read.
    """

    def __init__(self, connection: Mapping[str, Any]) -> None:
        import zmq  # comes with every kernel; an agent has no need of it

        self._key = str(connection["key"]).encode()
        self._socket: Any = zmq.Context.instance().socket(zmq.SUB)
        self._socket.setsockopt(zmq.RCVHWM, 0)
        self._socket.setsockopt(zmq.RECONNECT_IVL, 20)
        self._socket.setsockopt(zmq.LINGER, 0)
        self._socket.setsockopt(zmq.SUBSCRIBE, b"kernel.")  # not what cells print
        self._socket.connect(f"ipc://{connection['ip']}-{connection['iopub_port']}")
        self._running: Set[str] = set()
        self.active: Optional[float] = None

    @property
    def busy(self) -> bool:
        """Whether it works on something now."""
        return bool(self._running)

    def forget(self) -> None:
        """Forget what ran: the kernel is gone."""
        self._running.clear()

    def hear(self) -> None:
        """Take in what was said since the last time."""
        while self._socket.poll(0):
            parts = self._socket.recv_multipart()
            status = _status(parts, self._key)
            if status is None:
                continue
            self.active = time.time()
            if status["busy"]:
                self._running.add(status["request"])
            else:
                self._running.discard(status["request"])


def write_connection(path: str, sockets: str) -> Dict[str, Any]:
    """Write the connection file of a kernel that talks over sockets named `sockets`-1 to -5.

    Only their owner can reach them; what goes over them is signed with a key of its own.
    """
    ports = ("shell_port", "iopub_port", "stdin_port", "control_port", "hb_port")
    connection: Dict[str, Any] = {name: number for number, name in enumerate(ports, 1)}
    connection.update(
        transport="ipc",
        ip=sockets,
        key=os.urandom(32).hex(),
        signature_scheme="hmac-sha256",
        kernel_name="",
    )
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(connection, file)
    return connection


def _status(parts: List[bytes], key: bytes) -> Optional[Dict[str, Any]]:
    """Return whether a message says that work began or ended, None where it says neither."""
    if _MARK not in parts:
        return None
    signature, *frames = parts[parts.index(_MARK) + 1 :][:5]
    genuine = hmac.new(key, b"".join(frames), hashlib.sha256).hexdigest().encode()
    if len(frames) < 4 or not hmac.compare_digest(signature, genuine):
        return None
    header, parent, _, content = (json.loads(frame) for frame in frames)
    if header["msg_type"] != "status" or parent.get("msg_type") not in _WORK:
        return None
    return {"busy": content["execution_state"] == "busy", "request": parent["msg_id"]}
