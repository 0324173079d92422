"""Whether a document's address is on a list, or says what it is about."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

from pydantic import Field

from ogai_lab.core.types import Strict
from ogai_lab.data.stages.base import Stage
from ogai_lab.data.stages.terms import ListName, listed

if TYPE_CHECKING:
    from pyarrow import Array, RecordBatch

Domain = Annotated[str, Field(min_length=1, max_length=253)]
_WORD = re.compile(r"[a-z0-9]+")


class UrlListOptions(Strict):
    """What is on the lists."""

    blocked: list[Domain] = Field(
        default=[], description="Domains, with everything below them: example.com, bad.example.org."
    )
    allowed: list[Domain] = Field(
        default=[], description="Domains that are never blocked, whatever the other lists say."
    )
    words: list[ListName] = Field(
        default=["gambling", "adult"],
        description="Lists of terms whose single English words count in an address.",
    )


class UrlList(Stage[UrlListOptions]):
    """Gives `url_domain`, `url_blocked` and `url_words`.

    `url_domain` is the host of the document's address without ``www.``; `url_blocked` says whether
    it or a domain above it is on the list of blocked ones; `url_words` is how many words of the
    address are on the lists of terms. All are null where a document has no address.
    """

    name = "url_list"
    wants = ("url",)
    columns = {"url_domain": "string", "url_blocked": "bool", "url_words": "int64"}
    options_type = UrlListOptions

    def __init__(self, options: UrlListOptions) -> None:
        super().__init__(options)
        self._blocked = frozenset(map(_plain, options.blocked))
        self._allowed = frozenset(map(_plain, options.allowed))
        self._words = frozenset(
            term for name in options.words for term in listed(name) if _WORD.fullmatch(term)
        )

    def signals(self, batch: RecordBatch) -> dict[str, Array]:
        """Return the domain, whether it is blocked, and how many words are on the lists."""
        import pyarrow as pa

        urls = batch["url"].to_pylist()
        domains = [None if url is None else domain_of(url) for url in urls]
        return {
            "url_domain": pa.array(domains, pa.string()),
            "url_blocked": pa.array(
                [None if domain is None else self._is_blocked(domain) for domain in domains],
                pa.bool_(),
            ),
            "url_words": pa.array(
                [
                    None
                    if url is None or domain is None
                    else sum(word in self._words for word in _WORD.findall(url.lower()))
                    for url, domain in zip(urls, domains, strict=True)
                ],
                pa.int64(),
            ),
        }

    def _is_blocked(self, domain: str) -> bool:
        above = _above(domain)
        return not self._blocked.isdisjoint(above) and self._allowed.isdisjoint(above)


@functools.lru_cache(maxsize=1 << 14)
def domain_of(url: str) -> str | None:
    """Return the host of an address, without ``www.``; None where it has none."""
    try:
        host = urlsplit(url if "//" in url else f"//{url}").hostname
    except ValueError:
        return None
    return _plain(host) if host else None


def _above(domain: str) -> list[str]:
    labels = domain.split(".")
    return [".".join(labels[place:]) for place in range(len(labels))]


def _plain(domain: str) -> str:
    return domain.lower().strip().rstrip(".").removeprefix("www.")
