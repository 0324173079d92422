"""The database: SQLite in the home folder, or PostgreSQL; one schema history for both.

Layers define their tables on `metadata` and use `Database.read` and `Database.write`. A write is
one transaction that holds the write lock from its first statement, so that a compare-and-set is
one UPDATE whose row count is the answer.
"""

from __future__ import annotations

import contextlib
import functools
import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError, DatabaseError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from ogai_lab.core.errors import (
    Conflict,
    Corrupt,
    InvalidInput,
    MissingExtra,
    StorageFull,
    Unavailable,
    redact,
)

metadata = sa.MetaData()
_MIGRATIONS = Path(__file__).parent / "migrations"
HEAD = max(file.name[:4] for file in (_MIGRATIONS / "versions").glob("[0-9]*.py"))
"""The newest schema revision that this release knows."""

_BUSY_SECONDS = 10.0
_WRITE_LOCK = 7_314_002
_MORE_CONNECTIONS = 100
_AFTER_COMMIT = "ogai_after_commit"


class Database:
    """One database and its connections.

    Parameters
    ----------
    url
        SQLAlchemy URL (``sqlite:////path/ogai.db``, ``postgresql+psycopg://…``).

    Raises
    ------
    Corrupt, Unavailable, Conflict
        When the file is damaged, the server does not answer, or a newer release made the schema.
    """

    def __init__(self, url: str) -> None:
        self.engine = _engine(url)
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        self._bring_up_to_date()

    @contextlib.contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """Open a connection for reading one consistent state."""
        with self._translating(), self.engine.connect() as connection:
            if self.is_sqlite:
                connection.exec_driver_sql("BEGIN")
            else:
                connection.execution_options(isolation_level="REPEATABLE READ")
            yield connection

    @contextlib.contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """Open a transaction; it is committed when the block ends well, else undone."""
        with self._translating(), self.engine.connect() as connection:
            if self.is_sqlite:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            else:  # one writer at a time here too: event numbers become visible in their order
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITE_LOCK})")
            with _finishing(connection):
                yield connection

    def close(self) -> None:
        """Close all connections; the database can be used again afterwards."""
        self.engine.dispose()

    def _bring_up_to_date(self) -> None:
        with self.read() as connection:
            found = _revision(connection)
        if found == HEAD:
            return  # the usual case; importing alembic for it would cost a third of a second
        if found is not None and found > HEAD:
            raise Conflict(
                f"The database {self._shown} is from a newer release (schema {found}; this "
                f"release knows {HEAD}).",
                action="Upgrade with pip install -U ogai-lab, or set OGAI_HOME to another folder.",
            )
        with self._translating():
            _migrate(self.engine)

    @functools.cached_property
    def _shown(self) -> str:
        return self.engine.url.render_as_string(hide_password=True)

    @contextlib.contextmanager
    def _translating(self) -> Iterator[None]:
        try:
            yield
        except DatabaseError as exc:
            raise self._translated(exc, exc.orig) from exc
        except sqlite3.DatabaseError as exc:  # while a connection is being prepared
            raise self._translated(exc, exc) from exc
        except PoolTimeout as exc:
            raise Unavailable(
                "Too many calls want the database at once.", action="Try again in a moment."
            ) from exc

    def _translated(self, exc: Exception, original: BaseException | None) -> Exception:
        text = str(original)
        if isinstance(original, sqlite3.DatabaseError):
            if "locked" in text or "busy" in text:
                return Unavailable(
                    f"The database {self._shown} was locked for {_BUSY_SECONDS:.0f} seconds.",
                    cause="Another program holds a write transaction on it.",
                    action="Close programs that have the file open (a database browser?); retry.",
                )
            if "malformed" in text or "not a database" in text:
                return Corrupt(
                    f"The database {self._shown} is damaged: {text}.",
                    action="Move it aside and restore a copy, or start with an empty one; jobs "
                    "and models on disk are not lost.",
                )
            if "full" in text:
                return StorageFull(
                    f"There is no space left for the database {self._shown}.",
                    action="Free some space on that disk and try again.",
                )
            if "readonly" in text or "unable to open" in text:
                return Unavailable(
                    f"The database {self._shown} cannot be opened for writing: {text}.",
                    action="Check the owner and rights of the file and its folder.",
                )
        elif isinstance(exc, OperationalError):
            return Unavailable(
                f"The database {self._shown} does not answer.",
                cause=text.strip().splitlines()[0] if text.strip() else "",
                action="Check that the server runs and OGAI_DATABASE_URL is right.",
            )
        return exc


def after_commit(connection: sa.Connection, call: Callable[[], None]) -> None:
    """Call `call` once when the transaction of `Database.write` is committed, else never."""
    connection.info.setdefault(_AFTER_COMMIT, []).append(call)


@contextlib.contextmanager
def _finishing(connection: sa.Connection) -> Iterator[None]:
    try:
        yield
        connection.commit()
    except BaseException:
        connection.info.pop(_AFTER_COMMIT, None)
        connection.rollback()
        raise
    for call in connection.info.pop(_AFTER_COMMIT, ()):
        call()


def _engine(url: str) -> sa.Engine:
    try:
        parsed = sa.make_url(url)
        if parsed.get_backend_name() != "sqlite":
            return sa.create_engine(parsed, pool_pre_ping=True, max_overflow=_MORE_CONNECTIONS)
    except ArgumentError as exc:
        raise InvalidInput(
            f"The database URL {redact(url)!r} cannot be understood.",
            action="Write sqlite:////folder/ogai.db or postgresql+psycopg://user@host/name.",
            field="database_url",
        ) from exc
    except ModuleNotFoundError as exc:
        raise MissingExtra(
            f"This database needs the Python package {exc.name!r}, which is not installed.",
            action="Run: pip install 'ogai-lab[postgres]'",
        ) from exc
    if parsed.database and parsed.database != ":memory:":
        with contextlib.suppress(OSError):  # then opening the file says what is wrong
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = sa.create_engine(
        parsed, connect_args={"timeout": _BUSY_SECONDS}, max_overflow=_MORE_CONNECTIONS
    )
    sa.event.listen(engine, "connect", _prepare_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves, and which kind
    _keep_a_log_ahead(connection)
    for pragma in ("synchronous=NORMAL", "foreign_keys=ON"):
        with contextlib.closing(connection.execute(f"PRAGMA {pragma}")):
            pass


def _keep_a_log_ahead(connection: sqlite3.Connection) -> None:
    # The first change to WAL is refused at once, without SQLite's own wait, while another process
    # makes the same change.
    deadline = time.monotonic() + _BUSY_SECONDS
    while True:
        try:
            with contextlib.closing(connection.execute("PRAGMA journal_mode=WAL")):
                return
        except sqlite3.OperationalError as exc:
            if "locked" not in str(exc) or time.monotonic() > deadline:
                raise
        time.sleep(0.01)


def _revision(connection: sa.Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    row = connection.exec_driver_sql("SELECT version_num FROM alembic_version").first()
    return None if row is None else str(row[0])


def _migrate(engine: sa.Engine) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["engine"] = engine
    command.upgrade(config, "head")
