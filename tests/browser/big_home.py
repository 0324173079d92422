"""A home folder with ten thousand jobs on a thousand simulated nodes, written at once."""

from __future__ import annotations

import itertools
import random
import time
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from ogai_lab.cluster.simulated.parts import name as rack_name
from ogai_lab.cluster.simulated.parts import state as node_state
from ogai_lab.core.database import Database
from ogai_lab.core.events import EventLog
from ogai_lab.core.home import Home
from ogai_lab.scheduler.entries import new_id
from ogai_lab.scheduler.ledger import Ledger
from ogai_lab.scheduler.spec import CommandRun, ExitKind, JobSpec
from ogai_lab.scheduler.tables import attempts, jobs, reports, specs
from ogai_lab.scheduler.types import Exit, JobState

JOBS = 10_000
NODES, GPUS = 1_000, 8
ENVIRONMENT = {"OGAI_SIMULATED": f"{NODES}x{GPUS}"}
"""Of a server on this home. It does not lead: what waits or runs does so for ever."""
_NAMES = ("pretrain-1b", "sft-chat", "dedup-web", "eval-mmlu", "sweep-lr", "tokenize-zh")
_DIGITS = "0123456789abcdefghjkmnpqrstvwxyz"
_OWNERS = ("ann", "bo", "chen", "dana", "eli")
_COUNTS = {  # newest first
    JobState.QUEUED: 400,
    JobState.RUNNING: 380,
    JobState.CANCELLED: 300,
    JobState.FAILED: 900,
}
_SECONDS_APART = 40.0
_NODES_A_JOB = 2


def fill(path: Path, count: int = JOBS, now: float | None = None) -> None:
    """Enter `count` jobs into the home at `path`: some wait, some run, most have ended.

    The newest was submitted at `now`.

    One job of each state goes the way of all jobs, through the ledger; the others are copies of
    its rows. Nothing carries them out, so the server on this home must not lead the queue.
    """
    home = Home.open(path, database_url=None)
    database = Database(home.database_url)
    ledger = Ledger(EventLog(database))
    rng = random.Random(1)
    states = [state for state, many in _COUNTS.items() for _ in range(many * count // JOBS)]
    states += [JobState.SUCCEEDED] * (count - len(states))
    now = now or time.time()
    with database.write() as connection:
        models = {state: _model(connection, ledger, state, now) for state in dict.fromkeys(states)}
        found = {state: _rows(connection, job_id) for state, job_id in models.items()}
        copies: dict[sa.Table, list[dict[str, Any]]] = {}
        places = (rack_name(number) for number in range(NODES) if node_state(number) == "ready")
        for back, state in sorted(enumerate(states), reverse=True):
            then = now - back * _SECONDS_APART
            name = {"name": f"{rng.choice(_NAMES)}-{count - back}", "owner": rng.choice(_OWNERS)}
            job_id = f"{new_id(then)[:9]}{''.join(rng.choices(_DIGITS, k=8))}"  # the same each time
            identity = {"id": job_id, "job_id": job_id, "created": then, **name}
            if state is JobState.RUNNING:
                nodes = itertools.islice(places, _NODES_A_JOB)
                held = [{"node": node, "gpus": list(range(GPUS))} for node in nodes]
                identity["placements"] = held
            for table, row in found[state].items():
                copies.setdefault(table, []).append(_copy(row, identity, then - now))
        for job_id in models.values():
            for table in found[JobState.SUCCEEDED]:
                key = table.c.id if table is jobs else table.c.job_id
                connection.execute(table.delete().where(key == job_id))
        for table, rows in copies.items():
            connection.execute(table.insert(), rows)
    database.close()


def _model(connection: sa.Connection, ledger: Ledger, state: JobState, now: float) -> str:
    """Enter one job and bring it to `state`."""
    run = CommandRun(argv=["torchrun", "train.py", "--config", "configs/large.toml"])
    spec = JobSpec(run=run, name="model", nodes=_NODES_A_JOB, gpus=GPUS, cpus=16, labels={})
    job_id = ledger.add(connection, spec, "ann", None, None)
    if state is JobState.QUEUED:
        return job_id
    entry = ledger.change(
        connection,
        ledger.entry(connection, job_id),
        JobState.RUNNING,
        "Runs.",
        started=now + 20,
        attempt=1,
    )
    assert entry is not None
    ledger.begin_attempt(connection, entry, 1, now + 20)
    if state is JobState.RUNNING:
        return job_id
    kind, reason = {
        JobState.SUCCEEDED: (ExitKind.SUCCEEDED, "Done."),
        JobState.FAILED: (ExitKind.PROGRAM_ERROR, "Rank 3 exited with code 1."),
        JobState.CANCELLED: (ExitKind.CANCELLED, "Cancelled by its owner."),
    }[state]
    exit_ = Exit(kind=kind, message=reason)
    ledger.end_attempts(connection, job_id, now + 100, exit_)
    ledger.change(connection, entry, state, reason, ended=now + 100, exit=exit_)
    return job_id


def _rows(connection: sa.Connection, job_id: str) -> dict[sa.Table, dict[str, Any]]:
    found = {}
    for table in (jobs, specs, attempts, reports):
        key = table.c.id if table is jobs else table.c.job_id
        row = connection.execute(sa.select(table).where(key == job_id)).mappings().first()
        if row is not None:
            found[table] = dict(row)
    return found


def _copy(row: dict[str, Any], identity: dict[str, Any], shift: float) -> dict[str, Any]:
    """Return `row` for another job, all of whose times lie `shift` seconds later."""
    moved = {
        key: value + shift
        for key, value in row.items()
        if key in ("started", "ended") and value is not None
    }
    mine = {key: value for key, value in identity.items() if key in row}
    return {key: value for key, value in (row | moved | mine).items() if key != "seq"}
