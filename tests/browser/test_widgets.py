"""The widgets in a real notebook: live charts that the keyboard reads, a still card at the end."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from .accessibility import use_theme
from .conftest import Lab

pytestmark = [pytest.mark.browser, pytest.mark.slow]

_STEPS = """\
import time
import ogai_lab

for step in range(600):
    values = {"loss": 2 / (step + 1), "lr": 0.1, "steps": 600}
    if step == 3:
        values["loss"] = -1.0
    ogai_lab.log(values, step=step)
    time.sleep(0.1)
"""


def _notebook(*sources: str) -> str:
    cells = [
        {
            "cell_type": "code",
            "id": f"cell{index}",
            "metadata": {},
            "outputs": [],
            "execution_count": None,
            "source": source,
        }
        for index, source in enumerate(sources)
    ]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return json.dumps(
        {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    )


def _run_first_cell(lab: Lab, page: Page) -> None:
    lab.wait_for_kernel(page)
    page.locator(".jp-Notebook .jp-Cell .cm-content").first.click()
    page.keyboard.press("Control+Enter")


def test_a_job_is_drawn_live_read_by_keyboard_and_still_when_it_is_over(
    lab: Lab, page: Page, axe: Callable[[Page, str], None], shoot: Callable[[str], None]
) -> None:
    lab.cancel_all()
    (lab.notebooks / "steps.py").write_text(_STEPS)
    source = 'import ogai_lab as ogai\njob = ogai.run("steps.py")\nogai.JobView(job)'
    (lab.notebooks / "view.ipynb").write_text(_notebook(source))
    lab.open(page, "lab/tree/view.ipynb")
    _run_first_cell(lab, page)

    view = page.locator(".jp-OutputArea .ogai-live")
    figure = view.get_by_role("figure", name="loss")
    expect(figure.locator("canvas")).to_be_visible(timeout=60_000)
    rows = figure.locator("summary")
    rows.focus()
    page.keyboard.press("Enter")
    last = re.compile(r"of (?:[2-9]\d|\d{3})$")  # it grows while one looks
    expect(figure.locator("details [role=status]")).to_contain_text(last, timeout=60_000)
    rows.focus()
    page.keyboard.press("Enter")

    view.get_by_label("Log scale").check()
    expect(figure.get_by_text("Points not drawn: 1 (not above zero")).to_be_visible()
    area = figure.get_by_role("application")
    area.focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    expect(figure.locator("figcaption")).to_contain_text("step 1")
    expect(figure.locator("[aria-live=polite]")).to_contain_text("loss 1")
    page.keyboard.press("+")
    expect(figure.get_by_role("button", name="Show all")).to_be_visible()
    page.keyboard.press("Escape")
    expect(figure.get_by_role("button", name="Show all")).to_be_hidden()
    switch = figure.get_by_role("button", name="loss")
    switch.focus()
    page.keyboard.press("Space")
    expect(switch).to_have_attribute("aria-pressed", "false")
    page.keyboard.press("Space")
    axe(page, ".ogai-live")
    shoot("widget-job-light")
    use_theme(page, "JupyterLab Dark")
    shoot("widget-job-dark")
    view.get_by_label("Metric").select_option("lr")
    expect(view.get_by_role("figure", name="lr")).to_be_visible()

    view.get_by_role("button", name="Cancel").click()
    view.get_by_role("button", name="End the job").click()
    still = page.locator(".jp-OutputArea .ogai:not(.ogai-live *)")
    expect(still).to_contain_text("cancelled", timeout=60_000)
    expect(still.locator("svg[role=img]")).to_be_visible()
    expect(view).to_have_count(0)


def test_the_table_of_jobs_is_right_from_its_first_moment(lab: Lab, page: Page) -> None:
    job = lab.submit("<b>was here before</b>", "true")
    lab.wait(job, "succeeded")
    source = "import ogai_lab as ogai\nogai.JobTable()"
    (lab.notebooks / "table.ipynb").write_text(_notebook(source))
    lab.open(page, "lab/tree/table.ipynb")
    _run_first_cell(lab, page)
    table = page.locator(".jp-OutputArea .ogai-live table")
    expect(table).to_contain_text("<b>was here before</b>", timeout=60_000)
    page.keyboard.press("Control+s")
    page.wait_for_function("!document.title.includes('*')")
    expect(page.locator(".jp-mod-dirty")).to_have_count(0)

    def saved() -> dict[str, str]:
        cell = json.loads((lab.notebooks / "table.ipynb").read_text())["cells"][0]
        return next((o["data"] for o in cell["outputs"] if "data" in o), {})

    page.wait_for_timeout(500)
    still = "".join(saved()["text/html"])
    assert "No jobs yet" not in still
    assert "&lt;b&gt;was here before&lt;/b&gt;" in still
    assert "As of 2" in still
