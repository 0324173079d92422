"""A small site on loopback that tells what it was asked for."""

from __future__ import annotations

from collections import Counter
from http.server import BaseHTTPRequestHandler
from pathlib import Path

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


def pages(out: Path) -> list[str]:
    """Return the numbers of the pages in the archives of a folder."""
    source = Warc(path=str(out))
    found = [
        document
        for piece in sources.pieces(source)
        for document in sources.documents(source, piece, piece.read())
    ]
    assert not any(document.damage for document in found)
    assert all(b"<article>" in document.more["html"] for document in found)
    return [document.more["url"].rpartition("/")[2] for document in found]
