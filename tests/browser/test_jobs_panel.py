"""The list of jobs: every state in every theme, the keyboard, and what it costs unseen."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from .accessibility import THEMES, use_theme
from .lab import PATIENCE, Lab

pytestmark = [pytest.mark.browser, pytest.mark.slow]

_BROKEN = "panel-<img src=x onerror=alert(1)>"
_LISTS = ("/scheduler/jobs", "/cluster/", "/data/runs", "/models")
_LATER = 10_000
"""Milliseconds in which a panel that is seen looks again, and no connection counts as lost."""


@pytest.fixture(scope="module")
def shown(lab: Lab) -> Iterator[dict[str, str]]:
    """A job in each state that lasts, by its state, the oldest first."""
    lab.cancel_all()  # what other tests left would stand in line before ours
    jobs = {
        "succeeded": lab.submit("panel-prepare", "echo ready"),
        "failed": lab.submit(_BROKEN, "exit 3"),
        "running": lab.submit("panel-train", "sleep 900"),
        "cancelled": lab.submit("panel-sweep", "sleep 900"),
        "queued": lab.submit("panel-waits", "true", cpus=_all_cores(lab)),
    }
    lab.wait(jobs["cancelled"], "running")
    with lab.api() as api:
        api.post(f"/scheduler/jobs/{jobs['cancelled']}/cancel", json={})
    for state, job in jobs.items():
        lab.wait(job, state)
    yield jobs
    lab.cancel_all()


def _all_cores(lab: Lab) -> float:
    with lab.api() as api:
        cores: float = api.get("/scheduler/nodes").json()[0]["cpus"]
    return cores


def _toggle_sidebar(page: Page) -> None:
    page.get_by_role("tab", name="OGAI Lab").click()


def test_every_state_is_told_in_words_in_every_theme(
    lab: Lab,
    page: Page,
    shown: dict[str, str],
    axe: Callable[[Page, str], None],
    shoot: Callable[[str], None],
) -> None:
    lab.open(page)
    _toggle_sidebar(page)
    box = page.get_by_role("searchbox", name="Filter jobs by name")
    box.fill("nothing is called this")
    expect(page.get_by_text("No job has “nothing is called this” in its name")).to_be_visible()
    page.get_by_role("button", name="Show All Jobs").click()
    expect(page.locator(".jp-ogai-JobRow").first).to_be_visible()
    box.fill("PANEL-")
    rows = page.locator(".jp-ogai-JobRow")
    expect(rows).to_have_count(len(shown))
    for state, job in shown.items():
        row = page.locator(f"[data-job-id='{job}']")
        expect(row).to_have_attribute("data-state", state)
        expect(row).to_contain_text(state.capitalize())
    expect(rows.filter(has_text=_BROKEN)).to_have_count(1)  # text, and never HTML
    for theme in THEMES:
        use_theme(page, theme)
        shoot(f"jobs-{theme.rpartition(' ')[2].lower()}")
        axe(page, "#ogai-lab")


def test_keys_alone_are_enough(lab: Lab, page: Page, shown: dict[str, str]) -> None:
    lab.open(page)
    _toggle_sidebar(page)
    page.get_by_role("searchbox", name="Filter jobs by name").focus()
    page.keyboard.type("panel-")
    rows = page.locator(".jp-ogai-JobRow")
    expect(rows).to_have_count(len(shown))
    for choice in ("Mine", "All"):
        page.keyboard.press("Tab")
        expect(page.get_by_role("button", name=choice, exact=True)).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator(f"[data-job-id='{shown['queued']}']")).to_be_focused()
    page.keyboard.press("End")
    last = page.locator(f"[data-job-id='{shown['succeeded']}']")
    expect(last).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Open the log of panel-prepare")).to_be_focused()
    last.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".jp-ogai-JobHeader h2")).to_have_text("panel-prepare")


def test_what_nobody_sees_fetches_no_list(lab: Lab, page: Page, shown: dict[str, str]) -> None:
    page.clock.install()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    lab.open(page)
    status = page.locator(".jp-ogai-Status").get_by_role("button")
    expect(status).to_have_accessible_name(re.compile(r"1 running, 1 waits"), timeout=PATIENCE)
    assert _lists(asked) == []
    _toggle_sidebar(page)
    expect(page.locator(f"[data-job-id='{shown['running']}']")).to_be_visible()
    with page.expect_request(lambda request: _lists([request.url]) != [], timeout=PATIENCE):
        page.clock.fast_forward(_LATER)  # who looks is shown what no event tells
    _toggle_sidebar(page)
    expect(page.locator("#ogai-lab")).to_be_hidden()
    asked.clear()
    page.clock.fast_forward(_LATER)
    more = lab.submit("panel-more", "true")
    expect(status).to_have_accessible_name(re.compile("2 wait"), timeout=PATIENCE)
    with lab.api() as api:
        api.post(f"/scheduler/jobs/{more}/cancel", json={})
    expect(status).to_have_accessible_name(re.compile("1 waits"), timeout=PATIENCE)
    assert _lists(asked) == []


def _lists(urls: list[str]) -> list[str]:
    """Return which of some requests are for what the sidebar lists."""
    return [url for url in urls if any(f"/ogai{part}" in url for part in _LISTS)]
