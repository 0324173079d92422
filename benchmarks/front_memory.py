"""Whether the workbench's memory stays flat while 200 events a second come in.

The peer is the same workbench in a second window, with our sidebar closed. `--minutes 10` is the
whole of it; two minutes are enough to see a leak.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks import chromium
from ogai_lab.core.database import Database
from ogai_lab.core.events import EventLog
from ogai_lab.core.home import Home
from ogai_lab.scheduler.ledger import Ledger
from ogai_lab.scheduler.types import JobState
from tests.browser import big_home

EVENTS_A_SECOND = 200
BATCH = 20
JOBS = 1_000
LOOKS = 12
BAR = 3e6
"""Bytes that the last third may lie above the first; a tenth of an event each would be more."""


@dataclass
class Changes:
    """Changes jobs in the home, as the scheduler would, at a steady rate."""

    path: Path
    told: int = 0
    late: float = 0.0

    def run(self, stop: threading.Event) -> None:
        """Change one running job after the other until told to stop."""
        home = Home.open(self.path, database_url=None)
        database = Database(home.database_url)
        ledger = Ledger(EventLog(database))
        with database.read() as connection:
            ids = [entry.id for entry in ledger.active(connection)]
        start = time.monotonic()
        while not stop.is_set():
            with database.write() as connection:
                for _ in range(BATCH):
                    entry = ledger.entry(connection, ids[self.told % len(ids)])
                    reason = f"Runs; change {self.told}."
                    ledger.change(connection, entry, JobState.RUNNING, reason)
                    self.told += 1
            ahead = start + self.told / EVENTS_A_SECOND - time.monotonic()
            self.late = max(self.late, -ahead)
            stop.wait(max(0.0, ahead))
        database.close()


def growth(heap: list[float]) -> float:
    """Return how many bytes the last third of the looks lies above the first."""
    third = len(heap) // 3
    return statistics.median(heap[-third:]) - statistics.median(heap[:third])


def watch(seconds: float, meters: dict[str, Callable[[], float]]) -> dict[str, list[float]]:
    """Return what the meters show, `LOOKS` times in `seconds`."""
    seen: dict[str, list[float]] = {name: [] for name in meters}
    start = time.monotonic()
    for look in range(1, LOOKS + 1):
        time.sleep(max(0.0, start + seconds * look / LOOKS - time.monotonic()))
        for name, meter in meters.items():
            seen[name].append(meter())
    return seen


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--minutes", type=float, default=2.0)
    minutes = arguments.parse_args().minutes

    with (
        chromium.lab(
            lambda home: big_home.fill(home, JOBS), environment=big_home.ENVIRONMENT
        ) as lab,
        chromium.browser() as browser,
        chromium.window(browser) as page,
        chromium.window(browser) as bare,
    ):
        for one in (page, bare):
            lab.open(one)
        page.bring_to_front()
        page.get_by_role("tab", name="OGAI Lab").click()
        page.wait_for_selector("[data-job-id]")
        changes, stop = Changes(lab.home), threading.Event()
        writer = threading.Thread(target=changes.run, args=(stop,))
        writer.start()
        ours, theirs = chromium.Meter(page), chromium.Meter(bare)
        page.wait_for_timeout(10_000)  # caches fill
        begun, told = time.monotonic(), changes.told
        heaps = watch(
            minutes * 60, {"sidebar open": lambda: ours.heap, "sidebar closed": lambda: theirs.heap}
        )
        rate = (changes.told - told) / (time.monotonic() - begun)
        stop.set()
        writer.join()
        listeners = ours.listeners
    print(f"{rate:.0f} events/s for {minutes:g} minutes, at most {changes.late:.1f} s late")
    for name, heap in heaps.items():
        line = " ".join(f"{size / 1e6:.1f}" for size in heap)
        print(f"{name:16}{growth(heap) / 1e6:+6.2f} MB   ({line})")
    print(f"{listeners} listeners at the end")
    print(f"bar: {BAR / 1e6:.0f} MB")
    ours_grew = growth(heaps["sidebar open"])
    most = statistics.median(heaps["sidebar open"]) / statistics.median(heaps["sidebar closed"])
    print(f"ratio: {most:.2f} of the memory of the window whose sidebar is closed")
    if ours_grew > BAR or rate < EVENTS_A_SECOND * 0.9:
        sys.exit("above the bar")


if __name__ == "__main__":
    main()
