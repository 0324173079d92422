"""What a server leaves for the one that comes after it: its secret, its sessions' kernels."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ogai_lab.core.home import Home
from ogai_lab.scheduler.agent.files import read_json, write_json

_MOST_SERVERS = 100


class Shelf:
    """A folder that one server holds while it lives, and the next one of its root finds.

    The lock on it dies with its holder, however that dies. Servers of the same root that run at
    the same time have shelves of their own.

    Parameters
    ----------
    home
        The home folder.
    root
        The folder that the server serves.
    """

    def __init__(self, home: Home, root: str) -> None:
        name = hashlib.sha256(os.path.realpath(root).encode()).hexdigest()[:16]
        for number in range(_MOST_SERVERS):
            self.path = home.path / "servers" / f"{name}-{number}"
            if self._take():
                break
        self._kernels = self.path / "kernels"
        self._kernels.mkdir(exist_ok=True, mode=0o700)

    @property
    def notebooks(self) -> Path:
        """The file in which Jupyter keeps which notebook has which kernel."""
        return self.path / "notebooks.db"

    def secret(self) -> bytes:
        """Return the secret that the credentials of kernels are made with."""
        path = self.path / "secret"
        with contextlib.suppress(FileNotFoundError):
            if len(kept := path.read_bytes()) == 32:
                return kept
        made = secrets.token_bytes(32)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(made)
        return made

    def keep(self, kernel_id: str, record: dict[str, Any]) -> None:
        """Keep what the next server needs to know of a kernel."""
        write_json(str(self._kernels / f"{kernel_id}.json"), record)

    def drop(self, kernel_id: str) -> None:
        """Forget a kernel; one that is unknown is fine."""
        (self._kernels / f"{kernel_id}.json").unlink(missing_ok=True)

    def kernels(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield the kernels that were kept: id and record."""
        for path in sorted(self._kernels.glob("*.json")):
            record = read_json(str(path))
            if record is not None:
                yield path.stem, record

    def _take(self) -> bool:
        self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        self._lock = descriptor
        return True
