"""The database: damage, locks, releases, and two processes at once."""

from __future__ import annotations

import contextlib
import importlib
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

import ogai_lab.core.database
from ogai_lab.core.database import HEAD, Database, after_commit, metadata
from ogai_lab.core.errors import (
    Conflict,
    Corrupt,
    InvalidInput,
    MissingExtra,
    StorageFull,
    Unavailable,
)
from ogai_lab.core.events import events


def test_schema_of_the_migrations_is_the_schema_of_the_tables(database: Database) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    package = Path(ogai_lab.core.database.__file__).parents[1]
    for file in package.glob("*/tables.py"):
        importlib.import_module(f"ogai_lab.{file.parent.name}.tables")
    with database.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": False})
        differences = compare_metadata(context, metadata)
        indexes = {index["name"] for t in metadata.tables for index in _indexes(connection, t)}
    assert [d for d in differences if not str(d[0]).endswith("_index")] == []
    assert indexes == {index.name for table in metadata.tables.values() for index in table.indexes}


def _indexes(connection: sa.Connection, table: str) -> list[Any]:
    found = sa.inspect(connection).get_indexes(table)
    return [index for index in found if "duplicates_constraint" not in index]


def test_a_write_that_fails_leaves_nothing(database: Database) -> None:
    called: list[str] = []

    def fail() -> None:
        with database.write() as connection:
            connection.execute(events.insert().values(time=0, schema="x", data={}))
            after_commit(connection, lambda: called.append("undone"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with database.read() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(events)) == 0
    with database.write() as connection:
        after_commit(connection, lambda: called.append("done"))
        assert called == []
    assert called == ["done"]


def test_a_read_sees_one_state(database: Database) -> None:
    count = sa.select(sa.func.count()).select_from(events)
    with database.read() as reading:
        assert reading.scalar(count) == 0
        with database.write() as writing:
            writing.execute(events.insert().values(time=0, schema="x", data={}))
        assert reading.scalar(count) == 0
    with database.read() as reading:
        assert reading.scalar(count) == 1


def test_writers_follow_each_other(database: Database) -> None:
    """A counter read and written in one transaction by eight threads loses nothing."""
    with database.write() as connection:
        connection.execute(events.insert().values(seq=1, time=0, schema="counter", data={}))

    def count() -> None:
        for _ in range(10):
            with database.write() as connection:
                value = connection.scalar(sa.select(events.c.time)) or 0
                connection.execute(events.update().values(time=value + 1))

    threads = [threading.Thread(target=count) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.read() as connection:
        assert connection.scalar(sa.select(events.c.time)) == 80


def test_processes_that_start_at_once_migrate_once(database_url: str) -> None:
    code = "import sys; from ogai_lab.core.database import Database; Database(sys.argv[1]).close()"
    starting = [
        subprocess.Popen([sys.executable, "-c", code, database_url], stderr=subprocess.PIPE)
        for _ in range(4)
    ]
    for process in starting:
        _, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors.decode()


OPENS = """
import sys, time
from ogai_lab.core.database import _engine
while time.time() < float(sys.argv[2]): pass
for number in range(100):
    engine = _engine(f"sqlite:///{sys.argv[1]}/{number}.db")
    engine.connect().close()
    engine.dispose()
"""


def test_no_process_is_refused_a_file_that_another_one_has_just_made(tmp_path: Path) -> None:
    command = [sys.executable, "-c", OPENS, str(tmp_path), str(time.time() + 2)]
    opening = [subprocess.Popen(command, stderr=subprocess.PIPE) for _ in range(3)]
    for process in opening:
        _, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors.decode()


def test_a_newer_release_is_not_touched(database_url: str) -> None:
    database = Database(database_url)
    with database.write() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    database.close()
    with pytest.raises(Conflict, match=f"9999; this release knows {HEAD}") as caught:
        Database(database_url)
    assert "Upgrade" in caught.value.action


@pytest.mark.parametrize("damage", [b"not a database" * 100, b"SQLite format 3\0" + b"\xff" * 4000])
def test_a_damaged_file_is_said_to_be_damaged(tmp_path: Path, damage: bytes) -> None:
    (tmp_path / "bad.db").write_bytes(damage)
    with pytest.raises(Corrupt, match=r"bad\.db is damaged"):
        Database(f"sqlite:///{tmp_path}/bad.db")
    assert (tmp_path / "bad.db").read_bytes() == damage


def test_damage_in_the_middle_is_found_when_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "torn.db"
    database = Database(f"sqlite:///{path}")
    with database.write() as connection:
        for _ in range(200):
            connection.execute(
                events.insert().values(time=0, schema="x" * 90, data={"text": "y" * 500})
            )
    database.close()
    content = bytearray(path.read_bytes())
    content[4096 * 8 :] = b"\xee" * (len(content) - 4096 * 8)
    path.write_bytes(content)

    def read_all() -> None:
        damaged = Database(f"sqlite:///{path}")
        with contextlib.closing(damaged), damaged.read() as connection:
            connection.execute(sa.select(events)).all()

    with pytest.raises(Corrupt):
        read_all()


def test_a_locked_file_is_named_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ogai_lab.core.database._BUSY_SECONDS", 0.1)
    database = Database(f"sqlite:///{tmp_path}/busy.db")
    with contextlib.closing(sqlite3.connect(tmp_path / "busy.db")) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Unavailable, match=r"busy\.db was locked"), database.write():
            pass
        other.rollback()
    with database.write():
        pass
    database.close()


def test_a_full_disk_is_said_to_be_full(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/full.db")

    def fill() -> None:
        with database.write() as connection:
            connection.exec_driver_sql("PRAGMA max_page_count = 1")
            connection.execute(events.insert().values(time=0, schema="x", data={"y": "y" * 90_000}))

    with pytest.raises(StorageFull, match="no space left"):
        fill()
    database.close()


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Unavailable, match="cannot be opened"):
        Database(f"sqlite:///{tmp_path}/file/in/it.db")


@pytest.mark.parametrize("url", ["nonsense", "sqlite:/", "mysterydb://host/x", ""])
def test_a_url_that_means_nothing_is_refused(url: str) -> None:
    with pytest.raises((InvalidInput, Unavailable, MissingExtra)):
        Database(url)


def test_a_server_that_does_not_answer_shows_no_password() -> None:
    pytest.importorskip("psycopg")
    with pytest.raises(Unavailable) as caught:
        Database("postgresql+psycopg://me:hush@127.0.0.1:9/none")
    assert "hush" not in f"{caught.value} {caught.value.to_problem()}"
