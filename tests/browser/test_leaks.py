"""Opening and closing each tab a hundred times leaves no listener, no node and no timer.

JupyterLab itself keeps a little of each tab that was closed; its own launcher says how much.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from .lab import Lab
from .leaks import Held, held, still_running, watch_timers

pytestmark = [pytest.mark.browser, pytest.mark.slow]

TIMES = 100
_OPEN_AND_CLOSE = """async ([command, args, times]) => {
  const frame = () => new Promise(done => requestAnimationFrame(done));
  for (let time = 0; time < times; time++) {
    const tab = await window.jupyterapp.commands.execute(command, args);
    const limit = performance.now() + 60000;
    while (!tab.node.querySelector('.jp-ogai-Tab-content, .jp-Launcher')) {
      if (performance.now() > limit) throw new Error('never shown: ' + tab.node.innerText);
      await frame();
    }
    await frame();
    await frame();
    tab.close();
    await frame();
    if (!tab.isDisposed) throw new Error('not disposed');
  }
}"""
_IDS: dict[str, Callable[[Lab, str], str]] = {
    "job": lambda lab, job: job,
    "map": lambda lab, job: "",
    "node": lambda lab, job: lab.node(),
    "compare": lambda lab, job: f"job:{job},job:{lab.submit('other', 'echo 1')}",
    "launch": lambda lab, job: "",
}


@pytest.mark.timeout(900)
def test_tabs_leave_nothing(lab: Lab, untraced_page: Page) -> None:
    page = untraced_page
    job = lab.submit("short", "for i in 1 2 3; do echo line $i; done")
    lab.wait(job, "succeeded")
    watch_timers(page)
    lab.open(page)
    core = _kept(page, "launcher:create", {})
    for kind, of in _IDS.items():
        named = of(lab, job)
        args = {"kind": kind} | ({"id": named} if named else {})
        kept = _kept(page, "ogai:open", args)
        if not _nothing(kept, core):  # what comes late is made once; a leak comes again
            kept = _kept(page, "ogai:open", args)
        assert _nothing(kept, core), (kind, kept, core, still_running(page))


def _nothing(kept: Held, core: Held) -> bool:
    """Return whether less than one of each was kept an opening, on top of JupyterLab's own."""
    return (
        kept.timers <= 0
        and kept.listeners < core.listeners + TIMES
        and kept.nodes < core.nodes + TIMES
    )


def _kept(page: Page, command: str, args: dict[str, str]) -> Held:
    """Return what is held after a hundred openings more than before."""
    page.evaluate(_OPEN_AND_CLOSE, [command, args, 5])  # what is made once is made
    before = held(page)
    page.evaluate(_OPEN_AND_CLOSE, [command, args, TIMES])
    after = held(page)
    return Held(
        listeners=after.listeners - before.listeners,
        nodes=after.nodes - before.nodes,
        timers=after.timers - before.timers,
    )
