"""A dashboard in Chromium: until something is painted, and until its figures are live.

Ours, whose kernel waits for its reader, against ours with a kernel started for the reader, and
against the same notebook drawn by Voila's own server extension, which preheats nothing.
"""

from __future__ import annotations

import json
import shutil
import statistics
import time
from collections.abc import Callable

from playwright.sync_api import Browser

from benchmarks.chromium import browser, lab
from tests.browser.lab import ROOT, TOKEN, Lab

RUNS = 3
NAME = "cluster"
BAR = 2.0
_PATIENCE = 120_000
_SETTLED = 15.0
"""Seconds after which a kernel waits again for the next reader."""
_PAINTED = "performance.getEntriesByName('first-contentful-paint')[0].startTime"


def open_page(chromium: Browser, url: str) -> tuple[float, float]:
    """Return the seconds until the first paint, and until figures are there."""
    context = chromium.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.route(lambda address: "127.0.0.1" not in address, lambda route: route.abort())
    start = time.perf_counter()
    page.goto(url, wait_until="commit", timeout=_PATIENCE)
    page.wait_for_selector(".og-tile", timeout=_PATIENCE)
    live = time.perf_counter() - start
    painted = page.evaluate(_PAINTED) / 1000
    context.close()
    return painted, live


def measure(chromium: Browser, url: str, before: Callable[[], None]) -> tuple[float, float]:
    """Return the medians of several readers."""
    seen = []
    for _run in range(RUNS):
        before()
        seen.append(open_page(chromium, url))
    first, live = zip(*seen, strict=True)
    return statistics.median(first), statistics.median(live)


def with_voila(made: Lab) -> None:
    """Switch on Voila's own server extension, with the notebook where it finds it."""
    folder = made.folder / "config" / "jupyter_server_config.d"
    folder.mkdir(parents=True, exist_ok=True)
    switch = {"ServerApp": {"jpserver_extensions": {"voila.server_extension": True}}}
    (folder / "voila.json").write_text(json.dumps(switch))
    made.stop()
    shutil.copy(ROOT / "notebooks" / "dashboards" / f"{NAME}.ipynb", made.notebooks)
    made.start()


def main() -> None:
    """Measure and print."""
    rows = {}
    with browser() as chromium:
        with lab(options=("--OgaiApp.warm_dashboards=1",)) as made:
            ours = f"{made.url}ogai/dashboards/{NAME}?token={TOKEN}"
            open_page(chromium, ours)
            rows["ours, a kernel waits"] = measure(chromium, ours, lambda: time.sleep(_SETTLED))
        with lab(options=("--OgaiApp.warm_dashboards=0",)) as made:
            with_voila(made)
            ours = f"{made.url}ogai/dashboards/{NAME}?token={TOKEN}"
            stock = f"{made.url}voila/render/{NAME}.ipynb?token={TOKEN}"
            open_page(chromium, ours)
            rows["ours, kernel started"] = measure(chromium, ours, lambda: None)
            rows["Voila, as it comes"] = measure(chromium, stock, lambda: None)
    print(f"{'':24}{'first paint':>14}{'live figures':>14}")
    for name, (first, live) in rows.items():
        print(f"{name:24}{first:>12.2f} s{live:>12.2f} s")
    painted, live = rows["ours, a kernel waits"]
    print(f"ratio: {live / rows['Voila, as it comes'][1]:.2f} of Voila's time to live figures")
    print(f"bar: first paint {painted:.2f} s, wanted < {BAR:g} s")
    if painted >= BAR:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
