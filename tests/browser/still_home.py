"""A home folder that looks the same whenever it is made: for the pictures that are compared."""

from __future__ import annotations

import math
from pathlib import Path

from ogai_lab.core.database import Database
from ogai_lab.core.home import Home
from ogai_lab.scheduler.tables import jobs, metrics, reports
from ogai_lab.scheduler.types import JobState

from . import big_home

NOW = 1_790_000_000.0
"""What the clock of the page shows, in Unix seconds."""
ENVIRONMENT = {"OGAI_SIMULATED": "24x8"}
JOBS = 60
_STEPS = 200


def fill(path: Path) -> dict[str, str]:
    """Enter `JOBS` jobs, one that runs with curves; return one of each state."""
    big_home.fill(path, JOBS, NOW)
    database = Database(Home.open(path, database_url=None).database_url)
    shown = {}
    with database.write() as connection:
        for row in connection.execute(jobs.select().order_by(jobs.c.seq)):
            shown[row.state] = row.id
        running = shown[JobState.RUNNING]
        curve = [math.exp(-step / 40) * 3 + 0.4 + 0.1 * math.sin(step) for step in range(_STEPS)]
        connection.execute(
            metrics.insert(),
            [
                {
                    "job_id": running,
                    "name": "loss",
                    "step": step,
                    "value": value,
                    "time": NOW - 60 + step * 0.2,
                    "rank": 0,
                    "attempt": 1,
                }
                for step, value in enumerate(curve)
            ],
        )
        told = {"metrics": {"loss": curve[-1]}, "step": _STEPS, "steps": 2 * _STEPS}
        connection.execute(reports.update().where(reports.c.job_id == running).values(told))
    database.close()
    return shown
