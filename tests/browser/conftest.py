"""A real JupyterLab with the built extension, and a real Chromium in front of it."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

import pytest
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from . import big_home
from .accessibility import faults
from .lab import BUILT, CHROMIUM, ROOT, Lab, chromium_path
from .snapshots import compare

__all__ = ["ROOT", "Lab", "Snapshot"]

SCREENSHOTS = ROOT / "build" / "screenshots"
TRACES = ROOT / "build" / "traces"

expect.set_options(timeout=30_000)  # a busy machine is slow, not wrong


class Snapshot(Protocol):
    """Compare a page, or a part of it, with the picture that was kept under a name.

    `moving` are selectors of what is hidden because it differs from run to run.
    """

    def __call__(self, what: Page | Locator, name: str, *, moving: tuple[str, ...] = ()) -> None:
        """See the class."""


def _started(lab: Lab) -> Iterator[Lab]:
    if not (BUILT / "package.json").exists():
        pytest.fail(f"The front end is not built: {BUILT} is missing. Run: make install")
    lab.start()
    yield lab
    lab.stop()


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A server that the tests of a session share."""
    for lab in _started(Lab(tmp_path_factory.mktemp("lab"))):
        yield lab
        lab.cancel_all()


@pytest.fixture
def own_lab(tmp_path: Path) -> Iterator[Lab]:
    """A server for one test alone, which may stop it."""
    for lab in _started(Lab(tmp_path)):
        yield lab
        lab.cancel_all()


@pytest.fixture(scope="session")
def big_lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A server with 1,000 simulated nodes of 8 GPUs and 10,000 jobs, some of which hold them.

    Nothing carries its jobs out: those that wait or run do so for ever.
    """
    lab = Lab(tmp_path_factory.mktemp("big-lab"), environment=big_home.ENVIRONMENT)
    big_home.fill(lab.home)
    yield from _started(lab)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The system's Chromium."""
    path = chromium_path()
    if path is None:
        pytest.skip("no Chromium on this machine; install the package chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=[*CHROMIUM])
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A window of its own, without what another test left behind.

    Of a test that fails, a picture stays in build/screenshots and a trace in build/traces
    (`playwright show-trace FILE`).
    """
    yield from _window(chromium, request, traced=True)


@pytest.fixture
def untraced_page(chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A window whose memory holds nothing but the workbench."""
    yield from _window(chromium, request, traced=False)


def _window(chromium: Browser, request: pytest.FixtureRequest, *, traced: bool) -> Iterator[Page]:
    context = chromium.new_context(
        viewport={"width": 1280, "height": 800}, locale="en-US", timezone_id="UTC"
    )
    context.set_default_timeout(30_000)
    if traced:
        context.tracing.start(snapshots=True)
    page = context.new_page()
    failed = request.session.testsfailed
    yield page
    if request.session.testsfailed > failed:
        name = re.sub(r"[^\w.-]+", "-", request.node.name)
        _picture(page, f"failed-{name}")
        if traced:
            TRACES.mkdir(parents=True, exist_ok=True)
            context.tracing.stop(path=TRACES / f"{name}.zip")
    context.close()


@pytest.fixture
def shoot(page: Page) -> Callable[[str], None]:
    """Take a picture of the window into build/screenshots."""
    return functools.partial(_picture, page)


@pytest.fixture
def axe() -> Callable[[Page, str], None]:
    """Check that axe finds nothing serious in the element that a selector names."""

    def check(page: Page, where: str) -> None:
        assert faults(page, where) == []

    return check


@pytest.fixture
def snapshot(chromium: Browser) -> Snapshot:
    """Compare a screen with the picture of it that was kept; see `snapshots`."""

    def check(what: Page | Locator, name: str, *, moving: tuple[str, ...] = ()) -> None:
        compare(chromium, what, name, moving)

    return check


def _picture(page: Page, name: str) -> None:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{name}.png")
