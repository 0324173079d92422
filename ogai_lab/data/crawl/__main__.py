"""``python -m ogai_lab.data.crawl URL… --out FOLDER``: fetch pages politely into a WARC file.

The archive is FOLDER/pages.warc.gz. The same command in the same folder goes on where it was, also
after a kill. In a job it reports how many pages are done, and its outputs: ``archive``, and
``report``, the digest of what became of the pages (a `CrawlPages`).
"""

from __future__ import annotations

import argparse
import fcntl
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from pydantic import ValidationError

from ogai_lab.core import records
from ogai_lab.core.blobs import BlobStore
from ogai_lab.core.errors import Conflict, OgaiError, require
from ogai_lab.core.operations import invalid
from ogai_lab.data.crawl.frontier import Frontier, Waiting
from ogai_lab.data.crawl.options import ARCHIVE, Crawl, CrawlPages

_LISTED = 1000


def main(arguments: Sequence[str] | None = None) -> int:
    """Crawl as the command line says; return the exit code."""
    words = vars(parser().parse_args(arguments))
    try:
        crawl(_checked({name: value for name, value in words.items() if value is not None}))
    except OgaiError as exc:
        sys.stderr.write(f"{exc}\n")
        return 1
    return 0


def parser() -> argparse.ArgumentParser:
    """Return what reads the command line: the fields of a `Crawl`."""
    found = argparse.ArgumentParser(prog="ogai_lab.data.crawl")
    found.add_argument("urls", nargs="+", metavar="URL")
    found.add_argument("--out", default=os.environ.get("OGAI_OUTPUT", "crawl"))
    for name, field in Crawl.model_fields.items():
        if name not in ("urls", "out"):
            many = "+" if name == "domains" else None
            found.add_argument(f"--{name.replace('_', '-')}", nargs=many, help=field.description)
    return found


def _checked(given: dict[str, object]) -> Crawl:
    try:
        return Crawl.model_validate(given)
    except ValidationError as exc:
        raise invalid(exc, "crawl") from exc


def crawl(asked: Crawl) -> Path:
    """Crawl until nothing waits, and return the archive's file.

    Raises
    ------
    MissingExtra
        When Scrapy is not installed.
    Conflict
        When another process crawls into the same folder.
    """
    require("scrapy", "crawl")
    require("fastwarc", "data")
    from scrapy.crawler import CrawlerProcess

    from ogai_lab.data.crawl.archive import Archive
    from ogai_lab.data.crawl.spider import Pages

    folder = Path(asked.out).expanduser()
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        _lock(lock.fileno(), folder)
        frontier = Frontier(folder / "frontier.sqlite")
        frontier.add(Waiting(url, 0) for url in asked.urls)
        archive = Archive(folder / ARCHIVE, frontier.size)
        try:
            process = CrawlerProcess(_settings(asked), install_root_handler=False)
            faults: list[BaseException] = []
            process.crawl(Pages, asked, frontier, archive, _report, faults)
            process.start()
            if faults:
                raise faults[0]
            _report(frontier.counts())
            _told(frontier)
        finally:
            archive.close()
            frontier.close()
    records.output("archive", ARCHIVE)
    return folder / ARCHIVE


def _settings(asked: Crawl) -> dict[str, object]:
    return {
        "ROBOTSTXT_OBEY": True,
        "USER_AGENT": asked.agent,
        "ROBOTSTXT_USER_AGENT": asked.agent,
        "DOWNLOAD_DELAY": asked.delay,
        "RANDOMIZE_DOWNLOAD_DELAY": False,
        "CONCURRENT_REQUESTS": asked.at_once,
        "CONCURRENT_REQUESTS_PER_DOMAIN": asked.at_once if asked.delay == 0 else 1,
        "DOWNLOAD_TIMEOUT": asked.seconds,
        "DOWNLOAD_MAXSIZE": asked.most,
        "DOWNLOAD_WARNSIZE": 0,
        "COOKIES_ENABLED": False,
        "TELNETCONSOLE_ENABLED": False,
        "LOG_ENABLED": False,
        "RETRY_TIMES": 2,
    }


def _lock(descriptor: int, folder: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as exc:
        raise Conflict(
            f"Another process crawls into {str(folder)!r}.",
            action="Wait until it is done, or crawl into another folder.",
        ) from exc


def _report(counts: dict[str, int]) -> None:
    ended = sum(count for state, count in counts.items() if state != "waiting")
    told = {f"pages_{state}": count for state, count in counts.items()}
    records.log({**told, "steps": sum(counts.values())}, step=ended)


def _told(frontier: Frontier) -> None:
    """Store what became of the pages, where there is a store."""
    url = os.environ.get("OGAI_BLOBS_URL")
    if url:
        found = CrawlPages(
            pages=frontier.counts(),
            refused=frontier.addresses("refused", _LISTED),
            failed=frontier.addresses("failed", _LISTED),
        )
        records.output("report", BlobStore(url).put(found.model_dump_json().encode()))


if __name__ == "__main__":
    sys.exit(main())
