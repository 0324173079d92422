"""What the extension costs a Jupyter server: CPU time and memory at its first answer, and later.

The same bare server is started without any extension and with ours, in turn. The figures at the
first answer are what a user waits for; "services built" is after ``/ogai/health`` answered, when
every layer has been imported and the queue is led.
"""

from __future__ import annotations

import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx
import psutil

BAR_CPU, BAR_MB = 0.35, 30.0
ROUNDS = 5


def start(extension: bool, build: bool, home: str) -> tuple[float, float, float]:
    """Return CPU seconds, resident MB and wall seconds of a server at its first answer."""
    with tempfile.TemporaryDirectory() as folder, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        environment = os.environ | {
            "OGAI_HOME": home,
            "JUPYTER_CONFIG_DIR": f"{folder}/config",
            "JUPYTER_CONFIG_PATH": f"{folder}/none",
            "JUPYTER_RUNTIME_DIR": f"{folder}/runtime",
            "JUPYTER_DATA_DIR": f"{folder}/data",
        }
        command = [
            *(sys.executable, "-m", "jupyter_server", "--allow-root", "--no-browser"),
            *(f"--ServerApp.port={port}", "--IdentityProvider.token=t", f"--notebook-dir={folder}"),
            f"--ServerApp.jpserver_extensions={_extensions(extension)}",
        ]
        began = time.monotonic()
        process = subprocess.Popen(
            command,
            env=environment,
            cwd=folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            _answer(f"http://127.0.0.1:{port}/api/status")
            wall = time.monotonic() - began
            if build:
                _answer(f"http://127.0.0.1:{port}/ogai/health")
            seen = psutil.Process(process.pid)
            times = seen.cpu_times()
            return times.user + times.system, seen.memory_info().rss / 2**20, wall
        finally:
            process.terminate()
            process.wait(20)


def _extensions(ours: bool) -> dict[str, bool]:
    """Return every installed server extension switched off, except ours if wanted."""
    from jupyter_core.paths import jupyter_config_path
    from jupyter_server.extension.config import ExtensionConfigManager

    known: set[str] = {"ogai_lab_server"}
    for folder in jupyter_config_path():
        manager = ExtensionConfigManager(read_config_path=[str(Path(folder))])
        known |= set(manager.get_jpserver_extensions())  # type: ignore[no-untyped-call]
    return dict.fromkeys(sorted(known), False) | {"ogai_lab_server": ours}


def _answer(url: str) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            httpx.get(url, headers={"Authorization": "token t"}, timeout=60).raise_for_status()
        except httpx.TransportError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return


def main() -> None:
    ways = {
        "bare server": (False, False),
        "with ogai_lab_server": (True, False),
        "… services built": (True, True),
    }
    runs: dict[str, list[tuple[float, float, float]]] = {name: [] for name in ways}
    with tempfile.TemporaryDirectory() as home:
        start(True, True, home)  # makes the database, as the first start of all does
        for _ in range(ROUNDS):
            for name, way in ways.items():
                runs[name].append(start(*way, home))
    found = {
        name: tuple(statistics.median(column) for column in zip(*rows, strict=True))
        for name, rows in runs.items()
    }
    print(f"{'median of ' + str(ROUNDS):<22} {'CPU s':>7} {'MB':>7} {'wall s':>7}")
    for name, (cpu, memory, wall) in found.items():
        print(f"{name:<22} {cpu:7.2f} {memory:7.1f} {wall:7.2f}")
    bare, ours, _ = found.values()
    cpu, memory = ours[0] - bare[0], ours[1] - bare[1]
    print(f"cost at the first answer: {cpu:+.2f} CPU s, {memory:+.1f} MB")
    print(f"ratio: {cpu / BAR_CPU:.2f} of the CPU bar, {memory / BAR_MB:.2f} of the memory bar")
    if cpu > BAR_CPU or memory > BAR_MB:
        sys.exit(f"the extension may cost {BAR_CPU} CPU s and {BAR_MB} MB")


if __name__ == "__main__":
    main()
