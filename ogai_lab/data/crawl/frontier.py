"""What a crawl has done and has yet to do, kept so that a kill at any point loses nothing.

A page is done in one transaction: that it is, the links found on it, and up to which byte the
archive holds whole records. Whoever goes on cuts the archive there first, so that a record written
without its transaction is fetched again and stands in the archive once.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

_SCHEMA = """
create table if not exists pages (
    number integer primary key, url text unique not null, depth integer not null,
    state text not null default 'waiting', status integer, found_at text
);
create index if not exists pages_state on pages (state, number);
create table if not exists archive (size integer not null);
insert into archive select 0 where not exists (select 1 from archive);
"""


class Waiting(NamedTuple):
    """A page that is yet to be fetched; `depth` is how many links it is away from a start."""

    url: str
    depth: int


class Frontier:
    """The pages of one crawl, in a file.

    Parameters
    ----------
    file
        Where they are kept; made if it is not there.
    """

    def __init__(self, file: Path) -> None:
        self._connection = sqlite3.connect(file, isolation_level=None)
        self._connection.execute("pragma journal_mode=wal")
        self._connection.execute("pragma synchronous=full")
        self._connection.executescript(_SCHEMA)

    def add(self, pages: Iterable[Waiting]) -> None:
        """Add pages that are not known yet."""
        self._connection.executemany(
            "insert or ignore into pages (url, depth) values (?, ?)", pages
        )

    def next(self, count: int, after: int) -> list[tuple[int, Waiting]]:
        """Return waiting pages, first found first, with their numbers, all above `after`."""
        rows = self._connection.execute(
            "select number, url, depth from pages where state = 'waiting' and number > ? "
            "order by number limit ?",
            (after, count),
        )
        return [(number, Waiting(url, depth)) for number, url, depth in rows]

    def known(self, url: str) -> str | None:
        """Return what became of a page: waiting, done, refused, failed; None if it is new."""
        row = self._connection.execute("select state from pages where url = ?", (url,)).fetchone()
        return None if row is None else str(row[0])

    def done(
        self,
        url: str,
        status: int,
        links: Iterable[Waiting],
        size: int,
        found_at: str | None = None,
    ) -> None:
        """Say that a page stands in the archive, whose whole records end at `size`.

        `found_at` is where it was, if a redirect led away from its address.
        """
        with self._connection:
            self._connection.execute("begin immediate")
            self._connection.execute(
                "update pages set state = 'done', status = ?, found_at = ? where url = ?",
                (status, found_at, url),
            )
            if found_at is not None:
                self._connection.execute(
                    "insert into pages (url, depth, state, status) values (?, 0, 'done', ?) "
                    "on conflict (url) do update set state = 'done'",
                    (found_at, status),
                )
            self.add(links)
            self._connection.execute("update archive set size = ?", (size,))

    def given_up(self, url: str, state: str, status: int | None = None) -> None:
        """Say that a page will not be fetched: ``refused`` (by robots.txt) or ``failed``."""
        self._connection.execute(
            "update pages set state = ?, status = ? where url = ?", (state, status, url)
        )

    @property
    def size(self) -> int:
        """Return where the archive's whole records end."""
        return int(self._connection.execute("select size from archive").fetchone()[0])

    def counts(self) -> dict[str, int]:
        """Return how many pages there are in each state."""
        rows = self._connection.execute("select state, count(*) from pages group by state")
        return dict(rows.fetchall())

    def addresses(self, state: str, count: int) -> list[str]:
        """Return the addresses of the first pages in a state."""
        rows = self._connection.execute(
            "select url from pages where state = ? order by number limit ?", (state, count)
        )
        return [str(row[0]) for row in rows]

    def close(self) -> None:
        """Close the file. Idempotent."""
        self._connection.close()
