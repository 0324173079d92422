"""The one rank of a session: it keeps a Jupyter kernel for as long as somebody may want it.

Kernels come and go (a restart, a crash) and the session stays, with its overlay and its
connection. All that others need to know lies in the session's folder:

    start.json       what the kernel is given: its folder and its environment
    connection.json  how to reach it; written once, for the user alone
    kernel.json      the kernel that runs, or how the last one ended
    wish.json        the number of the kernel that is wanted next
    overlay/         what was installed
"""

from __future__ import annotations

import importlib.util
import os
import signal
import subprocess
import sys
import tempfile
import time
from typing import Any, Dict, Optional

from ogai_lab.core import records
from ogai_lab.scheduler.agent import overlay, processes
from ogai_lab.scheduler.agent.activity import Listener, write_connection
from ogai_lab.scheduler.agent.files import read_json, write_json
from ogai_lab.scheduler.agent.launch import settle

PATIENCE = 60.0
"""Seconds for which a session without a kernel waits for the wish for another."""

_TOLD_EVERY = 0.5
_LOOK_EVERY = 0.05
_GRACE = 5.0
_LONGEST_SOCKET = 95
_OF_RANKS = ("RANK", "LOCAL_", "WORLD_", "GROUP_", "ROLE_", "NODE_RANK", "MASTER_", "TORCHELASTIC_")
"""What would make a library in a notebook take it for one rank of many."""


def main() -> None:
    """Keep the session of the folder that the command line names, to its end."""
    if importlib.util.find_spec("ipykernel") is None:
        raise SystemExit(
            f"{sys.executable} has no ipykernel, so it can be no session. "
            f"Run: {sys.executable} -m pip install ipykernel"
        )
    raise SystemExit(Session(sys.argv[1]).keep())


class Session:
    """A session in its folder, and the kernel that runs in it."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._python = overlay.make(self._path("overlay"))
        connection = read_json(self._path("connection.json")) or self._connection()
        self._sockets = str(connection["ip"])
        self._listener = Listener(connection)
        self._number = int((read_json(self._path("kernel.json")) or {}).get("number", 0))
        self._kernel: Optional[subprocess.Popen[bytes]] = None
        self._died: Optional[float] = None
        self._ending = False
        self._told: Dict[str, Any] = {}
        self._told_at = 0.0
        signal.signal(signal.SIGTERM, self._end)

    def keep(self) -> int:
        """Run kernels until nobody wants another; return the exit code of the last."""
        self._start()
        while not self._ending:
            time.sleep(_LOOK_EVERY)
            self._listener.hear()
            code = self._kernel.poll() if self._kernel else None
            if code is not None and self._died is None:
                self._note_death(code)
            if self._died is not None:
                if self._wanted():
                    self._start()
                elif time.monotonic() - self._died > PATIENCE:
                    return abs(code or 0)
            self._tell()
        self._stop()
        return 128 + signal.SIGTERM

    def _path(self, name: str) -> str:
        return os.path.join(self._folder, name)

    def _connection(self) -> Dict[str, Any]:
        sockets = self._path("k")
        if len(os.fsencode(sockets)) > _LONGEST_SOCKET:  # longer names than that no socket has
            sockets = os.path.join(tempfile.mkdtemp(prefix="ogai-"), "k")
        return write_connection(self._path("connection.json"), sockets)

    def _start(self) -> None:
        for number in range(1, 6):  # those of a dead kernel would look as if this one were ready
            if os.path.exists(f"{self._sockets}-{number}"):
                os.unlink(f"{self._sockets}-{number}")
        start = read_json(self._path("start.json")) or {}
        parent = os.getpid()
        descriptor = os.environ.get(records.RECORDS_FD)
        self._kernel = subprocess.Popen(
            [self._python, "-m", "ipykernel_launcher", "-f", self._path("connection.json")],
            cwd=_folder_of(start),
            env=self._environment(start.get("environment", {})),
            pass_fds=[int(descriptor)] if descriptor else [],
            preexec_fn=lambda: settle(parent),
        )
        self._number += 1
        self._died = None
        who = processes.identity(self._kernel.pid)
        write_json(self._path("kernel.json"), {"number": self._number, **who}, sync=False)

    def _environment(self, given: Dict[str, str]) -> Dict[str, str]:
        found = {name: text for name, text in os.environ.items() if not name.startswith(_OF_RANKS)}
        found.update(given)
        folder = self._path("overlay")
        found["VIRTUAL_ENV"] = folder
        found["PATH"] = os.path.join(folder, "bin") + os.pathsep + found.get("PATH", os.defpath)
        return found

    def _note_death(self, code: int) -> None:
        self._died = time.monotonic()
        self._listener.forget()
        last = read_json(self._path("kernel.json")) or {}
        write_json(self._path("kernel.json"), {**last, "code": code}, sync=False)

    def _wanted(self) -> bool:
        """Whether a kernel after this one is wished for."""
        return int((read_json(self._path("wish.json")) or {}).get("number", 0)) > self._number

    def _tell(self) -> None:
        """Say what the kernel does, when that has changed, and not too often."""
        now = {"state": self._state(), "active": self._listener.active, "number": self._number}
        if now != self._told and time.monotonic() - self._told_at > _TOLD_EVERY:
            records.tell("kernel", **now)
            self._told, self._told_at = now, time.monotonic()

    def _state(self) -> str:
        if self._died is not None:
            return "dead"
        if self._listener.busy:
            return "busy"
        return "idle" if os.path.exists(f"{self._sockets}-1") else "starting"

    def _end(self, _number: int, _frame: Any) -> None:
        self._ending = True

    def _stop(self) -> None:
        """End the kernel: politely, then not."""
        if self._kernel is None or self._kernel.poll() is not None:
            return
        processes.kill_group(self._kernel.pid, signal.SIGTERM)
        try:
            self._kernel.wait(_GRACE)
        except subprocess.TimeoutExpired:
            processes.kill_group(self._kernel.pid)
            self._kernel.wait()


def _folder_of(start: Dict[str, Any]) -> Optional[str]:
    """Return the folder a kernel begins in; the job's own where that one is gone."""
    folder = start.get("folder")
    return folder if isinstance(folder, str) and os.path.isdir(folder) else None


if __name__ == "__main__":
    main()
