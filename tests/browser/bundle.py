"""How much JavaScript of ours a workbench loads, compressed as a server sends it."""

from __future__ import annotations

import gzip
from pathlib import Path

from playwright.sync_api import Page

from .lab import BUILT, Lab

BEFORE_A_TAB = 100_000
"""Bytes that may be loaded before a tab is opened: the start, and the sidebar."""
ALL = 250_000
"""Bytes of everything."""


def loaded_before_a_tab(lab: Lab, page: Page) -> int:
    """Return the bytes of our scripts that are loaded once the sidebar is open."""
    names: set[str] = set()
    page.on("response", lambda answer: names.add(answer.url))
    lab.open(page)
    with page.expect_response("**/ogai/scheduler/jobs?*"):  # by now its code is there
        page.get_by_role("tab", name="OGAI Lab").click()
    page.wait_for_selector("#ogai-lab .jp-AccordionPanel-title")
    ours = {url.partition("?")[0].rpartition("/")[2] for url in names if "/@ogai/lab/" in url}
    return sum(_compressed(path) for path in _scripts() if path.name in ours)


def everything() -> int:
    """Return the bytes of all our scripts."""
    return sum(_compressed(path) for path in _scripts())


def _scripts() -> list[Path]:
    return sorted((BUILT / "static").glob("*.js"))


def _compressed(path: Path) -> int:
    return len(gzip.compress(path.read_bytes(), 9))
