"""The whole thread in a browser: launch in a notebook, watch in the sidebar, cancel there."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from .conftest import Lab

pytestmark = [pytest.mark.browser, pytest.mark.slow]

_COUNTS = """\
import time
import ogai_lab

for step in range(1500):
    ogai_lab.log({"loss": 1 / (step + 1)}, step=step)
    print(f"counted to {step}")
    time.sleep(0.2)
"""


def _notebook(source: str) -> str:
    cell = {"cell_type": "code", "id": "one", "metadata": {}, "outputs": [], "source": source}
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return json.dumps(
        {
            "cells": [cell | {"execution_count": None}],
            "metadata": {"kernelspec": kernel},
            "nbformat": 4,
            "nbformat_minor": 5,
        }
    )


def test_launch_from_a_notebook_watch_and_cancel_in_the_sidebar(
    lab: Lab, page: Page, shoot: Callable[[str], None]
) -> None:
    lab.cancel_all()  # what other tests left would stand in line before ours
    (lab.notebooks / "counts.py").write_text(_COUNTS)
    source = 'import ogai_lab as ogai\nogai.JobLauncher("counts.py")'
    (lab.notebooks / "launch.ipynb").write_text(_notebook(source))

    lab.open(page, "lab/tree/launch.ipynb")
    page.get_by_role("tab", name="OGAI Lab").click()
    rows = page.locator(".jp-ogai-JobRow", has_text="counts.py")
    lab.wait_for_kernel(page)
    page.locator(".jp-Notebook .jp-Cell .cm-content").first.click()
    page.keyboard.press("Shift+Enter")
    page.locator(".jp-OutputArea button", has_text="Launch").click(timeout=60_000)

    expect(rows).to_have_attribute("data-state", "running", timeout=60_000)
    row = rows.first
    row.focus()
    page.keyboard.press("Enter")
    page.get_by_role("tab", name="Logs").click()
    log = page.locator(".jp-ogai-LogPane .cm-content")
    expect(log).to_contain_text("counted to 2", timeout=30_000)
    expect(row).to_have_attribute("data-state", "running")  # the line came while the job runs
    shoot("thread")

    row.focus()
    page.keyboard.press("Delete")
    page.get_by_role("dialog").get_by_role("button", name="Cancel Job").click()
    expect(row).to_have_attribute("data-state", "cancelled", timeout=30_000)
    expect(page.locator(".jp-ogai-JobTab:visible")).to_contain_text("Cancelled")
    job = row.get_attribute("data-job-id")
    with lab.api() as api:
        assert api.get(f"/scheduler/jobs/{job}").json()["state"] == "cancelled"
