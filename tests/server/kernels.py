"""The processes of kernels that a server started."""

from __future__ import annotations

import contextlib
import time
from typing import Any

import psutil


def kernel_process(server: Any, kernel: str, other_than: int = 0) -> tuple[int, dict[str, str]]:
    """Return the process of a kernel and the environment it was started with."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        for child in psutil.Process(server.process.pid).children(recursive=True):
            with contextlib.suppress(psutil.Error):  # it ended, as the agents of jobs do
                if child.pid != other_than and any(kernel in part for part in child.cmdline()):
                    return child.pid, child.environ()
        time.sleep(0.1)
    raise AssertionError("the kernel did not start")
