"""``data crawl`` and ``data crawled``: from addresses to an archive, and what became of them."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from ogai_lab.core.operations import Caller
from ogai_lab.locale import _

if TYPE_CHECKING:
    from ogai_lab.workbench import Workbench


def of_crawl(verb: argparse.ArgumentParser) -> None:
    """Add the options of ``crawl``."""
    verb.add_argument("urls", nargs="+", metavar="URL", help=_("the pages to begin at"))
    verb.add_argument(
        "-o", "--out", required=True, metavar=_("FOLDER"), help=_("a crawl goes on in its folder")
    )
    verb.add_argument(
        "--domains", nargs="+", help=_("hosts that may be crawled; those of the urls")
    )
    verb.add_argument("--depth", type=int, help=_("links to go at most"))
    verb.add_argument("--pages", type=int, help=_("pages to fetch at most"))
    verb.add_argument("--delay", type=float, help=_("seconds between two pages of a host"))


def crawl(workbench: Workbench, arguments: argparse.Namespace) -> Any:
    """Start a crawl."""
    from pydantic import ValidationError

    from ogai_lab.core.operations import invalid
    from ogai_lab.data.crawl.options import Crawl
    from ogai_lab.data.inputs import absolute

    names = ("urls", "domains", "depth", "pages", "delay")
    given = {name: getattr(arguments, name) for name in names}
    options = {name: value for name, value in given.items() if value is not None}
    try:
        asked = Crawl(out=absolute(arguments.out), **options)
    except ValidationError as exc:
        raise invalid(exc, "crawl") from exc
    return workbench.data.crawl(asked, Caller.local())


def of_crawled(verb: argparse.ArgumentParser) -> None:
    """Add the options of ``crawled``."""
    verb.add_argument("job", metavar=_("JOB"), help=_("the crawl's job"))


def crawled(workbench: Workbench, arguments: argparse.Namespace) -> Any:
    """Say what became of a crawl."""
    from ogai_lab.commands.verbs import find_job

    return workbench.data.crawled(find_job(workbench, arguments.job).id)
