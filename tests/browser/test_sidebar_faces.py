"""The faces of the sidebar: empty, stale, forbidden, and with very many things."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from .big_home import JOBS
from .lab import PATIENCE, Lab
from .sidebar import job_row, show

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_without_its_server_the_sidebar_keeps_what_it_knew(
    own_lab: Lab, page: Page, shoot: Callable[[str], None]
) -> None:
    own_lab.open(page)
    show(page, "Cluster", "Jobs", "Data", "Models")
    expect(page.get_by_text("No jobs yet")).to_have_count(1)
    expect(page.get_by_text("No data run yet")).to_have_count(1)
    expect(page.get_by_text("No model yet")).to_have_count(1)
    shoot("sidebar-empty")
    show(page, "Cluster", "Jobs")
    job = own_lab.submit("still-known", "true")
    own_lab.wait(job, "succeeded")
    expect(job_row(page, job)).to_have_attribute("data-state", "succeeded")
    own_lab.stop()
    stale = page.locator(".jp-ogai-StaleBar:visible")
    expect(stale).to_have_count(2, timeout=PATIENCE)
    expect(stale.last).to_contain_text("Not connected. As of")
    expect(page.locator(".jp-ogai-NodeRow")).to_be_visible()
    expect(job_row(page, job)).to_be_visible()
    shoot("sidebar-stale")
    own_lab.start()
    expect(stale).to_have_count(0, timeout=PATIENCE)


def test_ten_thousand_jobs_and_a_thousand_nodes(
    big_lab: Lab, page: Page, shoot: Callable[[str], None]
) -> None:
    big_lab.open(page)
    show(page, "Cluster", "Jobs")
    nodes = page.get_by_role("grid", name="Nodes")
    expect(nodes).to_have_attribute("aria-rowcount", "1000", timeout=PATIENCE)
    assert page.locator(".jp-ogai-NodeRow").count() < 40
    page.get_by_role("searchbox", name="Filter nodes by name or rack").fill("no such node")
    page.get_by_role("button", name="Show All Nodes").click()
    expect(nodes).to_have_attribute("aria-rowcount", "1000")
    count = page.locator(".jp-ogai-Section-jobs .jp-ogai-Filter-count")
    expect(count).to_have_text(f"{JOBS} jobs", timeout=PATIENCE)
    jobs = page.get_by_role("grid", name="Jobs")
    loaded = jobs.get_attribute("aria-rowcount") or ""
    page.locator(".jp-ogai-JobRow").first.focus()
    page.keyboard.press("End")
    expect(jobs).not_to_have_attribute("aria-rowcount", loaded)  # the next page
    assert page.locator(".jp-ogai-JobRow").count() < 40
    page.get_by_role("searchbox", name="Filter jobs by name").fill("-1234")
    expect(jobs).to_have_attribute("aria-rowcount", "1")
    expect(page.locator(".jp-ogai-JobRow")).to_contain_text("-1234")
    shoot("sidebar-big")


def test_what_may_not_be_read_says_so(lab: Lab, page: Page) -> None:
    problem = {"code": "forbidden", "detail": "You may not read ogai:data.", "action": "Ask."}
    page.route(
        "**/ogai/data/runs**",
        lambda route: route.fulfill(status=403, json=problem),
    )
    lab.open(page)
    show(page, "Jobs", "Data")
    section = page.locator(".jp-ogai-Section-data")
    expect(section.locator(".jp-ogai-Face")).to_contain_text("Ask.")
    expect(page.locator(".jp-ogai-Section-jobs .jp-ogai-StaleBar")).to_have_count(0)
    page.unroute("**/ogai/data/runs**")
    section.get_by_role("button", name="Try Again").click()
    expect(section.get_by_text("Ask.")).to_have_count(0)
