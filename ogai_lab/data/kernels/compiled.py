"""Functions compiled to machine code, and kept so."""

from __future__ import annotations

import functools
import hashlib
import os
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

F = TypeVar("F", bound=Callable[..., Any])
_LOCK = threading.Lock()


def compiled(function: F) -> F:
    """Return `function` compiled by numba when it is first called; it runs without the GIL.

    The machine code is kept in a folder named by the digest of all kernels: numba itself looks at
    the file of a function only, not at those that it calls, and would run stale code.
    """
    from typing import Any as Config

    import numba

    config: Config = numba.config

    with _LOCK:
        before = config.CACHE_DIR
        config.CACHE_DIR = str(_folder())
        try:
            return cast(F, numba.njit(cache=True, nogil=True, error_model="numpy")(function))
        finally:
            config.CACHE_DIR = before


@functools.cache
def _folder() -> Path:
    import numba

    hasher = hashlib.sha256(f"numba {numba.__version__}".encode())
    for file in sorted(Path(__file__).parent.glob("*.py")):
        hasher.update(file.name.encode() + b"\0" + file.read_bytes())
    name = hasher.hexdigest()[:16]
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = home / "ogai-lab" / "kernels" / name
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        folder = Path()
    # A home that cannot be written to is no reason to compile anew in every process.
    if not os.access(folder, os.W_OK) or folder == Path():
        folder = Path(tempfile.gettempdir()) / f"ogai-lab-{os.getuid()}" / "kernels" / name
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder
