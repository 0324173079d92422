"""A session's overlay: what `pip install` puts there stays there, above the Python that runs it."""

from __future__ import annotations

import os
import site
import sys
import sysconfig
from typing import List

BELOW = "below.pth"
"""Names the packages that the overlay lies upon; they are found after its own."""

_PIP = """#!{python}
import sys

from pip._internal.cli.main import main

sys.exit(main())
"""


def make(folder: str) -> str:
    """Make a virtual environment over this Python, if there is none; return its Python.

    It holds no packages of its own to begin with and sees all of those that this Python sees.
    What is installed into it leaves them as they are.

    Raises
    ------
    OSError
        When it cannot be written.
    """
    python = os.path.join(folder, "bin", "python")
    packages = packages_in(folder)
    below = os.path.join(packages, BELOW)
    if not os.path.exists(below):
        import venv

        venv.EnvBuilder(symlinks=True).create(folder)
        os.makedirs(packages, exist_ok=True)
        _write(os.path.join(folder, "bin", "pip"), _PIP.format(python=python), 0o755)
        _write(below, "".join(f"import site; site.addsitedir({path!r})\n" for path in _seen()))
    return python


def packages_in(folder: str) -> str:
    """Return where the packages of an overlay over this Python lie."""
    return sysconfig.get_path("purelib", "posix_prefix", {"base": folder, "platbase": folder})


def _seen() -> List[str]:
    """Return the folders of packages that this Python sees."""
    folders = list(site.getsitepackages())
    if site.ENABLE_USER_SITE:
        folders.insert(0, site.getusersitepackages())
    return [path for path in folders if os.path.isdir(path) and path in sys.path]


def _write(path: str, text: str, mode: int = 0o644) -> None:
    coming = f"{path}.{os.getpid()}"
    with open(coming, "w", encoding="utf-8") as file:
        file.write(text)
    os.chmod(coming, mode)
    os.replace(coming, path)
