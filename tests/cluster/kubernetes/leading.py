"""A process that leads the queue of the home folder in OGAI_HOME, until it is killed.

With LINGER set to two numbers it stops for so many seconds before and after the objects of a job
are created, and says so, so that a test can kill it there.
"""

import os
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3]))

from ogai_lab.core.home import Home
from ogai_lab.scheduler.engines.kubernetes.orders import Orders
from ogai_lab.workbench import Workbench

carry_out = Orders.carry_out


def lingering(self: Orders, order) -> str:
    before, after = (float(part) for part in os.environ.get("LINGER", "0,0").split(","))
    print("before", flush=True)
    time.sleep(before)
    uid = carry_out(self, order)
    print("after", flush=True)
    time.sleep(after)
    return uid


Orders.carry_out = lingering  # type: ignore[method-assign]
workbench = Workbench.local(Home.open())
assert workbench.scheduler
print("ready", flush=True)
time.sleep(600)
