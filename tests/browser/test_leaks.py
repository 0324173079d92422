"""Opening and closing each tab a hundred times leaves no listener, no node and no timer."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from .lab import Lab
from .leaks import held, still_running, watch_timers

pytestmark = [pytest.mark.browser, pytest.mark.slow]

TIMES = 100
_OPEN_AND_CLOSE = """async ([args, times]) => {
  const frame = () => new Promise(done => requestAnimationFrame(done));
  for (let time = 0; time < times; time++) {
    const tab = await window.jupyterapp.commands.execute('ogai:open', args);
    const limit = performance.now() + 60000;
    while (!tab.node.querySelector('.jp-ogai-Tab-content')) {
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
    "compare": lambda lab, job: f"{job},{lab.submit('other', 'echo 1')}",
    "launch": lambda lab, job: "",
}


@pytest.fixture(scope="module")
def job(lab: Lab) -> str:
    job = lab.submit("short", "for i in 1 2 3; do echo line $i; done")
    lab.wait(job, "succeeded")
    return job


@pytest.mark.parametrize("kind", _IDS)
def test_a_tab_leaves_nothing(lab: Lab, untraced_page: Page, job: str, kind: str) -> None:
    page = untraced_page
    args = {"kind": kind} | ({"id": named} if (named := _IDS[kind](lab, job)) else {})
    watch_timers(page)
    lab.open(page)
    page.evaluate(_OPEN_AND_CLOSE, [args, 10])  # what is made once is made
    before = held(page)
    page.evaluate(_OPEN_AND_CLOSE, [args, TIMES])
    after = held(page)
    assert after.timers <= before.timers, still_running(page)
    assert after.listeners - before.listeners < TIMES // 2
    assert after.nodes - before.nodes < TIMES
