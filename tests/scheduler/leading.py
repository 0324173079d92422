"""A process that leads the queue of the home folder in OGAI_HOME, until it is killed.

With LINGER set it stops for that many seconds between an engine's start and what follows, so that
a test can kill it there.
"""

import os
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from ogai_lab.core.home import Home
from ogai_lab.scheduler.engines.local.engine import LocalEngine
from tests.scheduler.conftest import open_scheduler

start = LocalEngine.start


def lingering(self: LocalEngine, order) -> None:
    before, after = (float(part) for part in os.environ.get("LINGER", "0,0").split(","))
    time.sleep(before)
    start(self, order)
    print("started", order.job_id, flush=True)
    time.sleep(after)


LocalEngine.start = lingering  # type: ignore[method-assign]
scheduler = open_scheduler(Home.open())
scheduler.lead()
print("ready", flush=True)
time.sleep(600)
