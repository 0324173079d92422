"""How long after the engine changes a job's state the sidebar shows it.

The floor is the same event, read from the server's stream by a program.
"""

from __future__ import annotations

import json
import statistics
import sys
import threading
import time

from playwright.sync_api import Page

from benchmarks import chromium
from tests.browser.lab import Lab

JOBS = 40
SECONDS_APART = 0.5
BAR = 0.500
_ORDER = ("queued", "starting", "running", "stopping", "succeeded")
_WATCH = """() => {
  window.seen = [];
  const see = row => window.seen.push([row.dataset.jobId, row.dataset.state, Date.now() / 1000]);
  const look = changes => {
    for (const change of changes) {
      if (change.type === 'attributes') see(change.target);
      for (const node of change.addedNodes) {
        if (node.nodeType !== 1) continue;
        if (node.matches('[data-job-id]')) see(node);
        node.querySelectorAll('[data-job-id]').forEach(see);
      }
    }
  };
  new MutationObserver(look).observe(document.querySelector('#ogai-lab'), {
    subtree: true, childList: true, attributeFilter: ['data-state', 'data-job-id']
  });
}"""
Event = tuple[str, str, float, float]
"""A job, its state, when it was written and when the program had it."""


def follow(lab: Lab, found: list[Event], ready: threading.Event) -> None:
    """Read the stream of events as a program does, until all jobs have ended."""
    ended = 0
    with lab.api() as api, api.stream("GET", "/events/follow", timeout=None) as answer:
        ready.set()
        for line in answer.iter_lines():
            event = json.loads(line) if line.strip() else None
            if event is None or "state" not in event["data"]:
                continue
            data = event["data"]
            found.append((data["job"], data["state"], event["time"], time.time()))
            ended += data["state"] == _ORDER[-1]
            if ended == JOBS:
                return


def visible(events: list[Event], seen: list[tuple[str, str, float]]) -> list[float]:
    """Return, of each change, after how many seconds the sidebar showed it or a later one."""
    took = []
    for job, state, written, _ in events:
        later = [
            when
            for shown, at, when in seen
            if shown == job and _ORDER.index(at) >= _ORDER.index(state) and when >= written
        ]
        took.append(min(later) - written if later else float("inf"))
    return took


def run(lab: Lab, page: Page) -> tuple[list[float], list[float]]:
    """Return the delays in the sidebar, and those of the program."""
    events: list[Event] = []
    ready = threading.Event()
    reader = threading.Thread(target=follow, args=(lab, events, ready))
    reader.start()
    ready.wait(60)
    for number in range(JOBS):
        lab.submit(f"job-{number}", "true")
        page.wait_for_timeout(SECONDS_APART * 1000)
    while reader.is_alive():
        page.wait_for_timeout(500)
    page.wait_for_timeout(2000)
    shown = visible(events, page.evaluate("window.seen"))
    return shown, [read - written for _, _, written, read in events]


def main() -> None:
    with chromium.lab() as lab, chromium.browser() as browser, chromium.window(browser) as page:
        lab.wait(lab.submit("first", "true"), "succeeded")
        lab.open(page)
        page.get_by_role("tab", name="OGAI Lab").click()
        page.wait_for_selector("[data-job-id]")
        page.evaluate(_WATCH)
        shown, read = run(lab, page)
    print(f"{len(shown)} changes of {JOBS} jobs              median       p99     worst")
    p99 = {}
    for name, took in {"visible in the sidebar": shown, "read by a program": read}.items():
        p99[name] = statistics.quantiles(took, n=100)[98]
        print(
            f"{name:32}{statistics.median(took) * 1e3:9.0f} ms{p99[name] * 1e3:7.0f} ms"
            f"{max(took) * 1e3:7.0f} ms"
        )
    print(f"bar: p99 < {BAR * 1e3:.0f} ms")
    print(f"ratio: {statistics.median(shown) / statistics.median(read):.2f} (medians)")
    if p99["visible in the sidebar"] >= BAR:
        sys.exit("above the bar")


if __name__ == "__main__":
    main()
