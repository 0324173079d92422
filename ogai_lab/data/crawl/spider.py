"""The spider: takes pages from the frontier, writes them to the archive, finds links."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import urldefrag, urlsplit

import scrapy
from scrapy.exceptions import CloseSpider, DontCloseSpider, IgnoreRequest
from scrapy.http import Request, Response, TextResponse
from scrapy.linkextractors import LinkExtractor
from scrapy.signals import spider_error, spider_idle

from ogai_lab.data.crawl.archive import Archive
from ogai_lab.data.crawl.frontier import Frontier, Waiting
from ogai_lab.data.crawl.options import Crawl

_AHEAD = 64
"""Pages that are handed to Scrapy at a time; it holds no others, so none is lost with it."""
_SENT = {b"content-encoding", b"content-length", b"transfer-encoding", b"connection"}


class Pages(scrapy.Spider):
    """Crawls what a frontier holds until nothing waits or enough is done.

    `faults` gets what ended it before its time.
    """

    name = "pages"

    def __init__(
        self,
        crawl: Crawl,
        frontier: Frontier,
        archive: Archive,
        report: Callable[[dict[str, int]], None],
        faults: list[BaseException],
    ) -> None:
        super().__init__()
        self.allowed_domains = crawl.hosts
        self._crawl, self._frontier, self._archive, self._report = crawl, frontier, archive, report
        self._links = LinkExtractor()
        self._handed = 0
        self.faults: list[BaseException] = faults
        self._written = frontier.counts().get("done", 0)

    @classmethod
    def from_crawler(cls, crawler: Any, *args: Any, **options: Any) -> Pages:
        """Return a spider that is asked for more when Scrapy has nothing to do."""
        spider: Pages = super().from_crawler(crawler, *args, **options)
        crawler.signals.connect(spider._more, signal=spider_idle)
        crawler.signals.connect(spider._broken, signal=spider_error)
        return spider

    async def start(self) -> AsyncIterator[Request]:
        """Yield the first pages."""
        for request in self._requests():
            yield request

    def _more(self) -> None:
        found = list(self._requests())
        for request in found:
            self.crawler.engine.crawl(request)
        if found:
            raise DontCloseSpider

    def _broken(self, failure: Any) -> None:
        """End the crawl: what went wrong with one page (a full disk) goes wrong with the next."""
        self.faults.append(failure.value)
        self.crawler.engine.close_spider(self, "error")

    def _requests(self) -> Iterator[Request]:
        for number, page in self._frontier.next(_AHEAD, self._handed):
            self._handed = number
            yield Request(
                page.url,
                self._page,
                errback=self._failed,
                cb_kwargs={"page": page},
                dont_filter=True,  # the frontier has each page once
            )

    def _page(self, response: Response, page: Waiting) -> None:
        self._enough()
        url = urldefrag(response.url).url
        moved = url if url != page.url else None
        if moved is not None and (self._frontier.known(moved) == "done" or not self._within(moved)):
            self._frontier.given_up(page.url, "elsewhere", response.status)
            return
        links = self._found(response, page.depth + 1) if page.depth < self._crawl.depth else []
        size = self._archive.append(
            url,
            datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            f"{response.status} {_phrase(response.status)}",
            _headers(response),
            response.body,
        )
        self._frontier.done(page.url, response.status, links, size, moved)
        self._written += 1
        self._report(self._frontier.counts())

    def _failed(self, failure: Any) -> None:
        page: Waiting = failure.request.cb_kwargs["page"]
        response = getattr(failure.value, "response", None)
        refused = failure.check(IgnoreRequest) and response is None
        state = "refused" if refused else "failed"
        self._frontier.given_up(page.url, state, getattr(response, "status", None))

    def _found(self, response: Response, depth: int) -> list[Waiting]:
        if not isinstance(response, TextResponse):
            return []
        urls = (urldefrag(link.url).url for link in self._links.extract_links(response))
        return [Waiting(url, depth) for url in dict.fromkeys(urls) if self._within(url)]

    def _within(self, url: str) -> bool:
        host = urlsplit(url).hostname or ""
        return any(host == domain or host.endswith(f".{domain}") for domain in self._crawl.hosts)

    def _enough(self) -> None:
        if self._crawl.pages is not None and self._written >= self._crawl.pages:
            raise CloseSpider("enough")


def _headers(response: Response) -> list[tuple[str, str]]:
    """Return a response's headers without those about how it was sent: it is not stored so."""
    return [
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, values in response.headers.items()
        if name.lower() not in _SENT
        for value in values
    ]


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"
