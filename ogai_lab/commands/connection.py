"""Whom to ask: the server that this process belongs to, one that runs, or this process itself."""

from __future__ import annotations

import os

from ogai_lab import client
from ogai_lab.workbench import Workbench

HOME = "OGAI_HOME"
_ANSWER_SECONDS = 2.0


def open_workbench() -> Workbench:
    """Return a workbench for a command.

    ``OGAI_URL`` and ``OGAI_TOKEN`` name a server. Without them a Jupyter server of this user that
    runs with OGAI Lab is asked, unless ``OGAI_HOME`` says which home is meant; without one the
    workbench is served in this process, which leads the queue as long as nobody else does.
    """
    if client.has_server():
        return client.connect()
    running = None if os.environ.get(HOME) else running_server()
    return client.connect(*running) if running else Workbench.local()


def running_server() -> tuple[str, str] | None:
    """Return address and token of a running Jupyter server of this user with OGAI Lab on it."""
    import httpx
    from jupyter_server.serverapp import list_running_servers

    for server in list_running_servers():
        address = f"{server['url'].rstrip('/')}/ogai"
        token = str(server.get("token") or "")
        try:
            answer = httpx.get(
                f"{address}/health",
                headers={"Authorization": f"token {token}"} if token else {},
                timeout=_ANSWER_SECONDS,
            )
        except httpx.HTTPError:
            continue
        if answer.status_code == httpx.codes.OK:
            return address, token
    return None
