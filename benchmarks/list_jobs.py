"""A page of 50 out of 10,000 jobs, and one job, beside plain sqlite3 with a JSON column."""

from __future__ import annotations

import json
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ogai_lab.core.blobs import BlobStore
from ogai_lab.core.database import Database
from ogai_lab.core.events import EventLog
from ogai_lab.core.home import Home
from ogai_lab.core.operations import Caller
from ogai_lab.scheduler.engines.local.engine import LocalEngine
from ogai_lab.scheduler.ledger import Ledger
from ogai_lab.scheduler.service import Scheduler
from ogai_lab.scheduler.spec import CommandRun, JobSpec
from ogai_lab.scheduler.types import JobState, Node

JOBS = 10_000
ROUNDS = 200
BAR_PAGE = 0.020
BAR_JOB = 0.010
NODE = Node(name="a", state="ready", cpus=8, cpus_free=8, memory=1 << 34, memory_free=1 << 34)


def spec(number: int) -> JobSpec:
    return JobSpec(
        run=CommandRun(argv=["python", "train.py", f"--seed={number}"]),
        name=f"train {number}",
        labels={"seed": str(number % 100)},
        environment={f"VARIABLE_{k}": "value" for k in range(10)},
        priority=number % 3,
    )


def fill(scheduler: Scheduler, database: Database, events: EventLog, waiting: int) -> list[str]:
    """Enter the jobs, all over but the last `waiting` ones."""
    ledger = Ledger(events)
    with database.write() as connection:
        ids = [ledger.add(connection, spec(k), "ann", None, None) for k in range(JOBS)]
        for job_id in ids[: JOBS - waiting]:
            entry = ledger.entry(connection, job_id)
            ledger.change(connection, entry, JobState.SUCCEEDED, "Done.", ended=time.time())
    return ids


def plain(folder: Path) -> sqlite3.Connection:
    """Make the floor: one table, one JSON text a job, nothing checked."""
    connection = sqlite3.connect(folder / "plain.db")
    connection.execute("CREATE TABLE jobs (seq INTEGER PRIMARY KEY, id TEXT UNIQUE, body TEXT)")
    rows = ((k, f"j{k}", spec(k).model_dump_json()) for k in range(JOBS))
    connection.executemany("INSERT INTO jobs VALUES (?, ?, ?)", rows)
    connection.commit()
    return connection


def plain_page(connection: sqlite3.Connection) -> list[Any]:
    connection.execute("SELECT count(*) FROM jobs").fetchone()
    rows = connection.execute("SELECT body FROM jobs ORDER BY seq DESC LIMIT 50").fetchall()
    return [json.loads(body) for (body,) in rows]


def plain_job(connection: sqlite3.Connection, job_id: str) -> Any:
    row = connection.execute("SELECT body FROM jobs WHERE id = ?", [job_id]).fetchone()
    return json.loads(row[0])


def measure(action: Callable[[int], object]) -> tuple[float, float, float]:
    """Return the median and 99th percentile of the seconds `action` takes, and its CPU seconds."""
    action(0)
    took = []
    cpu = time.thread_time()
    for number in range(ROUNDS):
        start = time.perf_counter()
        action(number)
        took.append(time.perf_counter() - start)
    cpu = (time.thread_time() - cpu) / ROUNDS
    return statistics.median(took), statistics.quantiles(took, n=100)[98], cpu


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="ogai-bench-") as folder:
        home = Home.open(Path(folder) / "home", database_url=None)
        database, blobs = Database(home.database_url), BlobStore(home.blobs_url)
        events = EventLog(database)
        engine = LocalEngine(home, blobs, lambda: [NODE])
        scheduler = Scheduler(database, blobs, events, home, engine)
        ids = fill(scheduler, database, events, waiting=2_000)
        floor = plain(Path(folder))
        cursor = scheduler.jobs(limit=500).cursor
        me = Caller("ann")
        rows = {
            "page of 50, newest (queued)": measure(lambda _: scheduler.jobs()),
            "page of 50, from a cursor": measure(lambda _: scheduler.jobs(cursor=cursor)),
            "page of 50, ended": measure(lambda _: scheduler.jobs(state=[JobState.SUCCEEDED])),
            "page of 50, part of a name": measure(lambda _: scheduler.jobs(name="n 99")),
            "page of 50, a label": measure(lambda _: scheduler.jobs(label=["seed=7"])),
            "one job": measure(lambda k: scheduler.job(ids[k * 31 % JOBS])),
            "submit one more": measure(lambda k: scheduler.submit(spec(k), me)),
            "plain sqlite3: page of 50": measure(lambda _: plain_page(floor)),
            "plain sqlite3: one job": measure(lambda k: plain_job(floor, f"j{k}")),
        }
        floor.close()
        scheduler.close()
        database.close()
    print(f"{JOBS:,} jobs, 2,000 of them queued        median       p99       CPU")
    for name, (median, p99, cpu) in rows.items():
        print(f"{name:32} {median * 1e3:9.2f} ms {p99 * 1e3:6.2f} ms {cpu * 1e3:6.2f} ms")
    page = max(p99 for name, (_, p99, _) in rows.items() if name.startswith("page"))
    one = rows["one job"][1]
    ratio = rows["page of 50, newest (queued)"][0] / rows["plain sqlite3: page of 50"][0]
    print(f"bars: page p99 < {BAR_PAGE * 1e3:.0f} ms, one job p99 < {BAR_JOB * 1e3:.0f} ms")
    print(f"ratio: {ratio:.1f} times plain sqlite3 (a page, median)")
    if page >= BAR_PAGE or one >= BAR_JOB:
        sys.exit("above the bar")


if __name__ == "__main__":
    main()
