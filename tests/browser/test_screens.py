"""Every screen looks as it did, in both themes and languages, and is reached by keys alone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from . import still_home
from .conftest import Snapshot
from .keys import walk
from .lab import Lab

pytestmark = [pytest.mark.browser, pytest.mark.slow]

_JOB = ".jp-ogai-JobTab"
SCREENS: dict[str, tuple[dict[str, str], str, str]] = {  # what opens it, where, what is awaited
    "sidebar": ({}, "#ogai-lab", "#ogai-lab [data-job-id]"),
    "job-curves": ({"kind": "job", "id": "running", "pane": "curves"}, _JOB, ".u-over"),
    "job-explain": ({"kind": "job", "id": "failed", "pane": "explain"}, _JOB, ".jp-ogai-Explain"),
    "job-spec": ({"kind": "job", "id": "running", "pane": "spec"}, _JOB, ".jp-ogai-Tab-content"),
    "job-usage": ({"kind": "job", "id": "failed", "pane": "usage"}, _JOB, ".jp-ogai-Tab-content"),
    "map": ({"kind": "map"}, ".jp-ogai-MapTab", ".jp-ogai-Map-canvas canvas"),
    "node": ({"kind": "node", "id": "r01n02"}, ".jp-ogai-NodeTab", ".jp-ogai-NodeTab h2"),
    "launch": ({"kind": "launch"}, ".jp-ogai-Launch", ".jp-ogai-Launch input"),
}
# Loads, and what is drawn from them, swing with the server's clock.
MOVING = (
    *(".jp-ogai-Map-canvas", ".jp-ogai-NodeTab .jp-ogai-Chart", ".jp-ogai-NodeTab table"),
    *(".jp-ogai-NodeTab .jp-ogai-Gpus", "#ogai-lab svg polyline", "#ogai-lab .jp-ogai-Meter"),
    *(".jp-ogai-Launch .jp-ogai-Preview", ".jp-Toolbar", ".jp-ogai-Launch input"),
)


@pytest.fixture(scope="module")
def still_lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Lab, dict[str, str]]]:
    """A server whose home is always the same, with a job of each state."""
    lab = Lab(tmp_path_factory.mktemp("still-lab"), environment=still_home.ENVIRONMENT)
    shown = still_home.fill(lab.home)
    lab.start()
    yield lab, shown
    lab.stop()


def _open(page: Page, lab: Lab) -> None:
    page.clock.set_fixed_time(still_home.NOW)
    lab.open(page)
    page.evaluate("() => window.jupyterapp.shell.activateById('ogai-lab')")
    page.wait_for_selector("#ogai-lab [data-job-id]")


def _show(page: Page, name: str, shown: dict[str, str]) -> str:
    """Show a screen alone; return the selector of it."""
    args, where, ready = SCREENS[name]
    if args:
        known = args | ({"id": shown.get(args["id"], args["id"])} if "id" in args else {})
        page.evaluate(
            """async args => {
                const app = window.jupyterapp;
                [...app.shell.widgets('main')].forEach(tab => tab.close());
                await app.commands.execute('ogai:open', args);
            }""",
            known,
        )
    page.wait_for_selector(ready)
    return where


@pytest.mark.timeout(600)
@pytest.mark.parametrize("theme", ["Light", "Dark"])
@pytest.mark.parametrize("locale", ["en", "zh_CN"])
def test_every_screen_looks_as_it_did(
    still_lab: tuple[Lab, dict[str, str]],
    page: Page,
    theme: str,
    locale: str,
    snapshot: Snapshot,
) -> None:
    lab, shown = still_lab
    lab.set("@jupyterlab/apputils-extension", "themes", {"theme": f"JupyterLab {theme}"})
    lab.set("@jupyterlab/translation-extension", "plugin", {"locale": locale})
    _open(page, lab)
    for name in SCREENS:
        where = _show(page, name, shown)
        snapshot(page.locator(where), f"{name}.{theme.lower()}.{locale}", moving=MOVING)


@pytest.mark.timeout(600)
def test_keys_alone_reach_everything_and_focus_is_seen(
    still_lab: tuple[Lab, dict[str, str]], page: Page
) -> None:
    lab, shown = still_lab
    lab.set("@jupyterlab/translation-extension", "plugin", {"locale": "en"})
    _open(page, lab)
    faults = {}
    for name in SCREENS:
        missed, unseen = walk(page, _show(page, name, shown))
        if missed or unseen:
            faults[name] = {"not reached": missed, "focus not seen": unseen}
    assert faults == {}
