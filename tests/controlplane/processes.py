"""Processes that die with the one that started them, kill -9 included."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from tests.controlplane.client import until

# By it everything that was started for a folder is found, in whatever namespace it is.
VARIABLE = "OGAI_TEST_PLANE"
_MEMORY = {"GOMEMLIMIT": "1500MiB", "GOGC": "200"}


class DiedError(Exception):
    """A process ended that should serve; the message has the end of its log."""


@dataclass
class Processes:
    """Named processes, each with a log in `folder`; started by the main thread alone.

    The kernel kills a child when the *thread* that started it ends, so no other thread may.
    """

    folder: Path
    _running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    _commands: dict[str, Sequence[str]] = field(default_factory=dict)

    def start(self, name: str, command: Sequence[str]) -> None:
        """Start a process; the log of an earlier one of that name goes on."""
        assert threading.current_thread() is threading.main_thread()
        with self.log_file(name).open("ab") as log:
            process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", "--", *command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                env={**os.environ, **_MEMORY, VARIABLE: str(self.folder)},
            )
        self._running[name] = process
        self._commands[name] = command

    def restart(self, name: str) -> None:
        """Start the process `name` again as it was started before."""
        self.end(name)
        self.start(name, self._commands[name])

    def end(self, name: str, number: int = signal.SIGKILL) -> None:
        """End the process and wait for it; one that is not there is no error."""
        process = self._running.pop(name, None)
        if process and process.poll() is None:
            process.send_signal(number)
            process.wait(30)

    def child(self, name: str) -> int:
        """Return the id of the only child of a process that runs another for us."""
        pid = self._running[name].pid
        (child,) = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return int(child)

    def pause(self, name: str) -> None:
        """Stop the process where it stands; `resume` lets it go on."""
        self._running[name].send_signal(signal.SIGSTOP)

    def resume(self, name: str) -> None:
        """Let a paused process go on."""
        self._running[name].send_signal(signal.SIGCONT)

    def end_all(self) -> None:
        """End all, the last started first; idempotent."""
        for name in reversed(list(self._running)):
            self.end(name)

    def names(self) -> list[str]:
        """Return the names of the running ones, in the order of their start."""
        return [name for name, process in self._running.items() if process.poll() is None]

    def log_file(self, name: str) -> Path:
        """Return the file with what the process says."""
        return self.folder / f"{name}.log"

    def until(self, name: str, what: str, check: Callable[[], object], seconds: float = 90) -> None:
        """Wait until `check` gives something true, or the process dies."""

        def checked() -> object:
            code = self._running[name].poll()
            if code is not None:
                log = self.log_file(name).read_text(errors="replace")
                raise DiedError(f"{name} ended with {code}:\n{log[-3000:]}")
            return check()

        until(f"{name}: {what}", checked, seconds)


def answers(url: str, token: str | None = None) -> bool:
    """Tell whether a health address answers 200; certificates are not looked at."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    try:
        response = httpx.get(url, headers=headers, verify=False, timeout=2, trust_env=False)
    except httpx.TransportError:
        return False
    return response.is_success


def alive(folder: Path) -> list[int]:
    """Return the ids of all processes that were started for `folder` and their children."""
    mark = f"{VARIABLE}={folder}".encode()
    found = []
    for file in Path("/proc").glob("[0-9]*/environ"):
        try:
            if mark in file.read_bytes().split(b"\0"):
                found.append(int(file.parent.name))
        except (FileNotFoundError, PermissionError, ProcessLookupError):
            continue
    return found
