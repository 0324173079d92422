"""A crawl as a job: killed, it goes on where it was; its report says what robots.txt refuses."""

from __future__ import annotations

import argparse
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from ogai_lab.commands import corpora
from ogai_lab.commands.forms import view_of
from ogai_lab.commands.text import text
from ogai_lab.core.errors import InvalidInput, NotFound
from ogai_lab.data.crawl.options import Crawl
from ogai_lab.scheduler.types import Job, JobState
from ogai_lab.workbench import Workbench
from tests.data.crawl.loopback import PAGES, Site, pages


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Workbench]:
    with Workbench.local(tmp_path / "home") as workbench:
        yield workbench


def asked(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    corpora.add(parser.add_subparsers(), kind=argparse.ArgumentParser, terminal=False)
    return parser.parse_args(["data", *words])


def crawlers(out: Path) -> list[int]:
    return [
        process.pid
        for process in psutil.process_iter(["cmdline"])
        if str(out) in (process.info["cmdline"] or [])
    ]


def test_a_crawl_is_killed_goes_on_and_says_what_was_refused(
    site: str, bench: Workbench, tmp_path: Path
) -> None:
    out = tmp_path / "crawl"
    words = ["crawl", f"{site}/0", "--out", str(out), "--delay", "0.05", "--depth", "99"]
    job: Job = corpora.do(bench, asked(*words))
    deadline = time.monotonic() + 240
    killed = 0
    while not (job := bench.scheduler.job(job.id)).state.final:
        assert time.monotonic() < deadline
        if not killed and Site.asked.total() >= 12:
            for pid in crawlers(out):
                os.kill(pid, signal.SIGKILL)
                killed += 1
        time.sleep(0.05)
    assert killed
    assert job.state is JobState.SUCCEEDED, job.exit
    assert len(bench.scheduler.attempts(job.id)) > 1
    assert sorted(pages(out), key=int) == [str(n) for n in range(PAGES)]
    found = bench.data.crawled(job.id)
    assert found.refused == [f"{site}/private/x"]
    assert sorted(found.failed) == [f"{site}/{name}" for name in ("40", "41", "gone")]
    assert found.pages["done"] == PAGES
    assert found.archive == str(out / "pages.warc.gz")
    assert job.progress is not None
    assert job.progress.step == job.progress.steps == sum(found.pages.values())
    assert f"{site}/private/x" in text(view_of(found))


def test_what_is_no_crawl_is_refused(bench: Workbench) -> None:
    with pytest.raises(InvalidInput, match="http"):
        corpora.do(bench, asked("crawl", "ftp://x", "--out", "there"))
    with pytest.raises(NotFound):
        bench.data.crawled("none")


def test_the_words_of_a_crawl_are_read_as_it() -> None:
    from ogai_lab.data.crawl import __main__ as program

    crawl = Crawl(urls=["http://a.test/"], out="/x", domains=["a.test", "b.test"], depth=0, delay=0)
    options = vars(program.parser().parse_args(crawl.words()))
    given = {name: value for name, value in options.items() if value is not None}
    assert Crawl.model_validate(given) == crawl
