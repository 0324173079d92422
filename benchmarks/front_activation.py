"""What the front end adds to JupyterLab's start, and what it costs while nobody uses it.

The start: one JupyterLab loads us, dask-labextension and jupyter-resource-usage together, and
Chromium's profiler says whose code was on the stack. Idle: each alone beside a bare JupyterLab.
"""

from __future__ import annotations

import statistics
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

from benchmarks import chromium
from tests.browser.lab import Lab

OURS = "@ogai/lab"
PEERS = ("dask-labextension", "@jupyter-server/resource-usage")
NEEDED = "@jupyter-widgets/jupyterlab-manager"
STARTS = 5
IDLE_SECONDS = 30
SETTLED_SECONDS = 5
BAR = 0.050


def starts(lab: Lab, browser: Browser) -> dict[str, list[float]]:
    """Return, for each front end, the seconds that its code took in each start."""
    took: dict[str, list[float]] = {OURS: [], **{peer: [] for peer in PEERS}}
    for number in range(STARTS + 1):
        with chromium.window(browser) as page:
            profiler = page.context.new_cdp_session(page)
            profiler.send("Profiler.enable")
            profiler.send("Profiler.setSamplingInterval", {"interval": 200})
            profiler.send("Profiler.start")
            lab.open(page)
            page.wait_for_timeout(SETTLED_SECONDS * 1000)
            profile = profiler.send("Profiler.stop")["profile"]
        if number:  # the first one warms the server
            for name, seconds in attributed(profile, tuple(took)).items():
                took[name].append(seconds)
    return took


def attributed(profile: dict[str, Any], names: tuple[str, ...]) -> dict[str, float]:
    """Return the seconds in which code from the address of each front end was on the stack."""
    nodes = {node["id"]: node for node in profile["nodes"]}
    owner: dict[int, str | None] = {}
    waiting: list[tuple[int, str | None]] = [(profile["nodes"][0]["id"], None)]
    while waiting:
        node_id, of = waiting.pop()
        url = nodes[node_id]["callFrame"]["url"]
        of = next((name for name in names if f"/{name}/" in url), of)
        owner[node_id] = of
        waiting += [(child, of) for child in nodes[node_id].get("children", [])]
    seconds = dict.fromkeys(names, 0.0)
    for node_id, microseconds in zip(profile["samples"], profile["timeDeltas"], strict=True):
        if (of := owner[node_id]) is not None:
            seconds[of] += microseconds / 1e6
    return seconds


@dataclass(frozen=True)
class Idle:
    """What an open, untouched workbench costs."""

    scripting: float
    busy: float
    requests: float
    heap: float

    def over(self, bare: Idle) -> str:
        """Return what it costs more than `bare`, as the end of a row."""
        return (
            f"{(self.busy - bare.busy) * 1e3:+9.0f} ms"
            f"{(self.scripting - bare.scripting) * 1e3:+9.0f} ms"
            f"{self.requests - bare.requests:+12.0f}"
            f"{(self.heap - bare.heap) / 1e6:+10.1f} MB"
        )


def idle(browser: Browser, extension: str | None, act: Callable[[Page], None]) -> Idle:
    """Return what a minute costs with `extension` after `act`."""
    extensions = (NEEDED, extension) if extension else (NEEDED,)
    with chromium.lab(extensions=extensions) as lab, chromium.window(browser) as page:
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        lab.open(page)
        act(page)
        page.wait_for_timeout(SETTLED_SECONDS * 1000)
        meter = chromium.Meter(page)
        heap = meter.heap
        asked.clear()
        scripting, busy = meter.scripting, meter.busy
        page.wait_for_timeout(IDLE_SECONDS * 1000)
        scale = 60 / IDLE_SECONDS
        return Idle(
            (meter.scripting - scripting) * scale,
            (meter.busy - busy) * scale,
            len(asked) * scale,
            heap,
        )


def _nothing(page: Page) -> None:
    pass


def _sidebar(page: Page) -> None:
    page.get_by_role("tab", name="OGAI Lab").click()


def main() -> None:
    fronts = Path(sys.prefix, "share", "jupyter", "labextensions")
    if missing := [peer for peer in PEERS if not (fronts / peer).is_dir()]:
        print(f"{', '.join(missing)}: not installed; install with make bench", file=sys.stderr)
        sys.exit(2)
    with chromium.browser() as browser:
        with chromium.lab(extensions=(NEEDED, OURS, *PEERS)) as lab:
            took = starts(lab, browser)
        print(f"{'scripting at the start':36}{'median':>10}{'worst':>10}")
        for name, seconds in took.items():
            median = statistics.median(seconds)
            print(f"{name:36}{median * 1e3:7.1f} ms{max(seconds) * 1e3:7.1f} ms")
        bare = idle(browser, None, _nothing)
        heads = f"{'CPU':>12}{'scripting':>12}{'requests':>12}{'memory':>13}"
        print(f"\n{'a minute, idle, over a bare one':36}{heads}")
        rows = {
            OURS: (OURS, _nothing),
            "…, its sidebar open": (OURS, _sidebar),
            **{peer: (peer, _nothing) for peer in PEERS},
        }
        for name, (extension, act) in rows.items():
            print(f"{name:36}{idle(browser, extension, act).over(bare)}")
    ours = statistics.median(took[OURS])
    theirs = min(statistics.median(took[peer]) for peer in PEERS)
    print(f"bar: {BAR * 1e3:.0f} ms of scripting at the start")
    print(f"ratio: {ours / theirs:.2f} of the lighter peer's scripting at the start")
    if ours > BAR:
        sys.exit("above the bar")


if __name__ == "__main__":
    main()
