"""A session's folder, from outside; `scheduler.agent.kernel` says what lies in it."""

from __future__ import annotations

import contextlib
import importlib.metadata
import os
import shutil
import signal
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ogai_lab.scheduler.agent import processes
from ogai_lab.scheduler.agent.files import read_json, write_json


class Place:
    """The folder of a session on this machine.

    Parameters
    ----------
    path
        The folder; only the user may enter it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def begin(self, environment: Mapping[str, str], folder: str | None) -> None:
        """Write what its kernels are given from now on: an environment, and where they begin.

        Raises
        ------
        OSError
            When it cannot be written.
        """
        self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        start = {"environment": dict(environment), "folder": folder}
        write_json(str(self.path / "start.json"), start, sync=False)

    def connection(self) -> dict[str, Any] | None:
        """Return how to reach its kernel, once that is known."""
        return read_json(str(self.path / "connection.json"))

    @property
    def number(self) -> int:
        """Which kernel was last started in it; 0 before the first."""
        return int(self._kernel().get("number", 0))

    @property
    def alive(self) -> bool:
        """Whether its kernel runs."""
        kernel = self._kernel()
        return "pid" in kernel and "code" not in kernel and processes.alive(kernel)

    @property
    def code(self) -> int:
        """How its last kernel ended: an exit code, or a signal as a negative number."""
        return int(self._kernel().get("code", -signal.SIGKILL))

    def signal(self, number: int) -> None:
        """Signal its kernel and what that started; one that is gone is fine."""
        kernel = self._kernel()
        if self.alive:
            processes.kill_group(int(kernel["pid"]), number)

    def wish(self) -> int:
        """Wish for another kernel after the one that runs, or ran; return its number."""
        number = self.number + 1
        write_json(str(self.path / "wish.json"), {"number": number}, sync=False)
        return number

    def requirements(self) -> list[str]:
        """Return what was installed in its overlay, as ``name==version``."""
        found = importlib.metadata.distributions(
            path=[str(path) for path in self.path.glob("overlay/lib/python*/site-packages")]
        )
        return sorted({f"{one.metadata['Name']}=={one.version}" for one in found}, key=str.lower)

    def remove(self) -> None:
        """Remove it, and all that was installed."""
        sockets = Path(str((self.connection() or {}).get("ip", ""))).parent
        if sockets.name.startswith("ogai-"):
            shutil.rmtree(sockets, ignore_errors=True)
        with contextlib.suppress(OSError):
            os.chmod(self.path, 0o700)  # noqa: PTH101 - a folder that is gone is fine
        shutil.rmtree(self.path, ignore_errors=True)

    def _kernel(self) -> dict[str, Any]:
        return read_json(str(self.path / "kernel.json")) or {}
