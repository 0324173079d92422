"""What stands around the sidebar: links and tabs, sessions, status bar, messages, notebooks."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from .lab import PATIENCE, Lab

pytestmark = [pytest.mark.browser, pytest.mark.slow]

_SLEEP = "sleep 300"


def _notebook(lab: Lab, name: str, cells: list[dict[str, object]]) -> None:
    document = {
        "cells": cells,
        "metadata": {
            "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    (lab.notebooks / name).write_text(json.dumps(document))


def _code(source: str, outputs: list[object] | None = None) -> dict[str, object]:
    return {
        "id": "c0ffee",
        "cell_type": "code",
        "source": source,
        "outputs": outputs or [],
        "execution_count": 1,
        "metadata": {},
    }


def test_a_link_opens_a_tab_leaves_the_address_and_is_restored(
    lab: Lab, page: Page, shoot: Callable[[str], None]
) -> None:
    lab.open(page, "lab?ogai=nosuch/thing")
    tab = page.locator(".jp-ogai-MainTab")
    expect(tab).to_contain_text("No tab is called “nosuch”")
    expect(tab.get_by_role("button", name="Try Again")).to_be_visible()
    assert "ogai=" not in page.url
    shoot("around-link")
    lab.wait_until_saved("nosuch/thing")
    page.reload()
    expect(page.locator(".jp-ogai-MainTab")).to_have_count(1, timeout=PATIENCE)


def test_a_job_stands_in_the_status_bar_and_among_the_running_sessions(
    lab: Lab, page: Page, axe: Callable[[Page, str], None], shoot: Callable[[str], None]
) -> None:
    job = lab.submit("session-job", _SLEEP)
    lab.wait(job, "running")
    lab.open(page)
    item = page.locator(".jp-ogai-Status button")
    expect(item).to_contain_text("running ·", timeout=PATIENCE)
    expect(item).to_contain_text("free")
    expect(page.locator(".jp-Launcher")).to_contain_text("OGAI Lab")
    shoot("around-launcher")
    axe(page, ".jp-ogai-Status")
    item.click()
    expect(page.locator("#ogai-lab")).to_be_visible()
    page.get_by_role("tab", name="Running Terminals and Kernels").click()
    row = page.locator(".jp-ogai-RunningJob", has_text="session-job")
    expect(row).to_be_visible()
    shoot("around-running")
    row.hover()
    row.locator(".jp-RunningSessions-itemShutdown").click()
    page.get_by_role("button", name="Cancel Job", exact=True).click()
    expect(row).to_have_count(0, timeout=PATIENCE)
    lab.wait(job, "cancelled")


def test_messages_tell_what_happens_to_my_jobs_and_never_storm(
    lab: Lab, page: Page, shoot: Callable[[str], None]
) -> None:
    before = lab.submit("before", "exit 3")
    lab.wait(before, "failed")
    with page.expect_request("**/ogai/events/follow*", timeout=PATIENCE):
        lab.open(page)
    lab.submit("breaks", "echo oh no; exit 3")
    toast = page.locator(".Toastify__toast", has_text="“breaks” failed")
    expect(toast).to_be_visible()
    expect(page.locator(".Toastify__toast", has_text="before")).to_have_count(0)
    shoot("around-failed")
    toast.get_by_role("button", name="Explain").click()
    expect(page.locator(".jp-ogai-MainTab")).to_contain_text("exited with code 3")
    for number in range(12):
        lab.submit(f"many-{number}", "true")
    expect(page.locator(".Toastify__toast", has_text="Your jobs: done: ")).to_be_visible()
    shoot("around-many")
    assert page.locator(".Toastify__toast").count() <= 4


def test_a_job_in_a_cell_is_live_after_a_reload_and_a_notebook_runs_as_a_job(
    lab: Lab, page: Page, shoot: Callable[[str], None]
) -> None:
    job = lab.submit("in-a-cell", _SLEEP)
    lab.wait(job, "running")
    output = {
        "output_type": "display_data",
        "metadata": {},
        "data": {
            "text/plain": "a job",
            "text/html": "<b>the card of then</b>",
            "application/vnd.ogai.job+json": {"id": job, "state": "queued", "time": 1.0},
        },
    }
    gone = json.loads(json.dumps(output))
    gone["data"]["text/html"] = "<b>a job of another server</b>"
    gone["data"]["application/vnd.ogai.job+json"]["id"] = "01NOSUCHJOB"
    _notebook(lab, "cell.ipynb", [_code("ogai.run('x')", [output, gone])])
    lab.open(page, "lab/tree/cell.ipynb")
    strip = page.locator(".jp-ogai-JobStrip")
    expect(strip).to_contain_text("Running", timeout=PATIENCE)
    expect(strip).to_have_count(1)
    expect(page.get_by_text("the card of then")).to_be_hidden()
    expect(page.get_by_text("a job of another server")).to_be_visible()
    shoot("around-cell")
    strip.get_by_role("button", name="Cancel in-a-cell").click()
    page.get_by_role("button", name="Cancel Job", exact=True).click()
    expect(strip).to_contain_text("Cancelled")
    strip.get_by_role("button", name="As of").click()
    expect(page.get_by_text("the card of then")).to_be_visible()
    toolbar = page.locator(".jp-NotebookPanel-toolbar")
    toolbar.get_by_role("button", name="Run as Job").click()
    form = page.locator(".jp-ogai-MainTab")
    expect(form.get_by_label("File")).to_have_value("cell.ipynb", timeout=PATIENCE)
    shoot("around-toolbar")
