"""The client: a workbench whose services run in a Jupyter server.

In a kernel of that server nothing need be said: the extension put the address and a credential of
the kernel's own into its environment. They end with the kernel.
"""

from __future__ import annotations

import os

from ogai_lab.core.errors import Unavailable
from ogai_lab.workbench import Workbench

URL = "OGAI_URL"
TOKEN = "OGAI_TOKEN"  # noqa: S105
CERTIFICATE = "OGAI_CERTIFICATE"


def has_server() -> bool:
    """Whether the environment names a server to `connect` to."""
    return bool(os.environ.get(URL))


def connect(url: str | None = None, token: str | None = None) -> Workbench:
    """Return a workbench whose services run in the Jupyter server at `url`.

    Nothing is sent yet; the first call finds out whether the server is there.

    Parameters
    ----------
    url
        The server's address, as the browser shows it; ``OGAI_URL`` when left out.
    token
        A token of the server; the one in the address, or ``OGAI_TOKEN``, when left out.

    Raises
    ------
    Unavailable
        When no address is given and none is in the environment.
    InvalidInput
        When it is not the address of a server.
    """
    certificate = None
    if url is None:
        certificate = os.environ.get(CERTIFICATE)
        url, token = os.environ.get(URL), token or os.environ.get(TOKEN)
    if not url:
        raise Unavailable(
            "There is no Jupyter server with OGAI Lab to talk to.",
            cause=f"This process has no {URL} in its environment; a kernel that was started by "
            "such a server has.",
            action="Give the server's address: connect('http://localhost:8888/?token=…').",
        )
    return Workbench.connect(url, token, certificate=certificate)
