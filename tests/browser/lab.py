"""A JupyterLab server of a test's own: its home, its configuration, its port."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Page, expect

ROOT = Path(__file__).parents[2]
BUILT = ROOT / "ogai_lab" / "labextension"
TOKEN = "browser-test"
PATIENCE = 60_000
"""Milliseconds for what takes seconds on a machine that has nothing else to do."""
# One picture must look the same on every machine.
CHROMIUM = ("--no-sandbox", "--disable-lcd-text", "--font-render-hinting=none", "--hide-scrollbars")
_START_SECONDS = 120
_JOB_SECONDS = 120
_SERVER_PARTS = {
    "dask_labextension": "dask-labextension",
    "jupyter_server_proxy": "dask-labextension",
    "jupyter_resource_usage": "@jupyter-server/resource-usage",
}
"""Server extensions that benchmarks install, and the front end that each belongs to."""
_SHARE = Path(sys.prefix) / "share" / "jupyter" / "labextensions"


@dataclass
class Lab:
    """A JupyterLab server of its own: home, configuration, notebooks, port.

    Parameters
    ----------
    folder
        Where all of it lies.
    options
        Further options of the command line.
    extensions
        The prebuilt front ends that the workbench loads: ours, and those of the environment.
        Others that happen to be installed there are left out.
    environment
        Further variables of the server's environment.
    """

    folder: Path
    options: tuple[str, ...] = ()
    extensions: tuple[str, ...] = ("@ogai/lab", "@jupyter-widgets/jupyterlab-manager", "anywidget")
    environment: dict[str, str] = field(default_factory=dict)
    port: int = 0
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        """The base URL, with a path, because that is where forgotten base URLs show."""
        return f"http://127.0.0.1:{self.port}/base/"

    @property
    def notebooks(self) -> Path:
        return self.folder / "notebooks"

    @property
    def home(self) -> Path:
        return self.folder / "ogai"

    def start(self) -> None:
        """Start the server and wait until it answers; a second start takes the same port."""
        self.port = self.port or _free_port()
        share = self.folder / "share" / "labextensions"
        command = [
            *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"),
            f"--ServerApp.port={self.port}",
            "--ServerApp.port_retries=0",
            "--ServerApp.base_url=/base/",
            "--LabApp.expose_app_in_browser=True",
            f"--IdentityProvider.token={TOKEN}",
            f"--ServerApp.root_dir={self.notebooks}",
            f"--LabServerApp.labextensions_path={share}",
            f"--LabApp.labextensions_path={share}",
            *self.options,
        ]
        with (self.folder / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                command, env=self._environment(), stdout=log, stderr=log, cwd=self.folder
            )
        deadline = time.monotonic() + _START_SECONDS
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError((self.folder / "server.log").read_text()[-4000:])
            time.sleep(0.1)

    def stop(self) -> None:
        """Stop the server; jobs that run go on."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait(60)
            self.process = None

    def submit(self, name: str, script: str, **spec: object) -> str:
        """Submit a shell script as a job and return its id."""
        run = {"kind": "command", "argv": ["sh", "-c", script]}
        body = {"spec": {"run": run, "name": name, "cpus": 0.1} | spec}
        with self.api() as api:
            answer = api.post("/scheduler/jobs", json=body)
        assert answer.is_success, answer.text
        job: str = answer.json()["id"]
        return job

    def job(self, job: str) -> dict[str, Any]:
        """Return a job as the server has it."""
        with self.api() as api:
            found: dict[str, Any] = api.get(f"/scheduler/jobs/{job}").json()
        return found

    def node(self) -> str:
        """Return the name of the first node."""
        with self.api() as api:
            name: str = api.get("/scheduler/nodes").json()[0]["name"]
        return name

    def wait(self, job: str, *states: str) -> None:
        """Wait until a job is in one of `states`."""
        deadline = time.monotonic() + _JOB_SECONDS
        while (state := self.job(job)["state"]) not in states:
            assert time.monotonic() < deadline, f"{job} is {state}"
            time.sleep(0.1)

    def wait_until_saved(self, part: str, key: str = "layout-restorer:data") -> None:
        """Wait until the saved workspace, which a reload brings back, has `part` under `key`."""
        deadline = time.monotonic() + _JOB_SECONDS
        url = f"{self.url}lab/api/workspaces/default?token={TOKEN}"
        while True:
            saved = httpx.get(url, timeout=60).json()["data"]
            if part in json.dumps(saved.get(key)):
                return
            assert time.monotonic() < deadline, saved
            time.sleep(0.2)

    def wait_for_kernel(self, page: Page) -> None:
        """Wait until the open notebook has its kernel, and can draw widgets: that comes later."""
        expect(page.get_by_text("| Idle")).to_be_visible(timeout=60_000)
        page.wait_for_function(
            "() => jupyterapp.shell.currentWidget.content.rendermime.mimeTypes"
            ".includes('application/vnd.jupyter.widget-view+json')",
            timeout=60_000,
        )

    def cancel_all(self) -> None:
        """End every job; those that run would outlive the server."""
        if self.process is None:
            self.start()
        with self.api() as api:
            for states in (
                "state=queued",
                "state=starting&state=running",
            ):  # or the next would start
                jobs = f"/scheduler/jobs?limit=500&{states}"
                while items := api.get(jobs).json()["items"]:
                    for item in items:
                        api.post(f"/scheduler/jobs/{item['id']}/cancel", json={})
            while api.get("/scheduler/jobs?state=stopping").json()["items"]:
                time.sleep(0.1)

    def api(self) -> httpx.Client:
        """Return a client of the server's API."""
        return httpx.Client(
            base_url=f"{self.url}ogai", headers={"Authorization": f"token {TOKEN}"}, timeout=60
        )

    def open(self, page: Page, path: str = "lab") -> None:
        """Open the workbench, without what was open in it before, and wait until it can be used.

        `path` may have a query of its own (`lab?ogai=map`).
        """
        page.goto(f"{self.url}{path}{'&' if '?' in path else '?'}token={TOKEN}&reset")
        page.wait_for_selector("#jupyterlab-splash", state="detached", timeout=PATIENCE)
        page.wait_for_selector("#jp-main-content-panel", timeout=PATIENCE)
        if path.startswith("lab"):  # only then is the old workspace gone
            page.wait_for_function("!location.search.includes('reset')", timeout=PATIENCE)

    def set(self, extension: str, plugin: str, values: dict[str, object]) -> None:
        """Write a user's settings of a plugin."""
        path = self.folder / "settings" / extension / f"{plugin}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(values))

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}api/status?token={TOKEN}", timeout=5):
                return True
        except (urllib.error.URLError, OSError):
            return False

    def _environment(self) -> dict[str, str]:
        for name in ("notebooks", "home", "config/jupyter_server_config.d", "share/labextensions"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        config = self.folder / "config" / "jupyter_server_config.d" / "ogai_lab_server.json"
        shutil.copy(ROOT / "server" / "jupyter-config" / "ogai_lab_server.json", config)
        off = {part: False for part, of in _SERVER_PARTS.items() if of not in self.extensions}
        switch = {"ServerApp": {"jpserver_extensions": off}}
        config.with_name("peers.json").write_text(json.dumps(switch))
        for name in self.extensions:
            link = self.folder / "share" / "labextensions" / name
            link.parent.mkdir(exist_ok=True)
            if not link.is_symlink():
                link.symlink_to(BUILT if name == "@ogai/lab" else _SHARE / name)
        self.set("@jupyterlab/apputils-extension", "notification", {"fetchNews": "false"})
        return {
            "HOME": str(self.folder / "home"),
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "LANG": "C.UTF-8",
            "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "server")]),
            "JUPYTER_CONFIG_DIR": str(self.folder / "jupyter"),
            "JUPYTER_CONFIG_PATH": str(self.folder / "config"),
            "JUPYTER_DATA_DIR": str(self.folder / "data"),
            "JUPYTER_RUNTIME_DIR": str(self.folder / "runtime"),
            "JUPYTER_PATH": str(self.folder / "share"),
            "JUPYTERLAB_SETTINGS_DIR": str(self.folder / "settings"),
            "JUPYTERLAB_WORKSPACES_DIR": str(self.folder / "workspaces"),
            "OGAI_HOME": str(self.home),
            **self.environment,
        }


def chromium_path() -> str | None:
    """Return where the system's Chromium is, None when there is none."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next((path for name in names if (path := shutil.which(name))), None)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
