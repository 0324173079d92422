import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.data.crawl.loopback import PAGES, Site, pages


def start(url: str, out: Path, *more: str) -> subprocess.Popen[bytes]:
    arguments = [f"{url}/0", "--out", str(out), *more]
    return subprocess.Popen(
        [sys.executable, "-m", "ogai_lab.data.crawl", *arguments], stderr=subprocess.PIPE
    )


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
