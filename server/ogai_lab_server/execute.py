"""Execute a notebook on a real Jupyter server with the extension, printing what it shows.

``python -m ogai_lab_server.execute notebooks/quickstart.ipynb`` starts a server of its own on a
free port, runs the notebook's cells through its REST API and websockets, as a browser would, and
writes the executed copy. The kernel is the server's, so it finds OGAI Lab by the credential that
the server gives it.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_START_SECONDS = 60.0
_STOP_SECONDS = 20.0


def main() -> int:
    """Run the command line; return its exit code."""
    parser = argparse.ArgumentParser(prog="python -m ogai_lab_server.execute", description=__doc__)
    parser.add_argument("notebook", type=Path)
    parser.add_argument("--output", type=Path, help="where to write the executed copy")
    parser.add_argument("--home", type=Path, help="OGAI_HOME of the server")
    options = parser.parse_args()
    with server(options.notebook.parent, home=options.home) as (url, token):
        print(f"Jupyter server at {url}", flush=True)  # noqa: T201
        return execute(options.notebook, options.output, url=url, token=token)


@contextlib.contextmanager
def server(folder: Path, *, home: Path | None = None) -> Iterator[tuple[str, str]]:
    """Start a Jupyter server with the extension in a process of its own; end it afterwards.

    Parameters
    ----------
    folder
        What the server shows as its root.
    home
        ``OGAI_HOME`` of the server; the user's when left out.

    Yields
    ------
    tuple
        The server's URL and its token.

    Raises
    ------
    RuntimeError
        When it does not answer within a minute; the message ends with its log.
    """
    token = secrets.token_hex(16)
    environment = os.environ | {"JUPYTER_TOKEN": token}
    if home is not None:
        environment["OGAI_HOME"] = str(home.absolute())
    with tempfile.TemporaryDirectory(prefix="ogai-server-") as scratch:
        # The port is the server's own choice; it says which in its runtime file.
        environment["JUPYTER_RUNTIME_DIR"] = scratch
        log_path = Path(scratch) / "server.out"
        command = [sys.executable, "-m", "jupyter_server", "--no-browser", "--ServerApp.port=0"]
        command += [f"--ServerApp.root_dir={folder.absolute()}", "--allow-root"]
        command += ["--ServerApp.jpserver_extensions", "ogai_lab_server=True"]
        with log_path.open("wb") as log:
            process = subprocess.Popen(
                command, env=environment, stdout=log, stderr=log, start_new_session=True
            )
        try:
            yield _answering(process, Path(scratch), token, log_path), token
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _answering(process: subprocess.Popen[bytes], runtime: Path, token: str, log: Path) -> str:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        for file in runtime.glob(f"jpserver-{process.pid}.json"):
            with contextlib.suppress(ValueError, OSError):
                url = str(json.loads(file.read_text())["url"])
                request = urllib.request.Request(f"{url}ogai/health")  # noqa: S310
                request.add_header("Authorization", f"token {token}")
                with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310
                    if answer.status == 200:
                        return url
        time.sleep(0.1)
    raise RuntimeError(f"The Jupyter server did not start:\n{log.read_text()[-4000:]}")


def execute(notebook: Path, output: Path | None, *, url: str, token: str) -> int:
    """Execute a notebook on the server at `url`, printing each cell's text output.

    Parameters
    ----------
    notebook, output
        The notebook, and where its executed copy goes (nowhere when None).
    url, token
        The server and its token.

    Returns
    -------
    int
        0, or 1 when a cell failed.
    """
    import nbformat
    from jupyter_server.gateway.gateway_client import GatewayClient
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError

    GatewayClient.clear_instance()
    GatewayClient.instance(url=url.rstrip("/"), auth_token=token, auth_scheme="token")
    document: Any = nbformat.reads(notebook.read_text(), as_version=4)  # type: ignore[no-untyped-call]
    client = NotebookClient(
        document,
        timeout=1800,
        kernel_name="python3",
        kernel_manager_class=_kernel_manager(token),
        on_cell_start=lambda cell, cell_index: _heading(document, cell, cell_index),
        on_cell_executed=lambda cell, **_: _show(cell),
    )
    try:
        client.execute()
    except CellExecutionError as exc:
        print(f"\nThe notebook stopped here:\n{exc}", file=sys.stderr)  # noqa: T201
        return 1
    finally:
        if output is not None:
            output.parent.mkdir(parents=True, exist_ok=True)
            output.write_text(nbformat.writes(document))  # type: ignore[no-untyped-call]
    return 0


def _kernel_manager(token: str) -> type[Any]:
    """Return a manager of kernels on another server, whose websocket carries the token.

    jupyter_server's own sends the token with each request, but not with the websocket's.
    """
    import websocket
    from jupyter_client.asynchronous.client import AsyncKernelClient
    from jupyter_server.gateway.gateway_client import GatewayClient
    from jupyter_server.gateway.managers import GatewayKernelClient, GatewayKernelManager

    class Client(GatewayKernelClient):
        async def start_channels(  # type: ignore[override]  # its two bases disagree
            self,
            shell: bool = True,
            iopub: bool = True,
            stdin: bool = True,
            hb: bool = True,
            control: bool = True,
        ) -> None:
            self.channel_socket = websocket.create_connection(
                f"{GatewayClient.instance().ws_url}/api/kernels/{self.kernel_id}/channels",
                timeout=_START_SECONDS,
                enable_multithread=True,
                header=[f"Authorization: token {token}"],
            )
            AsyncKernelClient.start_channels(self, shell, iopub, stdin, hb, control)
            self.response_router = threading.Thread(target=self._route_responses, daemon=True)
            self.response_router.start()

    class Manager(GatewayKernelManager):
        client_factory = Client

    return Manager


def _heading(document: Any, cell: Any, index: int) -> None:
    """Print the text cells between the last code cell and this one."""
    texts: list[str] = []
    for before in reversed(document.cells[:index]):
        if before.cell_type == "code":
            break
        texts.insert(0, before.source)
    if cell.cell_type == "code" and texts:
        print("\n" + "\n\n".join(texts) + "\n", flush=True)  # noqa: T201


def _show(cell: Any) -> None:
    """Print what a cell showed, as text."""
    for shown in cell.get("outputs", []):
        text = shown.get("text") or shown.get("data", {}).get("text/plain", "")
        if text:
            print("".join(text).rstrip(), flush=True)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
