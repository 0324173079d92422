from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from jupyter_client.blocking import BlockingKernelClient
from jupyter_client.manager import KernelManager

ROOT = Path(__file__).parents[2]
SECONDS = 60.0


class Kernel:
    """A real kernel in a process of its own, with a home and a working folder of its own."""

    def __init__(self, manager: KernelManager, client: BlockingKernelClient, folder: Path) -> None:
        self.manager = manager
        self.client = client
        self.folder = folder

    def send(self, code: str) -> str:
        """Start running a cell and return the number of its request."""
        return str(self.client.execute(code))

    def messages(self, request: str) -> list[dict[str, Any]]:
        """Return what a cell says until it is over, from other threads too."""
        found = []
        deadline = time.monotonic() + SECONDS
        while True:
            message = self.client.get_iopub_msg(timeout=deadline - time.monotonic())
            found.append(message)
            if (
                message["msg_type"] == "status"
                and message["content"]["execution_state"] == "idle"
                and message["parent_header"].get("msg_id") == request
            ):
                return found

    def until(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Return the next message that is wanted."""
        deadline = time.monotonic() + SECONDS
        while True:
            message = self.client.get_iopub_msg(timeout=deadline - time.monotonic())
            if wanted(message):
                return dict(message)

    def run(self, code: str) -> list[dict[str, Any]]:
        """Run a cell and return its messages; an error in it fails the test."""
        found = self.messages(self.send(code))
        for message in found:
            assert message["msg_type"] != "error", "\n".join(message["content"]["traceback"])
        return found

    def value(self, code: str) -> dict[str, Any]:
        """Run a cell and return the forms of its last value."""
        shown = [m for m in self.run(code) if m["msg_type"] in ("execute_result", "display_data")]
        return dict(shown[-1]["content"]["data"])

    def text(self, code: str) -> str:
        """Run a cell and return what it printed."""
        streams = [m["content"]["text"] for m in self.run(code) if m["msg_type"] == "stream"]
        return "".join(streams)

    def complete(self, line: str) -> list[str]:
        """Return what Tab offers at the end of a line."""
        reply = self.client.complete(line, reply=True, timeout=SECONDS)
        return list(reply["content"]["matches"])


@pytest.fixture(scope="module")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    """A kernel that has imported `ogai`; shared by the tests of a module."""
    folder = tmp_path_factory.mktemp("kernel")
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("OGAI_", "JUPYTER"))}
    environment |= {
        "OGAI_HOME": str(folder / "home"),
        "OGAI_LANG": "en",
        "PYTHONPATH": str(ROOT),
        "IPYTHONDIR": str(folder / "ipython"),
    }
    work = folder / "work"
    work.mkdir()
    manager = KernelManager(kernel_name="python3")
    manager.start_kernel(cwd=str(work), env=environment)
    client = manager.blocking_client()
    client.start_channels()
    client.wait_for_ready(timeout=SECONDS)
    started = Kernel(manager, client, work)
    started.run("import ogai_lab as ogai")
    yield started
    client.stop_channels()
    manager.shutdown_kernel(now=True)
