"""The kernel's credential: good for ``/ogai`` alone, and only while that kernel lives.

It is ``ogk.<kernel id>.<HMAC of the id>``, so nothing is stored and a restarted kernel, which
keeps its id and its environment, keeps it. The secret stays on the server's shelf, for the next
server goes on with the kernels that are sessions. Jupyter's own tokens, which are good for
everything, are not handed on.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from jupyter_server.serverapp import ServerApp

PREFIX = "ogk."
_WILDCARDS = ("", "0.0.0.0", "::")  # noqa: S104
_SERVER_TOKENS = ("JUPYTERHUB_API_TOKEN", "JPY_API_TOKEN", "JUPYTER_TOKEN")


class KernelCredentials:
    """Makes and checks the credentials of one server's kernels.

    Parameters
    ----------
    server
        The server.
    secret
        What they are made with.
    """

    def __init__(self, server: ServerApp, secret: bytes) -> None:
        self._server = server
        self._secret = secret

    def hand_out(self) -> None:
        """Put a credential into the environment of every kernel that starts from now on."""
        manager: Any = self._server.kernel_manager
        if self._server.gateway_config.gateway_enabled:
            self._server.log.info("OGAI Lab: kernels behind a gateway get no credential")
            return
        start = manager.start_kernel

        async def start_with_credential(*args: Any, **kwargs: Any) -> str:
            kernel_id = kwargs.get("kernel_id") or manager.new_kernel_id(**kwargs)
            environment = dict(kwargs.get("env") or os.environ)
            for name in _SERVER_TOKENS:
                environment.pop(name, None)
            kwargs["kernel_id"] = kernel_id
            kwargs["env"] = environment | self.variables(kernel_id)
            started: str = await start(*args, **kwargs)
            return started

        manager.start_kernel = start_with_credential

    def is_valid(self, credential: str) -> bool:
        """Whether `credential` is that of a kernel that lives."""
        kernel_id = credential.removeprefix(PREFIX).rpartition(".")[0]
        genuine = hmac.compare_digest(credential.encode(), self._mint(kernel_id).encode())
        return genuine and kernel_id in self._server.kernel_manager

    def _mint(self, kernel_id: str) -> str:
        mac = hmac.new(self._secret, kernel_id.encode(), hashlib.sha256).hexdigest()
        return f"{PREFIX}{kernel_id}.{mac}"

    def variables(self, kernel_id: str) -> dict[str, str]:
        """Return what a kernel finds this server by."""
        if self._server.sock:
            return {}  # a server on a Unix socket has no address that a kernel could call
        variables = {"OGAI_URL": self._url(), "OGAI_TOKEN": self._mint(kernel_id)}
        if self._server.certfile:  # often one that no authority vouches for
            variables["OGAI_CERTIFICATE"] = os.path.abspath(self._server.certfile)  # noqa: PTH100
        return variables

    def _url(self) -> str:
        parts = urlsplit(self._server.connection_url)
        if self._server.ip in _WILDCARDS:  # the kernel is on this machine
            parts = parts._replace(netloc=f"127.0.0.1:{parts.port}" if parts.port else "127.0.0.1")
        return urlunsplit(parts).rstrip("/") + "/ogai"
