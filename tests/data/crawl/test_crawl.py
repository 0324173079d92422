import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from ogai_lab.data import sources
from ogai_lab.data.types import Warc
from tests.data import corpus

PAGES = 40


class Site(BaseHTTPRequestHandler):
    """Forty pages that link to the next two, a forbidden one, one that moved, one that is gone."""

    asked: Counter[str]
    agents: set[str]

    def do_GET(self) -> None:
        type(self).asked[self.path] += 1
        type(self).agents.add(self.headers["User-Agent"])
        number = self.path.strip("/")
        if self.path == "/robots.txt":
            self._answer(200, "User-agent: *\nDisallow: /private", "text/plain")
        elif self.path == "/moved":
            self.send_response(302)
            self.send_header("Location", "/1")
            self.end_headers()
        elif number.isdigit() and int(number) < PAGES:
            n = int(number)
            links = [f"/{n + 1}", f"/{n + 2}#part", "/private/x", "/moved", "/gone"]
            links += ["http://elsewhere.test/", "mailto:a@b.test"]
            body = "".join(f'<a href="{link}">x</a>' for link in links)
            page = corpus.page(("en", "zh")[n % 2], n)
            self._answer(200, page.replace("</article>", f"{body}</article>"))
        else:
            self._answer(404, "gone")

    def _answer(self, status: int, text: str, type_: str = "text/html; charset=utf-8") -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", type_)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture
def site() -> Iterator[str]:
    Site.asked, Site.agents = Counter(), set()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def start(url: str, out: Path, *more: str) -> subprocess.Popen[bytes]:
    arguments = [f"{url}/0", "--out", str(out), *more]
    return subprocess.Popen(
        [sys.executable, "-m", "ogai_lab.data.crawl", *arguments], stderr=subprocess.PIPE
    )


def pages(out: Path) -> list[str]:
    source = Warc(path=str(out))
    found = [
        document
        for piece in sources.pieces(source)
        for document in sources.documents(source, piece, piece.read())
    ]
    assert not any(document.damage for document in found)
    assert all(b"<article>" in document.more["html"] for document in found)
    return [document.more["url"].rpartition("/")[2] for document in found]


def test_each_page_once_and_none_that_robots_forbid(site: str, tmp_path: Path) -> None:
    process = start(site, tmp_path, "--delay", "0", "--depth", "99")
    _, errors = process.communicate(timeout=200)
    assert process.returncode == 0, errors.decode()
    assert sorted(pages(tmp_path), key=int) == [str(n) for n in range(PAGES)]
    assert not any(path.startswith("/private") for path in Site.asked)
    assert Site.asked["/robots.txt"] >= 1
    assert Site.agents == {"ogai-lab"}
    before = Site.asked.total()
    again = start(site, tmp_path, "--delay", "0", "--depth", "99")
    again.communicate(timeout=200)
    assert Site.asked.total() == before  # nothing was left to do
    assert len(pages(tmp_path)) == PAGES


def test_killed_and_resumed_without_losing_or_doubling_a_page(site: str, tmp_path: Path) -> None:
    for target in (5, 12, 20):
        process = start(site, tmp_path, "--delay", "0", "--depth", "99")
        while Site.asked.total() < target and process.poll() is None:
            time.sleep(0.02)
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
    with (tmp_path / "pages.warc.gz").open("ab") as archive:
        archive.write(b"half a record")  # as a kill between the write and the transaction leaves
    process = start(site, tmp_path, "--delay", "0", "--depth", "99")
    _, errors = process.communicate(timeout=200)
    assert process.returncode == 0, errors.decode()
    assert sorted(pages(tmp_path), key=int) == [str(n) for n in range(PAGES)]


def test_depth_and_number_are_kept_to(site: str, tmp_path: Path) -> None:
    start(site, tmp_path / "a", "--delay", "0", "--depth", "2").communicate(timeout=200)
    # A page links to the next two and, in its menu, to the first four.
    assert set(pages(tmp_path / "a")) == {"0", "1", "2", "3", "4", "5"}
    start(site, tmp_path / "b", "--delay", "0", "--pages", "3").communicate(timeout=200)
    assert len(pages(tmp_path / "b")) == 3


@pytest.mark.parametrize("arguments", [["ftp://x"], ["--depth", "-1"], ["--delay", "soon"]])
def test_what_cannot_be_is_refused_in_a_line(tmp_path: Path, arguments: list[str]) -> None:
    first = [] if arguments[0].startswith("ftp") else ["http://x.test"]
    done = subprocess.run(
        [sys.executable, "-m", "ogai_lab.data.crawl", *first, *arguments, "--out", str(tmp_path)],
        capture_output=True,
    )
    assert done.returncode == 1
    assert b"Traceback" not in done.stderr
