"""The launch tab: a real job put together in the form, looked at before, and launched."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from .accessibility import THEMES, use_theme
from .conftest import Lab

pytestmark = [pytest.mark.browser, pytest.mark.slow]

_PATIENCE = 60_000


def _field(page: Page, path: str) -> Locator:
    return page.locator(f"[data-field='{path}']")


def _open(lab: Lab, page: Page, link: str = "launch") -> None:
    lab.open(page, f"lab?ogai={link}")
    expect(page.locator(".jp-ogai-Launch-form")).to_be_visible(timeout=_PATIENCE)


def _open_again(page: Page, args: dict[str, str]) -> None:
    page.evaluate(
        "args => { jupyterapp.commands.execute('ogai:open', {kind: 'launch', ...args}); }", args
    )


def _empty_templates(lab: Lab) -> None:
    with lab.api() as api:
        for template in api.get("/launch/templates").json():
            api.delete("/launch/templates", params={"name": template["name"]})


def test_a_job_is_put_together_previewed_and_launched(
    lab: Lab, page: Page, shoot: Callable[[str], None]
) -> None:
    (lab.notebooks / "train.py").write_text("import sys\nprint('got', sys.argv[1:])\n")
    _open(lab, page)
    side = page.get_by_role("complementary", name="What will be created")
    launch = page.get_by_role("button", name="Launch", exact=True)
    file = _field(page, "run.path").get_by_role("combobox")
    expect(side).to_contain_text("Choose what to run", timeout=_PATIENCE)
    expect(launch).to_be_disabled()
    expect(page.locator(".jp-ogai-Field-problem")).to_have_count(0)
    launch.click(force=True)
    expect(file).to_be_focused(timeout=_PATIENCE)
    expect(_field(page, "run.path")).to_contain_text("Say here what is to run.")
    file.fill("train.py")
    _field(page, "workdir").get_by_role("textbox").fill(str(lab.notebooks))
    _field(page, "run.args").get_by_role("textbox").fill("--lr 0.1 'two words'")
    expect(side).to_contain_text("file", timeout=_PATIENCE)
    expect(side.locator("pre")).to_contain_text("args=['--lr', '0.1', 'two words']")
    page.get_by_role("radio", name="Command line").check(force=True)
    expect(side.locator("pre")).to_contain_text("-- train.py --lr 0.1 'two words'")

    _field(page, "gpus").get_by_role("spinbutton").fill("99")
    problem = _field(page, "gpus").locator(".jp-ogai-Field-problem")
    expect(problem).to_contain_text("more than any node has", timeout=_PATIENCE)
    expect(page.locator("[data-field='gpus'] input")).to_have_attribute("aria-invalid", "true")
    launch.click()
    expect(page.locator("[data-field='gpus'] input")).to_be_focused(timeout=_PATIENCE)
    _field(page, "gpus").get_by_role("spinbutton").fill("")
    expect(side).to_contain_text("It would start now", timeout=_PATIENCE)
    shoot("launch")

    before = _total(lab)
    launch.click()
    expect(page.locator(".jp-ogai-Tab-content").last).to_contain_text("train.py", timeout=_PATIENCE)
    with lab.api() as api:
        page_of_jobs = api.get("/scheduler/jobs?limit=1&name=train.py").json()
    job = page_of_jobs["items"][0]
    assert _total(lab) == before + 1
    assert job["spec"]["run"]["args"] == ["--lr", "0.1", "two words"]
    lab.wait(job["id"], "succeeded")


def _total(lab: Lab) -> int:
    with lab.api() as api:
        total: int = api.get("/scheduler/jobs?limit=1").json()["total"]
    return total


def test_the_draft_outlives_a_reload_and_a_clone_can_be_undone(lab: Lab, page: Page) -> None:
    job = lab.submit("to-clone", "echo cloned", labels={"team": "nlp"})
    _open(lab, page)
    page.get_by_role("radio", name="Code").check(force=True)
    _field(page, "run.source").get_by_role("textbox").fill("print('<b>mine</b>')")
    lab.wait_until_saved("ogai:launch")
    lab.wait_until_saved("mine", key="@ogai/lab:launch-draft")
    page.reload()
    source = _field(page, "run.source").get_by_role("textbox")
    expect(source).to_have_value("print('<b>mine</b>')", timeout=_PATIENCE)

    _open_again(page, {"from": job})
    expect(page.get_by_text("Filled in from “to-clone”.")).to_be_visible(timeout=_PATIENCE)
    line = _field(page, "run.argv").get_by_role("textbox")
    expect(line).to_have_value("sh -c 'echo cloned'")
    expect(page.get_by_role("textbox", name="Value of team")).to_have_value("nlp")
    page.get_by_role("button", name="Undo").click()
    expect(source).to_have_value("print('<b>mine</b>')")


def test_templates_are_kept_renamed_shared_deleted_and_brought_back(lab: Lab, page: Page) -> None:
    _empty_templates(lab)
    _open(lab, page)
    _field(page, "priority").get_by_role("spinbutton").fill("7")
    page.get_by_role("button", name="Keep as Template…").click()
    page.get_by_role("dialog").get_by_role("textbox").fill("<i>urgent</i>")
    page.get_by_role("dialog").get_by_role("button", name="OK").click()
    choice = page.get_by_role("combobox", name="Template")
    expect(choice.locator("option:checked")).to_have_text("<i>urgent</i>", timeout=_PATIENCE)
    page.get_by_role("button", name="Shared", exact=True).click()
    expect(choice).to_contain_text("(shared)", timeout=_PATIENCE)
    page.get_by_role("button", name="Rename…").click()
    page.get_by_role("dialog").get_by_role("textbox").fill("urgent")
    page.get_by_role("dialog").get_by_role("button", name="OK").click()
    expect(choice).to_contain_text("urgent (shared)", timeout=_PATIENCE)

    page.get_by_role("button", name="Clear the Form").click()
    expect(_field(page, "priority").get_by_role("spinbutton")).to_have_value("")
    choice.select_option("")
    choice.select_option(label="urgent (shared)")
    expect(_field(page, "priority").get_by_role("spinbutton")).to_have_value("7")

    page.get_by_role("toolbar", name="Templates").get_by_role("button", name="Delete").click()
    expect(choice).to_contain_text("none yet", timeout=_PATIENCE)
    page.locator(".jp-toast-message, .Toastify__toast").get_by_role("button", name="Undo").click()
    expect(choice).to_contain_text("urgent (shared)", timeout=_PATIENCE)
    with lab.api() as api:
        (kept,) = api.get("/launch/templates").json()
    assert (kept["name"], kept["shared"], kept["spec"]["priority"]) == ("urgent", True, 7)


def test_a_notebook_is_launched_from_its_path(lab: Lab, page: Page) -> None:
    cells = [{"cell_type": "code", "id": "a", "metadata": {}, "outputs": [], "source": "n = 1"}]
    notebook = {
        "cells": [cell | {"execution_count": None} for cell in cells],
        "metadata": {},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    (lab.notebooks / "sub").mkdir(exist_ok=True)
    (lab.notebooks / "sub" / "report.ipynb").write_text(json.dumps(notebook))
    _open(lab, page)
    _open_again(page, {"path": "sub/report.ipynb"})
    expect(page.get_by_role("radio", name="Notebook")).to_be_checked(timeout=_PATIENCE)
    expect(_field(page, "workdir").get_by_role("textbox")).to_have_value(str(lab.notebooks / "sub"))
    parameters = _field(page, "run.parameters")
    parameters.get_by_role("button", name="Add").click()
    parameters.get_by_role("textbox").nth(0).fill("n")
    parameters.get_by_role("textbox").nth(1).fill("[1, 2]")
    code = page.locator(".jp-ogai-Preview pre")
    expect(code).to_contain_text("parameters={'n': [1, 2]}", timeout=_PATIENCE)


def test_in_every_theme_and_without_its_server_it_keeps_what_was_written(
    lab: Lab, page: Page, axe: Callable[[Page, str], None], shoot: Callable[[str], None]
) -> None:
    _open(lab, page)
    page.get_by_text("When it fails").click()
    page.get_by_text("What it brings along").click()
    shoot("launch-untouched")
    page.get_by_role("radio", name="Command", exact=True).check(force=True)
    _field(page, "run.argv").get_by_role("textbox").fill("true")
    _field(page, "name").get_by_role("textbox").fill("kept")
    expect(page.locator(".jp-ogai-Preview")).to_be_visible(timeout=_PATIENCE)
    for theme in THEMES:
        use_theme(page, theme)
        axe(page, ".jp-ogai-Launch")
        shoot(f"launch-{theme.rpartition(' ')[2].lower()}")
    page.route("**/ogai/launch/preview*", lambda route: route.abort())
    _field(page, "name").get_by_role("textbox").fill("kept too")
    expect(page.get_by_text("The Jupyter server does not answer")).to_be_visible(timeout=_PATIENCE)
    page.unroute("**/ogai/launch/preview*")
    page.get_by_role("button", name="Try Again").click()
    expect(page.get_by_text("The Jupyter server does not answer")).to_have_count(
        0, timeout=_PATIENCE
    )
    expect(_field(page, "name").get_by_role("textbox")).to_have_value("kept too")
