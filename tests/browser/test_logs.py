"""The log of a job: its end at once, all of it found in, filtered, followed, taken along."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from .accessibility import THEMES, use_theme
from .lab import Lab

pytestmark = pytest.mark.browser

LINES = 100_000
_LONG = f"""
import sys
for k in range({LINES}):
    if k % 25_000 == 12_345:
        print(f"ERROR step {{k}} diverged", file=sys.stderr, flush=True)
    elif k % 10_000 == 7:
        print(f"\\033[33mWARNING\\033[0m step {{k}} slow", flush=True)
    else:
        print(f"step {{k}} loss={{1 / (k + 1):.6f}} <b>not bold</b>")
"""


@pytest.fixture(scope="module")
def long(lab: Lab) -> str:
    """A job that printed many lines."""
    script = lab.folder / "long.py"
    script.write_text(_LONG)
    job = lab.submit("long", f"python {script}")
    lab.wait(job, "succeeded")
    return job


def _open(lab: Lab, page: Page, job: str) -> Locator:
    lab.open(page)
    page.evaluate("id => window.jupyterapp.commands.execute('ogai:open-log', { id })", job)
    pane = page.locator(".jp-ogai-LogPane")
    expect(pane.locator(".cm-content")).to_be_visible()
    return pane


def _find(pane: Locator, text: str) -> Locator:
    pane.locator(".cm-content").click()
    pane.page.keyboard.press("Control+f")
    box = pane.get_by_role("textbox", name="Find in all lines")
    expect(box).to_be_focused()
    box.fill(text)
    return pane.locator(".jp-ogai-FindBar-count")


def test_it_opens_at_the_end_and_goes_back_to_the_start(
    lab: Lab, page: Page, long: str, shoot: Callable[[str], None]
) -> None:
    pane = _open(lab, page, long)
    content = pane.locator(".cm-content")
    expect(content).to_contain_text(f"step {LINES - 1} loss")
    expect(content.locator("b")).to_have_count(0)
    shoot("log-end")
    content.hover()
    for _ in range(100):  # what lies before comes as one scrolls
        page.mouse.wheel(0, -9000)
        page.wait_for_timeout(100)
        first = re.search(r"step (\d+)", content.inner_text())
        if first and int(first[1]) < LINES - 1000:
            break
    else:
        pytest.fail("nothing came from before the lines that it opened with")
    pane.get_by_role("button", name="Go to the start").click()
    expect(content).to_contain_text("step 0 loss")
    pane.get_by_role("button", name="To the End").click()
    expect(content).to_contain_text(f"step {LINES - 1} loss")


def test_all_lines_are_found_in_with_keys_alone_and_patterns_marked(
    lab: Lab, page: Page, long: str, shoot: Callable[[str], None]
) -> None:
    pane = _open(lab, page, long)
    count = _find(pane, "STEP 4200")
    expect(count).to_have_text("11 of 11 lines")  # 4200, 42000 … 42009
    expect(pane.locator(".jp-ogai-mod-current .jp-ogai-Log-found")).to_have_text("step 4200")
    page.keyboard.press("Enter")
    expect(count).to_have_text("1 of 11 lines")
    expect(pane.locator(".jp-ogai-mod-current")).to_contain_text("step 4200 loss")
    page.keyboard.press("Shift+Enter")
    expect(count).to_have_text("11 of 11 lines")
    expect(pane.locator(".jp-ogai-mod-current")).to_contain_text("step 42009 loss")
    pane.get_by_role("button", name="Match case").click()
    expect(count).to_have_text("Not found")
    page.keyboard.press("Escape")
    expect(pane.get_by_role("search")).to_have_count(0)
    expect(pane.locator(".jp-ogai-Log-found")).to_have_count(0)
    expect(pane.locator(".cm-content")).to_be_focused()

    count = _find(pane, r"step \d+ (diverged|slow)$")
    expect(count).to_have_text("Not found")
    pane.get_by_role("button", name="Match case").click()
    pane.get_by_role("button", name="Regular expression").click()
    expect(count).to_have_text("8 of 14 lines")  # the first one from where one was
    current = pane.locator(".jp-ogai-mod-current .jp-ogai-Log-found")
    expect(current).to_have_text("step 50007 slow")
    shoot("log-find")
    pane.get_by_role("textbox", name="Find in all lines").fill("(a+")
    expect(count).to_contain_text("no search pattern")
    expect(pane.get_by_role("textbox", name="Find in all lines")).to_have_attribute(
        "aria-invalid", "true"
    )


def test_levels_and_streams_and_what_is_found_and_selected_stays(
    lab: Lab, page: Page, long: str
) -> None:
    pane = _open(lab, page, long)
    lines = pane.locator(".cm-line")
    pane.get_by_role("combobox", name="Level").select_option("error")
    expect(lines).to_have_count(4)
    expect(lines.first).to_have_text("ERROR step 12345 diverged")
    expect(pane.locator(".jp-ogai-Log-levels [data-level=error]").first).to_have_text("E")
    pane.get_by_role("combobox", name="Stream").select_option("stdout")
    expect(pane.get_by_text("No such lines so far.")).to_be_visible()
    pane.get_by_role("combobox", name="Stream").select_option("")
    pane.get_by_role("combobox", name="Level").select_option("warning")
    expect(lines).to_have_count(14)
    expect(pane.locator(".jp-ogai-ansi-color3").first).to_have_text("WARNING")
    pane.get_by_role("combobox", name="Level").select_option("all")
    pane.get_by_role("button", name="Go to the first error").click()
    expect(pane.locator(".jp-ogai-mod-current")).to_have_text("ERROR step 12345 diverged")

    count = _find(pane, "diverged")
    expect(count).to_have_text("1 of 4 lines")  # where one was
    page.keyboard.press("Enter")
    expect(count).to_have_text("2 of 4 lines")
    page.keyboard.press("Enter")
    expect(count).to_have_text("3 of 4 lines")
    word = pane.locator(".jp-ogai-mod-current .jp-ogai-Log-found")
    word.dblclick()
    selected = "window.getSelection().toString() === 'diverged'"
    page.wait_for_function(selected)
    pane.get_by_role("combobox", name="Level").select_option("error")
    expect(lines).to_have_count(4)
    expect(count).to_have_text("3 of 4 lines")
    pane.locator(".cm-content").focus()
    page.wait_for_function(selected)
    pane.get_by_role("combobox", name="Level").select_option("all")
    expect(pane.locator(".jp-ogai-mod-current")).to_have_text("ERROR step 62345 diverged")


def test_the_whole_log_as_a_file_and_some_lines_as_text(
    lab: Lab, page: Page, long: str, tmp_path: Path
) -> None:
    pane = _open(lab, page, long)
    expect(pane.locator(".cm-content")).to_contain_text(f"step {LINES - 1}")
    with page.expect_download() as download:
        pane.get_by_role("button", name="Download the whole log").click()
    assert download.value.suggested_filename == f"long-{long}.log"
    download.value.save_as(tmp_path / "log")
    text = (tmp_path / "log").read_text().splitlines()
    steps = [int(re.search(r"step (\d+)", line)[1]) for line in text]  # type: ignore[index]
    assert sorted(steps) == list(range(LINES))
    pane.get_by_role("button", name="Copy the selected lines").click()
    expect(pane.get_by_text("lines copied")).to_be_visible()
    pane.get_by_role("button", name="Show times").click()
    clock = pane.locator(".jp-ogai-Log-times .cm-gutterElement").nth(3)
    expect(clock).to_have_text(re.compile(r"\d\d:\d\d:\d\d\.\d{3}"))
    pane.get_by_role("button", name="Wrap long lines").click()
    expect(pane.locator(".cm-lineWrapping")).to_have_count(0)
    pane.get_by_role("button", name="Wrap long lines").click()
    pane.get_by_role("button", name="Show times").click()


def test_the_end_is_followed_until_one_scrolls_up(
    lab: Lab, page: Page, shoot: Callable[[str], None]
) -> None:
    job = lab.submit("talks", "i=0; while true; do i=$((i+1)); echo line $i; sleep 0.01; done")
    pane = _open(lab, page, job)
    content = pane.locator(".cm-content")
    expect(content).to_contain_text("line 200", timeout=30_000)
    content.hover()
    page.mouse.wheel(0, -600)
    news = pane.get_by_role("button", name=re.compile("new line"))
    expect(news).to_be_visible()
    seen = pane.locator(".cm-line").first.inner_text()
    page.wait_for_timeout(700)
    assert pane.locator(".cm-line").first.inner_text() == seen
    shoot("log-new-lines")
    news.click()
    expect(news).to_have_count(0)
    expect(pane.locator(".jp-ogai-LogPane-end button")).to_have_count(0)
    with lab.api() as api:
        api.post(f"/scheduler/jobs/{job}/cancel", json={})
    lab.wait(job, "cancelled")


def test_a_restart_of_the_server_loses_and_doubles_no_line(own_lab: Lab, page: Page) -> None:
    go = own_lab.folder / "go"
    script = (
        f"seq -f 'line %g' 300; until [ -e {go} ]; do sleep 0.1; done; seq -f 'line %g' 301 900"
    )
    job = own_lab.submit("goes-on", script)
    pane = _open(own_lab, page, job)
    expect(pane.locator(".cm-content")).to_contain_text("line 300")
    page.add_locator_handler(
        page.get_by_role("dialog").filter(has_text="Server Connection Error"),
        lambda dialog: dialog.get_by_role("button", name="Close").click(),
    )
    own_lab.stop()
    expect(pane.get_by_role("button", name="Try Now")).to_be_visible()
    go.touch()
    own_lab.start()
    expect(pane.locator(".cm-content")).to_contain_text("line 900", timeout=60_000)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    pane.get_by_role("button", name="Copy the selected lines").click()
    text = page.evaluate("navigator.clipboard.readText()")
    numbers = [int(number) for number in re.findall(r"^line (\d+)$", text, re.MULTILINE)]
    assert numbers == list(range(1, 901))


def test_axe_finds_nothing_serious(
    lab: Lab,
    page: Page,
    long: str,
    axe: Callable[[Page, str], None],
    shoot: Callable[[str], None],
) -> None:
    pane = _open(lab, page, long)
    expect(_find(pane, "slow")).to_have_text("10 of 10 lines")
    pane.get_by_role("combobox", name="Level").select_option("warning")
    expect(pane.locator(".cm-line")).to_have_count(14)
    for theme in THEMES:
        use_theme(page, theme)
        shoot(f"log-{theme.rpartition(' ')[2].lower()}")
        axe(page, ".jp-ogai-LogPane")
