"""Fixtures for every layer: a home folder, and a database of each kind."""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from ogai_lab.core.blobs import BlobStore
from ogai_lab.core.database import Database
from ogai_lab.core.events import EventLog
from ogai_lab.core.home import Home

pytest_plugins = ("pytest_jupyter.jupyter_server",)

_numbers = itertools.count()


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
