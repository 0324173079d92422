"""The sidebar: its four sections, what can be done in them, and what becomes a cell."""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from .accessibility import THEMES, use_theme
from .lab import PATIENCE, Lab
from .sidebar import header, job_row, show

pytestmark = [pytest.mark.browser, pytest.mark.slow]

_STEPS = """
import time
from ogai_lab.core import records
for step in range(1, 100_000):
    records.log({"loss": 1 / step, "steps": 40}, step=min(step, 10))
    time.sleep(0.5)
"""
_MAKES_A_MODEL = """
mkdir "$OGAI_OUTPUT/model" && cp "$MODEL"/* "$OGAI_OUTPUT/model/"
{python} -c "from ogai_lab.core.records import output; output('model', 'model')"
"""


@pytest.fixture(scope="module")
def full(lab: Lab) -> Iterator[dict[str, str]]:
    """A lab with jobs, a data run, a model of two versions, and one that nobody registered."""
    lab.cancel_all()  # what other tests left would stand in line before ours
    made = {
        "running": lab.submit("steps", f"exec {sys.executable} -c '{_STEPS}'"),
        "failed": lab.submit("breaks", "exit 3"),
        "run": _prepare(lab),
    }
    for number in (1, 2):
        _register(lab, number)
    made["made"] = lab.submit(
        "makes-a-model",
        _MAKES_A_MODEL.replace("{python}", sys.executable),
        environment={"MODEL": str(_model(lab.folder / "model-3", 3))},
    )
    for key, state in (
        ("running", "running"),
        ("failed", "failed"),
        ("run", "succeeded"),
        ("made", "succeeded"),
    ):
        lab.wait(made[key], state)
    yield made
    with lab.api() as api:
        api.post(f"/scheduler/jobs/{made['running']}/cancel", json={})


def _model(folder: Path, number: int) -> Path:
    import numpy as np
    from safetensors.numpy import save_file

    folder.mkdir()
    save_file({"weight": np.full((8, 8), number, dtype=np.float32)}, folder / "model.safetensors")
    (folder / "config.json").write_text(json.dumps({"model_type": "llama", "number": number}))
    return folder


def _register(lab: Lab, number: int) -> None:
    body = {
        "name": "lab/small",
        "folder": str(_model(lab.folder / f"model-{number}", number)),
        "aliases": ["production"] if number == 1 else [],
        "metrics": {"bits_per_byte": 2 - number / 10},
    }
    with lab.api() as api:
        answer = api.post("/models/versions", json=body)
    assert answer.is_success, answer.text


def _prepare(lab: Lab) -> str:
    folder = lab.folder / "corpus"
    folder.mkdir()
    words = random.Random(0)
    for number in range(20):
        text = " ".join(words.choice("abcdefgh") * 3 for _ in range(80))
        (folder / f"{number:02}.txt").write_text(text if number % 4 else "short")
    rule = {"reason": "short", "column": "characters", "drop": "below", "value": 50}
    pipeline = {
        "name": "corpus",
        "sources": [{"kind": "text_folder", "path": str(folder)}],
        "stages": [{"stage": "length"}],
        "policy": {"name": "clean", "rules": [rule]},
        "split": {"leaked": None},
        "tokenizer": {"vocab_size": 300},
        "packing": {"sequence_length": 16},
    }
    with lab.api() as api:
        answer = api.post("/data/runs", json={"pipeline": pipeline, "workers": 1})
    assert answer.is_success, answer.text
    job: str = answer.json()["id"]
    return job


def _model_row(page: Page) -> Locator:
    return page.locator(".jp-ogai-ModelRow", has_text="lab/small")


def test_every_section_says_what_there_is(
    lab: Lab,
    page: Page,
    full: dict[str, str],
    axe: Callable[[Page, str], None],
    shoot: Callable[[str], None],
) -> None:
    lab.open(page)
    show(page, "Cluster", "Jobs", "Data", "Models")
    section = page.locator(".jp-ogai-Section-cluster")
    expect(section.get_by_role("meter", name="Cores in use")).to_have_count(1)
    expect(section.locator(".jp-ogai-Queue")).to_contain_text("default")
    expect(section.locator(".jp-ogai-NodeRow")).to_contain_text("cores free")
    expect(job_row(page, full["running"])).to_contain_text("step 10 of 40", timeout=PATIENCE)
    expect(job_row(page, full["running"])).to_contain_text("25%")
    run = page.locator(".jp-ogai-RunRow").first
    expect(run).to_contain_text("75% kept")
    expect(run).to_contain_text("tokens")
    _model_row(page).click()
    versions = page.locator(".jp-ogai-VersionRow")
    expect(versions.last).to_contain_text("production")
    expect(versions.last).to_contain_text("bits_per_byte 1.9")
    expect(header(page, "Jobs").get_by_role("button", name="not opened")).to_be_visible()
    expect(header(page, "Models").get_by_role("button", name="not registered")).to_be_visible()
    for theme in THEMES:
        use_theme(page, theme)
        shoot(f"sidebar-{theme.rpartition(' ')[2].lower()}")
        axe(page, "#ogai-lab")


def test_a_reload_brings_back_what_was_open_and_what_was_seen(
    lab: Lab, page: Page, full: dict[str, str]
) -> None:
    broken = lab.submit("breaks-again", "exit 4")
    lab.wait(broken, "failed")
    lab.open(page)
    show(page, "Jobs", "Models")
    expect(job_row(page, broken)).to_have_attribute("data-state", "failed")
    badge = header(page, "Jobs").locator(".jp-ogai-Badge")
    expect(badge).to_contain_text("failed")
    badge.click()
    expect(badge).to_have_count(0)
    expect(header(page, "Jobs")).to_have_attribute("aria-expanded", "true")
    lab.wait_until_saved(broken, "ogai-lab:seen")
    lab.wait_until_saved('"closed": ["cluster", "data"]', "ogai-lab:sidebar")
    lab.wait_until_saved('"current": "ogai-lab"')
    page.reload()
    expect(page.locator("#ogai-lab")).to_be_visible(timeout=PATIENCE)
    for name, is_open in (("Cluster", False), ("Jobs", True), ("Data", False), ("Models", True)):
        expect(header(page, name)).to_have_attribute("aria-expanded", str(is_open).lower())
    expect(job_row(page, broken)).to_be_visible(timeout=PATIENCE)
    expect(badge).to_have_count(0)


def test_what_is_dragged_into_a_notebook_is_a_cell(
    lab: Lab, page: Page, full: dict[str, str]
) -> None:
    lab.open(page)
    page.evaluate("window.jupyterapp.commands.execute('notebook:create-new', {kernelName: ''})")
    cells = page.locator(".jp-Notebook .jp-CodeCell")
    expect(cells).to_have_count(1, timeout=PATIENCE)
    page.get_by_role("dialog").get_by_role("button", name="No Kernel").click()
    show(page, "Cluster", "Jobs", "Models")
    _model_row(page).click()
    things = {
        f'ogai.JobView("{full["running"]}")': job_row(page, full["running"]),
        'from_pretrained("lab/small", revision="v1")': page.locator(".jp-ogai-VersionRow").last,
        'ogai.run("train.py"': page.locator(".jp-ogai-NodeRow").first,
    }
    for number, (code, row) in enumerate(things.items(), start=2):
        row.scroll_into_view_if_needed()
        _drag(page, row, cells.first)
        expect(cells).to_have_count(number)
        expect(page.locator(".jp-Notebook")).to_contain_text(code)


def _drag(page: Page, row: Locator, target: Locator) -> None:
    start, end = row.bounding_box(), target.bounding_box()
    assert start is not None
    assert end is not None
    page.mouse.move(start["x"] + start["width"] / 2, start["y"] + 10)
    page.mouse.down()
    page.mouse.move(start["x"] + start["width"] / 2 + 20, start["y"] + 20, steps=4)
    expect(page.locator(".jp-ogai-Ghost")).to_be_visible()
    page.mouse.move(end["x"] + 100, end["y"] + end["height"] / 2, steps=8)
    page.mouse.up()
    expect(page.locator(".jp-ogai-Ghost")).to_have_count(0)


def test_the_menu_of_a_job_and_whose_are_listed(lab: Lab, page: Page, full: dict[str, str]) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    lab.open(page)
    show(page, "Jobs")
    job_row(page, full["failed"]).click(button="right")
    menu = page.locator(".lm-Menu-itemLabel")
    for label in (
        "Open Job",
        "Open Log",
        "Why Did It Fail?",
        "Clone and Edit…",
        "Insert a Cell that Reattaches",
        "Copy Job Id",
        "Cancel Job…",
        "Delete Job…",
    ):
        expect(menu.get_by_text(label, exact=True)).to_have_count(1)
    menu.get_by_text("Copy Job Id").click()
    assert page.evaluate("navigator.clipboard.readText()") == full["failed"]
    # The same menu by the keyboard alone.
    job_row(page, full["running"]).focus()
    page.keyboard.press("Shift+F10")
    expect(menu.get_by_text("Cancel Job…")).to_be_visible()
    page.keyboard.press("Escape")
    doomed = lab.submit("doomed", "true")
    lab.wait(doomed, "succeeded")
    job_row(page, doomed).click(button="right")
    menu.get_by_text("Delete Job…").click()
    page.get_by_role("button", name="Keep It").click()
    expect(job_row(page, doomed)).to_be_visible()
    job_row(page, doomed).click(button="right")
    menu.get_by_text("Delete Job…").click()
    page.get_by_role("button", name="Delete Job", exact=True).click()
    expect(job_row(page, doomed)).to_have_count(0)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.get_by_role("button", name="Mine", exact=True).click()
    expect(job_row(page, full["running"])).to_be_visible()
    owner = lab.job(full["running"])["owner"]
    assert any(f"owner={owner}" in url for url in asked)
    expect(job_row(page, full["running"])).not_to_contain_text(f"· {owner}")


def test_a_model_is_registered_compared_and_loaded(
    lab: Lab, page: Page, full: dict[str, str]
) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    lab.open(page)
    show(page, "Models")
    made = page.get_by_role("button", name="not registered")
    before = made.inner_text()
    made.click()
    form = page.locator(".jp-ogai-Form")
    form.locator("select").select_option(full["made"])
    form.locator("input").fill("not a name")
    page.get_by_role("button", name="Register", exact=True).click()
    expect(page.get_by_text("it has the form org/name")).to_be_visible()
    form.locator("input").fill("lab/small")
    page.get_by_role("button", name="Register", exact=True).click()
    expect(made.filter(has_text=before)).to_have_count(0, timeout=PATIENCE)
    _model_row(page).focus()
    page.keyboard.press("ArrowRight")
    versions = page.locator(".jp-ogai-VersionRow")
    expect(versions).to_have_count(3, timeout=PATIENCE)
    versions.first.click(button="right")
    page.locator(".lm-Menu-itemLabel").get_by_text("Copy Load Snippet").click()
    snippet = 'AutoModelForCausalLM.from_pretrained("lab/small", revision="v3")'
    assert page.evaluate("navigator.clipboard.readText()") == snippet
    versions.first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    page.get_by_role("button", name="Compare (2)").click()
    tab = page.locator(".jp-ogai-MainTab")
    expect(tab).to_be_visible()
    expect(tab).to_contain_text("v3")
