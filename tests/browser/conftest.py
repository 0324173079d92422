"""A real JupyterLab with the built extension, and a real Chromium in front of it."""

from __future__ import annotations

import functools
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).parents[2]
BUILT = ROOT / "ogai_lab" / "labextension"
SCREENSHOTS = ROOT / "build" / "screenshots"
_TOKEN = "browser-test"
_START_SECONDS = 90
_JOB_SECONDS = 60


@dataclass
class Lab:
    """A JupyterLab server of its own: home, configuration, notebooks, port."""

    folder: Path
    port: int = 0
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        """The base URL, with a path, because that is where forgotten base URLs show."""
        return f"http://127.0.0.1:{self.port}/base/"

    @property
    def notebooks(self) -> Path:
        return self.folder / "notebooks"

    def start(self) -> None:
        """Start the server and wait until it answers; a second start takes the same port."""
        self.port = self.port or _free_port()
        command = [
            *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"),
            f"--ServerApp.port={self.port}",
            "--ServerApp.port_retries=0",
            "--ServerApp.base_url=/base/",
            f"--IdentityProvider.token={_TOKEN}",
            f"--ServerApp.root_dir={self.notebooks}",
        ]
        with (self.folder / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                command, env=self._environment(), stdout=log, stderr=log, cwd=self.folder
            )
        deadline = time.monotonic() + _START_SECONDS
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                pytest.fail((self.folder / "server.log").read_text()[-4000:])
            time.sleep(0.1)

    def stop(self) -> None:
        """Stop the server; jobs that run go on."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait(30)
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

    def wait(self, job: str, *states: str) -> None:
        """Wait until a job is in one of `states`."""
        deadline = time.monotonic() + _JOB_SECONDS
        while (state := self.job(job)["state"]) not in states:
            assert time.monotonic() < deadline, f"{job} is {state}"
            time.sleep(0.1)

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
            base_url=f"{self.url}ogai", headers={"Authorization": f"token {_TOKEN}"}, timeout=30
        )

    def open(self, page: Page, path: str = "lab") -> None:
        """Open the workbench, without what was open in it before, and wait until it can be used."""
        page.goto(f"{self.url}{path}?token={_TOKEN}&reset")
        page.wait_for_selector("#jupyterlab-splash", state="detached", timeout=60_000)
        page.wait_for_selector("#jp-main-content-panel", timeout=60_000)

    def set(self, extension: str, plugin: str, values: dict[str, object]) -> None:
        """Write a user's settings of a plugin."""
        path = self.folder / "settings" / extension / f"{plugin}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(values))

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}api/status?token={_TOKEN}", timeout=2):
                return True
        except (urllib.error.URLError, OSError):
            return False

    def _environment(self) -> dict[str, str]:
        for name in (
            "notebooks",
            "home",
            "config/jupyter_server_config.d",
            "share/labextensions/@ogai",
        ):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        config = self.folder / "config" / "jupyter_server_config.d" / "ogai_lab_server.json"
        shutil.copy(ROOT / "server" / "jupyter-config" / "ogai_lab_server.json", config)
        extension = self.folder / "share" / "labextensions" / "@ogai" / "lab"
        if not extension.is_symlink():
            extension.symlink_to(BUILT)
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
            "OGAI_HOME": str(self.folder / "ogai"),
        }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _started(folder: Path) -> Iterator[Lab]:
    if not (BUILT / "package.json").exists():
        pytest.fail(f"The front end is not built: {BUILT} is missing. Run: make install")
    lab = Lab(folder)
    lab.start()
    yield lab
    lab.cancel_all()
    lab.stop()


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A server that the tests of a session share."""
    yield from _started(tmp_path_factory.mktemp("lab"))


@pytest.fixture
def own_lab(tmp_path: Path) -> Iterator[Lab]:
    """A server for one test alone, which may stop it."""
    yield from _started(tmp_path)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The system's Chromium."""
    path = (
        shutil.which("chromium")
        or shutil.which("chromium-browser")
        or shutil.which("google-chrome")
    )
    if path is None:
        pytest.skip("no Chromium on this machine; install the package chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A window of its own, without what another test left behind."""
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    context.set_default_timeout(20_000)
    page = context.new_page()
    failed = request.session.testsfailed
    yield page
    if request.session.testsfailed > failed:
        _picture(page, f"failed-{request.node.name}")
    context.close()


@pytest.fixture
def shoot(page: Page) -> Callable[[str], None]:
    """Take a picture of the window into build/screenshots."""
    return functools.partial(_picture, page)


def _picture(page: Page, name: str) -> None:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{name}.png")
