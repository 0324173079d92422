"""The list of jobs and the log tab: every face, every theme, the keyboard, many jobs."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from ogai_lab.core.operations import Caller
from ogai_lab.scheduler.types import CommandRun, JobSpec
from ogai_lab.workbench import Workbench

from .accessibility import faults
from .lab import Lab

pytestmark = [pytest.mark.browser, pytest.mark.slow]

_BROKEN = """printf '\\033[31mred\\033[0m <img src=x onerror=alert(1)>\\n'; exit 3"""
_MANY = 1_000


def _show_jobs(page: Page) -> None:
    page.get_by_role("tab", name="OGAI Lab").click()


@pytest.fixture(scope="module")
def shown(lab: Lab) -> dict[str, str]:
    """A job in each state that lasts, by its state."""
    jobs = {
        "succeeded": lab.submit("prepare-corpus", "echo ready"),
        "failed": lab.submit("broken.py", _BROKEN),
        "running": lab.submit(
            "train", "i=0; while :; do echo step $i; i=$((i+1)); sleep 0.2; done"
        ),
        "cancelled": lab.submit("sweep", "sleep 300"),
        "queued": lab.submit("waits", "true", queue="default", cpus=_all_cores(lab)),
    }
    lab.wait(jobs["cancelled"], "running")
    with lab.api() as api:
        api.post(f"/scheduler/jobs/{jobs['cancelled']}/cancel", json={})
    for state, job in jobs.items():
        lab.wait(job, state)
    return jobs


def _all_cores(lab: Lab) -> float:
    with lab.api() as api:
        cores: float = api.get("/scheduler/nodes").json()[0]["cpus"]
    return cores


@pytest.mark.parametrize(
    "theme", ["JupyterLab Light", "JupyterLab Dark", "JupyterLab Dark High Contrast"]
)
def test_every_state_is_told_in_words_and_axe_finds_nothing_serious(
    lab: Lab, page: Page, shown: dict[str, str], theme: str, shoot: Callable[[str], None]
) -> None:
    lab.set("@jupyterlab/apputils-extension", "themes", {"theme": theme})
    lab.open(page)
    _show_jobs(page)
    for state, job in shown.items():
        row = page.locator(f"[data-job-id='{job}']")
        expect(row).to_have_attribute("data-state", state)
        expect(row).to_contain_text(state.capitalize())
    page.locator(f"[data-job-id='{shown['failed']}']").dblclick()
    tab = page.locator(".jp-ogai-JobTab:visible")
    tab.get_by_role("tab", name="Logs").click()
    expect(page.locator(".jp-ogai-Log .cm-content")).to_contain_text("red <img src=x")
    expect(page.locator(".jp-ogai-ansi-color1")).to_have_text("red")
    tab.get_by_role("tab", name="Explain").click()
    expect(tab.locator(".jp-ogai-Explain")).to_contain_text("exited with code 3")
    shoot(f"jobs-{theme.rpartition(' ')[2].lower()}")
    assert faults(page, "#ogai-lab") == []
    assert faults(page, ".jp-ogai-JobTab") == []


def test_keys_alone_are_enough(lab: Lab, page: Page, shown: dict[str, str]) -> None:
    lab.open(page)
    _show_jobs(page)
    expect(page.locator(f"[data-job-id='{shown['succeeded']}']")).to_be_visible()
    page.get_by_role("searchbox", name="Filter jobs by name").focus()
    page.keyboard.press("Tab")  # to the reload button
    page.keyboard.press("Tab")
    expect(page.locator(".jp-ogai-JobRow:focus")).to_have_attribute("aria-rowindex", "1")
    page.keyboard.press("End")
    last = page.locator(f"[data-job-id='{shown['succeeded']}']")
    expect(last).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".jp-ogai-JobHeader h2")).to_have_text("prepare-corpus")
    last.focus()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Open the log of prepare-corpus")).to_be_focused()


def test_a_tab_comes_back_after_a_reload(lab: Lab, page: Page, shown: dict[str, str]) -> None:
    lab.open(page)
    _show_jobs(page)
    page.locator(f"[data-job-id='{shown['running']}']").dblclick()
    page.locator(".jp-ogai-JobTab").get_by_role("tab", name="Logs").click()
    expect(page.locator(".jp-ogai-Log .cm-content")).to_contain_text("step")
    lab.wait_until_saved(shown["running"])
    page.reload()
    expect(page.locator(".jp-ogai-JobHeader h2")).to_have_text("train", timeout=60_000)
    expect(page.locator(".jp-ogai-Log .cm-content")).to_contain_text("step")


def test_what_nobody_sees_costs_no_request(lab: Lab, page: Page, shown: dict[str, str]) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    lab.open(page)
    page.wait_for_timeout(2500)
    assert not any("/ogai/" in url for url in asked)
    _show_jobs(page)
    expect(page.locator(f"[data-job-id='{shown['running']}']")).to_be_visible()
    _show_jobs(page)  # a second click closes the sidebar
    page.wait_for_timeout(500)
    asked.clear()
    page.wait_for_timeout(3000)
    assert not any("/ogai/" in url for url in asked)


def test_filter_empty_and_back(lab: Lab, page: Page, shown: dict[str, str]) -> None:
    lab.open(page)
    _show_jobs(page)
    box = page.get_by_role("searchbox", name="Filter jobs by name")
    box.fill("BROKEN")
    expect(page.locator(".jp-ogai-JobRow")).to_have_count(1)
    box.fill("nothing is called this")
    expect(page.get_by_text("No job has “nothing is called this” in its name")).to_be_visible()
    page.get_by_role("button", name="Show All Jobs").click()
    expect(page.locator(f"[data-job-id='{shown['failed']}']")).to_be_visible()


def test_many_jobs_then_no_server_then_the_server_again(
    own_lab: Lab, page: Page, shoot: Callable[[str], None]
) -> None:
    own_lab.open(page)
    _show_jobs(page)
    expect(page.get_by_text("No jobs yet")).to_be_visible()
    shoot("empty")
    cores = _all_cores(own_lab)
    with Workbench.local(own_lab.folder / "ogai", lead=False) as workbench:
        for number in range(_MANY):
            run = CommandRun(argv=["sleep", "600"])
            spec = JobSpec(run=run, name=f"job-{number}", cpus=cores)
            workbench.scheduler.submit(spec, Caller("root"))
    grid = page.get_by_role("grid", name="Jobs")
    expect(page.locator(".jp-ogai-Filter-count")).to_have_text("1000 jobs", timeout=30_000)
    expect(grid).to_contain_text(f"job-{_MANY - 1}")
    assert page.locator(".jp-ogai-JobRow").count() < 40
    page.locator(".jp-ogai-JobRow").first.focus()
    while (rows := grid.get_attribute("aria-rowcount")) != str(_MANY):
        page.keyboard.press("End")
        expect(grid).not_to_have_attribute("aria-rowcount", rows or "")
    page.keyboard.press("End")
    expect(page.locator(".jp-ogai-JobRow:focus")).to_contain_text("job-0")
    shoot("many")

    own_lab.stop()
    expect(page.locator(".jp-ogai-StaleBar")).to_contain_text("Not connected. As of")
    expect(page.locator(".jp-ogai-JobRow:has-text('job-0')").first).to_be_visible()
    shoot("stale")
    own_lab.start()
    expect(page.locator(".jp-ogai-StaleBar")).to_have_count(0, timeout=60_000)


def test_a_server_without_ogai_lab_says_so(
    lab: Lab, page: Page, shoot: Callable[[str], None]
) -> None:
    page.route("**/ogai/**", lambda route: route.fulfill(status=404, body="<h1>404</h1>"))
    lab.open(page)
    _show_jobs(page)
    expect(page.get_by_text("The server has no OGAI Lab")).to_be_visible()
    expect(page.get_by_text("jupyter server extension enable ogai_lab_server")).to_be_visible()
    assert faults(page, "#ogai-lab") == []
    shoot("missing")
    page.unroute("**/ogai/**")
    page.get_by_role("button", name="Try Again").click()
    expect(page.get_by_text("The server has no OGAI Lab")).to_have_count(0)
