"""The dashboards as a lead sees them: drawn by Voila, live, signed in, self-contained."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from .conftest import Lab
from .lab import TOKEN

pytestmark = [pytest.mark.browser, pytest.mark.slow]

_LIVE = 90_000


def _open(lab: Lab, page: Page, name: str, theme: str = "light", more: str = "") -> None:
    page.goto(f"{lab.url}ogai/dashboards/{name}?token={TOKEN}&theme={theme}{more}")


def test_jobs_live_without_code_and_without_any_other_machine(
    lab: Lab, page: Page, axe: Callable[[Page, str], None], shoot: Callable[[str], None]
) -> None:
    lab.cancel_all()
    lab.open(page)  # JupyterLab finds some of the same files for itself
    outside: list[str] = []
    page.on(
        "request",
        lambda r: outside.append(r.url) if "://127.0.0.1" not in r.url and "://" in r.url else None,
    )
    _open(lab, page, "jobs")
    expect(page.get_by_role("heading", name="Jobs", level=1)).to_be_visible()  # before any kernel
    expect(page.locator(".og-page-live[data-state=live]")).to_be_visible(timeout=_LIVE)
    expect(page.locator(".og-part", has_text="No job runs now.")).to_be_visible(timeout=_LIVE)
    expect(page.get_by_text("import ogai_lab")).to_have_count(0)
    lab.submit("<i>wall</i>", "sleep 600")
    running = page.locator(".og-part", has=page.get_by_role("heading", name="Running"))
    expect(running).to_contain_text("<i>wall</i>")
    expect(page.locator(".og-tile", has_text="Running")).to_contain_text("1")
    axe(page, ".ogai-page")
    shoot("dashboard-jobs-light")
    page.get_by_role("button", name="Dark").click()
    expect(page.locator("body[data-jp-theme-light=false]")).to_have_count(1)
    axe(page, ".ogai-page")
    shoot("dashboard-jobs-dark")
    lab.cancel_all()
    expect(page.locator(".og-part", has_text="No job runs now.")).to_be_visible()
    assert outside == []


def test_who_is_not_signed_in_sees_the_login(lab: Lab, page: Page) -> None:
    page.goto(f"{lab.url}ogai/dashboards/cluster")
    expect(page.locator("#password_input")).to_be_visible()


def test_the_cluster_in_the_dark(
    lab: Lab, page: Page, axe: Callable[[Page, str], None], shoot: Callable[[str], None]
) -> None:
    _open(lab, page, "cluster", "dark")
    expect(page.locator(".og-tile", has_text="Nodes ready")).to_contain_text("of 1", timeout=_LIVE)
    expect(page.get_by_role("figure").locator("canvas")).to_be_visible()
    axe(page, ".ogai-page")
    shoot("dashboard-cluster-dark")


def test_a_comparison_says_what_is_missing(
    lab: Lab, page: Page, shoot: Callable[[str], None]
) -> None:
    _open(lab, page, "compare", more="&model=org/none&versions=v1,v2")
    expect(page.locator(".ogai-page")).to_contain_text("org/none", timeout=_LIVE)
    shoot("dashboard-compare-light")


def test_a_server_that_was_away_is_told_and_found_again(own_lab: Lab, page: Page) -> None:
    _open(own_lab, page, "jobs")
    expect(page.locator(".og-tile").first).to_be_visible(timeout=_LIVE)
    own_lab.stop()
    alarm = page.get_by_role("alert")
    expect(alarm).to_contain_text("The server has not answered since", timeout=_LIVE)
    expect(page.locator(".og-tile").first).to_be_visible()  # the last state stays
    own_lab.start()
    expect(alarm).to_be_hidden(timeout=_LIVE)
    expect(page.locator(".og-tile").first).to_be_visible(timeout=_LIVE)
