"""One workbench for this process: of the server that started the kernel, or served here."""

from __future__ import annotations

import atexit
import threading

from ogai_lab import client
from ogai_lab.workbench import Workbench

_lock = threading.RLock()
_current: Workbench | None = None


def workbench() -> Workbench:
    """Return the workbench of this process, made when it is first asked for.

    In a kernel of a Jupyter server with OGAI Lab it is that server's. Elsewhere it is served in
    this process, which leads the local queue as long as nobody else does.
    """
    global _current
    with _lock:
        if _current is None:
            _current = client.connect() if client.has_server() else Workbench.local()
            atexit.register(_current.close)
        return _current


def connect(url: str | None = None, token: str | None = None) -> Workbench:
    """Use another server from now on, and return its workbench.

    Parameters
    ----------
    url
        The server's address, as the browser shows it. Left out: what the environment says, as if
        nothing had been chosen.
    token
        A token of the server; the one in the address when left out.

    Raises
    ------
    OgaiError
        When the server does not answer, or does not accept the token; the old one stays in use.
    """
    global _current
    if url is not None:
        chosen = client.connect(url, token)
        chosen.activity.last()  # find out now, not at the next job
    with _lock:
        old, _current = _current, chosen if url is not None else None
    if old is not None:
        atexit.unregister(old.close)
        old.close()
    return workbench()
