"""The installation: the id of a home folder, by which its objects on clusters are known."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path

_FILE = "installation"


def installation(home: Path) -> str:
    """Return the id of a home folder, which is made once and stays.

    Raises
    ------
    OSError
        When it cannot be written.
    """
    file = home / _FILE
    with contextlib.suppress(FileNotFoundError):
        return file.read_text().strip()
    coming = file.with_suffix(f".{os.getpid()}.{secrets.token_hex(4)}")
    coming.write_text(secrets.token_hex(8))
    with contextlib.suppress(FileExistsError):
        file.hardlink_to(coming)  # whoever links first has made it, for all
    coming.unlink()
    return file.read_text().strip()
