"""Fixtures for every layer: a home folder, a database of each kind, a real Jupyter server."""

from __future__ import annotations

import itertools
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from ogai_lab.core.blobs import BlobStore
from ogai_lab.core.database import Database
from ogai_lab.core.events import EventLog
from ogai_lab.core.home import Home

os.environ["OGAI_SPARE_SECONDS"] = "0"  # no warm parent outlives the job of a test
_numbers = itertools.count()
_START_SECONDS = 60
_SOURCES = [str(Path(__file__).parents[1]), str(Path(__file__).parents[1] / "server")]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the control plane's tests, which take longest, first, and the browser's last.

    Playwright keeps an event loop running once it has begun.
    """
    items.sort(key=_turn)


def _turn(item: pytest.Item) -> int:
    if item.get_closest_marker("kubernetes"):
        return 0
    return 2 if item.get_closest_marker("browser") else 1


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Give whole files to the processes that share the tests, and one of them the cluster's.

    xdist's own groups are marks that it writes into names, which pytest 9.2 no longer reads.
    """
    from xdist.scheduler import LoadScopeScheduling

    class WholeFiles(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return "cluster" if nodeid.startswith("tests/cluster/") else nodeid.split("::")[0]

    return WholeFiles(config, log)


@dataclass
class RunningServer:
    """A Jupyter server of the test's own, in a process of its own."""

    url: str
    token: str
    process: subprocess.Popen[bytes]
    folder: Path

    @property
    def log(self) -> str:
        """What the server has logged so far."""
        return (self.folder / "server.log").read_text()

    def client(self, token: str | None = None, **options: Any) -> httpx.Client:
        """Return a client of the server; `token` replaces the server's own."""
        options.setdefault("headers", {"Authorization": f"Bearer {token or self.token}"})
        return httpx.Client(base_url=self.url, timeout=30, **options)

    def stop(self, number: int = signal.SIGTERM) -> None:
        """End the process and wait for it; idempotent."""
        if self.process.poll() is None:
            self.process.send_signal(number)
            self.process.wait(20)


ServerStarter = Callable[..., RunningServer]


@pytest.fixture(scope="session")
def start_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerStarter]:
    """Start Jupyter servers with the extension; each option is one ``--Class.trait=value``."""
    started: list[RunningServer] = []

    def start(
        *options: str,
        base: str = "/",
        home: Path | None = None,
        environment: dict[str, str] | None = None,
        port: int = 0,
        scheme: str = "http",
        token: str | None = None,
        root: Path | None = None,
    ) -> RunningServer:
        folder = tmp_path_factory.mktemp("server")
        port = port or _free_port()
        token = token or "sesame-" + secrets.token_hex(8)
        variables = {k: v for k, v in os.environ.items() if not k.startswith(("OGAI_", "JUPYTER"))}
        variables |= {
            "OGAI_HOME": str(home or folder / "home"),
            "JUPYTER_CONFIG_DIR": str(folder / "config"),
            "JUPYTER_DATA_DIR": str(folder / "data"),
            "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
            "JUPYTER_PREFER_ENV_PATH": "0",
            "PYTHONPATH": os.pathsep.join([*_SOURCES, os.environ.get("PYTHONPATH", "")]),
            "JUPYTER_TOKEN": token,
        }
        with (folder / "server.log").open("wb") as log:
            process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "jupyter_server", "--allow-root", "--no-browser"),
                    f"--ServerApp.port={port}",
                    "--ServerApp.port_retries=0",
                    f"--ServerApp.base_url={base}",
                    f"--ServerApp.root_dir={root or folder}",
                    "--ServerApp.allow_unauthenticated_access=False",
                    "--ServerApp.jpserver_extensions={'ogai_lab_server': True}",
                    *options,
                ],
                env=variables | (environment or {}),
                cwd=folder,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        url = f"{scheme}://127.0.0.1:{port}{base.rstrip('/')}"
        server = RunningServer(url, token, process, folder)
        started.append(server)
        _wait_until_it_answers(server)
        return server

    yield start
    for server in started:
        if server.process.poll() is None:
            server.process.terminate()
    for server in started:
        server.stop()


@pytest.fixture(scope="session")
def server(start_server: ServerStarter) -> RunningServer:
    """A Jupyter server with the extension, behind a base URL, shared by all tests."""
    return start_server("--OgaiApp.max_body=1000000", base="/user/me")


def _wait_until_it_answers(server: RunningServer) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while True:
        try:
            httpx.get(f"{server.url}/api", timeout=5, verify=False)
        except httpx.TransportError:
            assert server.process.poll() is None, server.log
            assert time.monotonic() < deadline, server.log
            time.sleep(0.1)
        else:
            return


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """An empty home folder, which is also what the environment names."""
    monkeypatch.setenv("OGAI_HOME", str(tmp_path / "home"))
    for name in ("OGAI_DATABASE_URL", "OGAI_BLOBS_URL", "OGAI_URL", "OGAI_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    return Home.open()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database, of each kind in turn."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/test.db"
    url: str = request.getfixturevalue("fresh_postgres")
    return url


@pytest.fixture
def fresh_postgres(postgres: str) -> str:
    """The URL of an empty PostgreSQL database."""
    name = f"test_{os.getpid()}_{next(_numbers)}"
    admin = sa.create_engine(postgres, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    admin.dispose()
    return postgres.replace("@/postgres", f"@/{name}")


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """An empty database, of each kind in turn."""
    database = Database(database_url)
    yield database
    database.close()


@pytest.fixture
def events(database: Database) -> EventLog:
    """The event log of `database`."""
    return EventLog(database)


@pytest.fixture
def blobs(home: Home) -> BlobStore:
    """An empty blob store in the home folder."""
    return BlobStore(home.blobs_url)


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of a PostgreSQL cluster of this session's own, on a Unix socket."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        pytest.skip("PostgreSQL's server is not installed (no /usr/lib/postgresql/*/bin/initdb)")
    binaries = found[-1].parent
    folder = Path(tempfile.mkdtemp(prefix="ogai-pg-", dir="/tmp"))
    run = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]
    if os.geteuid() == 0:  # postgres refuses to run as root
        shutil.chown(folder, "nobody", "nogroup")
    else:
        run = []

    def call(*arguments: str) -> None:
        subprocess.run(
            [*run, *arguments],
            check=True,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            timeout=60,
        )

    data = str(folder / "data")
    options = f"-k {folder} -c listen_addresses='' -c fsync=off -c max_connections=50"
    control = [str(binaries / "pg_ctl"), "-D", data, "-s", "-w"]
    try:
        call(
            *(str(binaries / "initdb"), "-D", data, "-U", "ogai", "-A", "trust"),
            *("-E", "UTF8", "--locale=C", "--no-sync"),
        )
        call(*control, "-l", str(folder / "log"), "-o", options, "start")
        yield f"postgresql+psycopg://ogai@/postgres?host={folder}"
        call(*control, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
