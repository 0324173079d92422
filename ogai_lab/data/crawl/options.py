"""What a crawl is asked to do, and what became of its pages."""

from __future__ import annotations

from urllib.parse import urlsplit

from pydantic import BaseModel, Field, field_validator

from ogai_lab.core.types import Bytes, Strict
from ogai_lab.scheduler.types import JobState

ARCHIVE = "pages.warc.gz"
"""The file in a crawl's folder."""
_AGENT = "ogai-lab"
_SCHEMES = ("http", "https")


class Crawl(Strict):
    """Where to begin, how far to go, how politely."""

    urls: list[str] = Field(min_length=1, description="The pages to begin at.")
    out: str = Field(min_length=1, description="The folder of the archive; a crawl resumes in it.")
    domains: list[str] = Field(
        default=[], description="Hosts, with those below; those of the urls when left out."
    )
    depth: int = Field(default=10, ge=0, description="Links to go from a first page at most.")
    pages: int | None = Field(default=None, ge=1, description="At most so many.")
    delay: float = Field(default=1.0, ge=0, description="Seconds between two pages of a host.")
    at_once: int = Field(default=8, ge=1, le=256, description="Requests to all hosts at once.")
    most: Bytes = Field(default=16 << 20, ge=1024, description="A larger page is not fetched.")
    agent: str = Field(default=_AGENT, min_length=1, description="What robots.txt knows it as.")
    seconds: float = Field(default=30, gt=0, description="To wait for an answer.")

    @field_validator("urls")
    @classmethod
    def _web(cls, urls: list[str]) -> list[str]:
        for url in urls:
            parts = urlsplit(url)
            if parts.scheme not in _SCHEMES or not parts.hostname:
                raise ValueError(f"{url!r} is not an address that begins with http:// or https://")
        return urls

    @property
    def hosts(self) -> list[str]:
        """Return the hosts that may be crawled."""
        return self.domains or sorted({urlsplit(url).hostname or "" for url in self.urls})

    def words(self) -> list[str]:
        """Return it as the words of the command line (see `ogai_lab.data.crawl.__main__`)."""
        found = [*self.urls, "--out", self.out]
        for name, value in self.model_dump(exclude={"urls", "out"}, exclude_defaults=True).items():
            values = value if isinstance(value, list) else [value]
            found += [f"--{name.replace('_', '-')}", *map(str, values)]
        return found


class CrawlPages(BaseModel):
    """What became of the pages of a crawl."""

    pages: dict[str, int] = Field(
        default={},
        description="By state: done, waiting, refused (by robots.txt), failed, elsewhere.",
    )
    refused: list[str] = Field(default=[], description="Addresses; the first thousand.")
    failed: list[str] = Field(default=[], description="Addresses; the first thousand.")


class CrawlReport(CrawlPages):
    """A crawl: the job that makes it, and what became of the pages."""

    job: str
    state: JobState
    archive: str = Field(description="The file that it writes.")
