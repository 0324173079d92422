"""The tab of one job: every pane with real jobs, every face, the keyboard, nothing left behind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Locator, Page, expect

from .accessibility import THEMES, use_theme
from .conftest import Lab

pytestmark = [pytest.mark.browser, pytest.mark.slow]

_TRAIN = """
import math, os, time, ogai_lab
from ogai_lab.core.records import output
attempt = int(os.environ["OGAI_ATTEMPT"])
for step in range(400):
    loss = 2.5 * math.exp(-step / 120) + 0.3 + 0.05 * math.sin(step * 1.7) / attempt
    ogai_lab.log({
        "train/loss": loss, "eval/accuracy": 1 - loss / 4, "lr": 3e-4 * (1 - step / 400),
        "grad_norm": abs(math.sin(step)), "tokens_per_s": 9000 + 500 * math.cos(step / 9),
        "steps": 400,
    }, step=step)
    if attempt == 1 and step == 250:
        raise RuntimeError("the second disk of the array is gone")
print("done after", attempt, "attempts")
output("model", "model")
"""
_SLOW = """
import time, ogai_lab
for step in range(100_000):
    ogai_lab.log({"loss": 1 / (1 + step)}, step=step)
    time.sleep(0.2)
"""
_SHOWN = ".jp-ogai-JobTab:not(.lm-mod-hidden *)"
PANES = ("Curves", "Logs", "Timeline", "Explain", "Spec", "Code and Environment", "Usage")


@dataclass(frozen=True)
class Shown:
    """The jobs that these tests look at."""

    twice: str  # failed once, started again, succeeded, with metrics and code
    failed: str
    waiting: str
    live: str
    short: str  # succeeded; to be deleted


@pytest.fixture(scope="module")
def jobs(lab: Lab) -> Iterator[Shown]:
    code = lab.folder / "code"
    (code / "lib").mkdir(parents=True)
    (code / "train.py").write_text(_TRAIN.lstrip())
    (code / "slow.py").write_text(_SLOW.lstrip())
    (code / "lib" / "model.py").write_text("class Model:\n    pass\n")
    (code / "weights.bin").write_bytes(bytes(range(256)))
    (code / "notes.md").write_text("# <img src=x onerror=alert(1)>\n")
    (code / ".gitignore").write_text("*.log\n")
    (code / "old.log").write_text("old")

    def script(path: str, name: str, **spec: object) -> str:
        body = {
            "run": {"kind": "script", "path": path},
            "name": name,
            "workdir": str(code),
            "cpus": 0.1,
            "environment": {"HF_TOKEN": "hf_not_for_your_eyes", "OMP_NUM_THREADS": "1"},
        }
        with lab.api() as api:
            answer = api.post("/scheduler/jobs", json={"spec": body | spec})
        assert answer.is_success, answer.text
        job: str = answer.json()["id"]
        return job

    twice = script("train.py", "train-llama", restarts={"limit": 2, "on": ["program_error"]})
    failed = lab.submit("broken.py", "echo before; echo no such corpus >&2; exit 3")
    short = lab.submit("short", "true")
    live = script("slow.py", "long-run")
    lab.wait(short, "succeeded")
    lab.wait(twice, "succeeded")
    lab.wait(failed, "failed")
    lab.wait(live, "running")
    with lab.api() as api:
        cores = api.get("/scheduler/nodes").json()[0]["cpus"]
    waiting = lab.submit("waits", "true", cpus=cores)
    yield Shown(twice, failed, waiting, live, short)
    with lab.api() as api:
        for job in (waiting, live):  # others of the session want the cores
            api.post(f"/scheduler/jobs/{job}/cancel", json={})
    lab.wait(live, "cancelled")


def _open(page: Page, job: str, pane: str | None = None) -> Locator:
    """Open a job's tab in the workbench that is open, and return it."""
    page.evaluate(
        "args => { window.jupyterapp.commands.execute('ogai:open', args); }",
        {"kind": "job", "id": job} | ({"pane": pane} if pane else {}),
    )
    return page.locator(".jp-ogai-JobTab:visible")


def _pane(tab: Locator, name: str) -> Locator:
    tab.get_by_role("tab", name=name).click()
    return tab.get_by_role("tabpanel")


def test_every_pane_in_every_theme(
    lab: Lab,
    page: Page,
    jobs: Shown,
    shoot: Callable[[str], None],
    axe: Callable[[Page, str], None],
) -> None:
    lab.open(page)
    for theme in THEMES:
        use_theme(page, theme)
        look = theme.rpartition(" ")[2].lower()
        tab = _open(page, jobs.twice)
        expect(tab.get_by_role("heading", name="train-llama")).to_be_visible()
        for name in PANES:
            panel = _pane(tab, name)
            expect(panel).to_be_visible()
            expect(panel.get_by_text("Loading…")).to_have_count(0)
            if name == "Curves":
                expect(panel.get_by_role("figure")).not_to_have_count(0)
            if name == "Code and Environment":
                expect(panel.locator(".cm-content")).to_contain_text("train/loss")
            shoot(f"job-{name.split()[0].lower()}-{look}")
            axe(page, _SHOWN)
        tab = _open(page, jobs.waiting, "explain")
        expect(tab.get_by_role("heading", name="waits")).to_be_visible()
        expect(tab.locator(".jp-ogai-Explain")).to_be_visible()
        shoot(f"job-waiting-{look}")
        axe(page, _SHOWN)
        _pane(tab, "Curves")
        expect(tab.get_by_text("No metrics yet")).to_be_visible()
        tab = _open(page, jobs.failed, "explain")
        expect(tab.locator(".jp-ogai-Explain pre")).to_contain_text("no such corpus")
        shoot(f"job-failed-{look}")
        axe(page, _SHOWN)


def test_a_link_opens_the_tab_keys_move_in_it_and_a_reload_brings_the_pane_back(
    lab: Lab, page: Page, jobs: Shown
) -> None:
    lab.open(page)
    tab = _open(page, jobs.twice)
    curves = tab.get_by_role("tab", name="Curves")
    expect(curves).to_have_attribute("aria-selected", "true")
    curves.focus()
    page.keyboard.press("ArrowLeft")
    expect(tab.get_by_role("tab", name="Usage")).to_be_focused()
    page.keyboard.press("Home")
    expect(curves).to_be_focused()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(tab.get_by_role("tabpanel", name="Timeline")).to_be_visible()
    assert tab.locator("[role=tab][tabindex='0']").count() == 1
    queue = tab.get_by_label("With the time in the queue")
    expect(queue).to_be_visible()  # the pane has what it shows
    page.keyboard.press("Tab")
    expect(queue).to_be_focused()
    lab.wait_until_saved(jobs.twice)
    lab.wait_until_saved("timeline", f"ogai:job/{jobs.twice}")
    page.reload()
    tab = page.locator(".jp-ogai-JobTab:visible")
    expect(tab.get_by_role("tabpanel", name="Timeline")).to_be_visible(timeout=60_000)


def test_curves_of_two_attempts_are_chosen_overlaid_and_drawn_as_one(
    lab: Lab, page: Page, jobs: Shown
) -> None:
    lab.open(page)
    panel = _pane(_open(page, jobs.twice), "Curves")
    figures = panel.locator(".jp-ogai-Curves-chart")
    expect(figures).to_have_count(4)
    loss = figures.filter(has_text="train/loss")
    expect(loss).to_contain_text("attempt 1")
    expect(loss).to_contain_text("attempt 2")
    chips = panel.get_by_role("group", name="Metrics")
    chips.get_by_role("button", name="All", exact=True).click()
    expect(figures).to_have_count(5)
    for name in ("lr", "grad_norm", "tokens_per_s", "eval/accuracy"):
        chips.get_by_role("button", name=name).click()
    expect(figures).to_have_count(1)
    panel.get_by_role("group", name="Attempts").get_by_role("button", name="1").click()
    expect(figures).not_to_contain_text("attempt 1")
    panel.get_by_label("Log scale").check()
    panel.get_by_label("Smoothing").fill("0.9")
    expect(panel.locator("output")).to_have_text("0.90")
    chips.get_by_role("button", name="Main ones").click()
    panel.get_by_label("One chart").check()
    expect(figures).to_have_count(1)
    expect(figures).to_contain_text("eval/accuracy")
    _pane(_open(page, jobs.twice), "Usage")
    expect(_pane(_open(page, jobs.twice), "Curves").get_by_label("One chart")).to_be_checked()


def test_a_live_curve_grows_and_asks_nothing_while_it_is_hidden(
    lab: Lab, page: Page, jobs: Shown
) -> None:
    lab.open(page)
    tab = _open(page, jobs.live)
    step = tab.locator(".jp-ogai-JobHeader-state")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    expect(tab.locator(".jp-ogai-Curves-chart")).to_contain_text("loss")
    before = step.text_content() or ""
    expect(step).not_to_have_text(before)
    page.wait_for_function(
        "count => window.performance.getEntriesByType('resource')"
        ".filter(one => one.name.includes('/curves?') && one.name.includes('after=')).length > 1",
        arg=0,
    )
    assert any("/curves?" in url for url in asked)
    page.evaluate("() => { window.jupyterapp.commands.execute('launcher:create'); }")
    expect(tab).to_have_count(0)
    page.wait_for_timeout(500)
    asked.clear()
    page.wait_for_timeout(3000)
    assert [url for url in asked if jobs.live in url] == []


def test_the_timeline_the_spec_beside_another_and_the_code_are_read(
    lab: Lab, page: Page, jobs: Shown
) -> None:
    lab.open(page)
    panel = _pane(_open(page, jobs.twice), "Timeline")
    rows = panel.get_by_role("table").first.locator("tbody tr")
    expect(rows).to_have_count(2)
    first, second = rows.all()
    expect(first).to_contain_text("Program error")
    expect(first).to_contain_text("rank 0 on node 0")
    expect(first).to_contain_text("the second disk of the array is gone")
    expect(second).to_contain_text("Succeeded")
    expect(panel.locator(".jp-ogai-Timeline-picture")).to_contain_text("Restarting")
    expect(panel).to_contain_text("Started again (program_error)")
    expect(panel).to_contain_text("Output model: model")

    panel = _pane(_open(page, jobs.twice), "Spec")
    expect(panel).to_contain_text("train.py")
    panel.get_by_role("button", name="Compare with Another Job").click()
    panel.get_by_role("searchbox").fill("LONG")
    panel.get_by_role("button", name="long-run").click()
    rows = panel.locator(".jp-ogai-Diff-table tbody tr")
    expect(rows.filter(has_text="run.path")).to_contain_text("changed")
    expect(rows.filter(has_text="restarts.limit")).to_contain_text("changed")
    expect(rows.filter(has_text="HF_TOKEN")).to_have_count(0)
    panel.get_by_label("With what is the same").check()
    expect(rows.filter(has_text="HF_TOKEN")).to_contain_text("••••••")
    assert "hf_not_for_your_eyes" not in page.content()

    panel = _pane(_open(page, jobs.twice), "Code and Environment")
    tree = panel.get_by_role("tree", name="Files")
    expect(tree.get_by_role("treeitem", name="train.py")).to_have_attribute("aria-selected", "true")
    expect(panel.locator(".cm-content")).to_contain_text("import math")
    tree.get_by_role("treeitem", name="notes.md").click()
    expect(panel.locator(".cm-content")).to_contain_text("<img src=x")
    tree.get_by_role("treeitem", name="weights.bin").click()
    expect(panel.get_by_text("This file is not text")).to_be_visible()
    page.keyboard.press("Home")
    expect(tree.get_by_role("treeitem", name="lib/")).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(tree.get_by_role("treeitem", name="model.py")).to_have_count(0)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(panel.locator(".cm-content")).to_contain_text("class Model")
    panel.get_by_text("1 path was left out").click()
    expect(panel.get_by_role("row", name="old.log")).to_contain_text("ignored by .gitignore")
    expect(panel.get_by_role("row", name="HF_TOKEN")).to_contain_text("••••••")
    assert "hf_not_for_your_eyes" not in page.content()


def test_who_is_ahead_is_one_click_away_and_a_job_that_is_gone_says_so(
    lab: Lab, page: Page, jobs: Shown
) -> None:
    lab.open(page)
    tab = _open(page, jobs.waiting)
    expect(tab.locator(".jp-ogai-Explain")).to_contain_text("It waits for")
    tab.get_by_role("button", name="long-run").click()
    expect(page.locator(".jp-ogai-JobTab:visible").get_by_role("heading")).to_have_text("long-run")

    tab = _open(page, jobs.short)
    tab.get_by_role("button", name="Delete…").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete Job").click()
    expect(tab.get_by_text("“short” was deleted")).to_be_visible()
    expect(tab.get_by_role("tab")).to_have_count(0)
    tab = _open(page, "j0000000000000000")
    expect(tab.get_by_text("There is no job j0000000000000000")).to_be_visible()
    tab.get_by_role("button", name="Show the Jobs").click()
    expect(page.get_by_role("button", name="Clone and Edit…")).to_have_count(0)
