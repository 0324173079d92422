"""The scheduler's tables.

`attempts` says by itself who used how much, so that usage outlives the jobs it came from.
`reports` holds what jobs tell about themselves; it changes often and never moves a job's version.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from ogai_lab.core.database import metadata

jobs = sa.Table(
    "jobs",
    metadata,
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("id", sa.String(32), nullable=False, unique=True),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("owner", sa.String(200), nullable=False),
    sa.Column("queue", sa.String(100), nullable=False),
    sa.Column("state", sa.String(12), nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("priority", sa.Integer, nullable=False),
    sa.Column("nodes", sa.Integer, nullable=False),
    sa.Column("cpus", sa.Float, nullable=False),  # of one node, as are gpus and memory
    sa.Column("gpus", sa.Integer, nullable=False),
    sa.Column("memory", sa.BigInteger, nullable=False),
    sa.Column("timeout", sa.Float),
    sa.Column("created", sa.Float, nullable=False),
    sa.Column("started", sa.Float),
    sa.Column("ended", sa.Float),
    sa.Column("attempt", sa.Integer, nullable=False),
    sa.Column("restarts", sa.Integer, nullable=False),
    sa.Column("restarts_before", sa.Integer, nullable=False),  # those of earlier orders
    sa.Column("requeued", sa.Float),  # for another attempt, which starts after `delay` seconds
    sa.Column("delay", sa.Float, nullable=False),
    sa.Column("stop_kind", sa.String(20)),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("placements", sa.JSON, nullable=False),
    sa.Column("exit", sa.JSON),
    sa.Column("cluster", sa.String(200), nullable=False, server_default=""),
    sa.Column("handed", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Index("jobs_waiting", "state", "queue", sa.text("priority DESC"), "seq"),
    sa.Index("jobs_state", "state", "seq"),
    sa.Index("jobs_owner", "owner", "seq"),
    sa.Index("jobs_handed", "state", "handed", "cluster"),
    sqlite_autoincrement=True,
)

specs = sa.Table(  # apart from `jobs`, which is so small that all of it can be searched
    "job_specs",
    metadata,
    sa.Column("job_id", sa.String(32), primary_key=True),
    sa.Column("spec", sa.Text, nullable=False),
    sa.Column("payload", sa.Text),  # of a FunctionRun: large, and needed only to start it
    sa.Column("snapshot", sa.JSON),
)

labels = sa.Table(
    "job_labels",
    metadata,
    sa.Column("job_id", sa.String(32), primary_key=True),
    sa.Column("key", sa.String(200), primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
    sa.Index("job_labels_value", "key", "value"),
)

keys = sa.Table(
    "job_keys",
    metadata,
    sa.Column("owner", sa.String(200), primary_key=True),
    sa.Column("key", sa.String(200), primary_key=True),
    sa.Column("digest", sa.String(71), nullable=False),
    sa.Column("job_id", sa.String(32), nullable=False, index=True),
)

attempts = sa.Table(
    "attempts",
    metadata,
    sa.Column("job_id", sa.String(32), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("owner", sa.String(200), nullable=False),
    sa.Column("cpus", sa.Float, nullable=False),  # of all nodes
    sa.Column("gpus", sa.Integer, nullable=False),
    sa.Column("started", sa.Float, nullable=False),
    sa.Column("ended", sa.Float, index=True),
    sa.Column("exit", sa.JSON),
)

reports = sa.Table(
    "job_reports",
    metadata,
    sa.Column("job_id", sa.String(32), primary_key=True),
    sa.Column("offset", sa.BigInteger, nullable=False),
    sa.Column("attempt", sa.Integer, nullable=False),
    sa.Column("metrics", sa.JSON, nullable=False),
    sa.Column("outputs", sa.JSON, nullable=False),
    sa.Column("step", sa.BigInteger),
    sa.Column("step_time", sa.Float),
    sa.Column("first_step", sa.BigInteger),  # of the current attempt: the pace is measured from it
    sa.Column("first_time", sa.Float),
    sa.Column("steps", sa.BigInteger),
)

metrics = sa.Table(
    "job_metrics",
    metadata,
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("job_id", sa.String(32), nullable=False),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("step", sa.BigInteger),
    sa.Column("value", sa.Float),
    sa.Column("time", sa.Float, nullable=False),
    sa.Column("rank", sa.Integer, nullable=False),
    sa.Column("attempt", sa.Integer, nullable=False),
    sa.Index("job_metrics_curve", "job_id", "name", "rank", "seq"),
)


def insert_missing(connection: sa.Connection, table: sa.Table, values: dict[str, Any]) -> bool:
    """Insert a row unless its primary key is there already; return whether it was inserted.

    Two transactions that insert the same key at once wait for each other; the later one finds it.
    """
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    statement = dialect.insert(table).values(values).on_conflict_do_nothing()
    key = next(iter(table.primary_key.columns))
    # Not by its row count: for an INSERT that returns its key, drivers do not agree on it.
    return connection.execute(statement.returning(key)).first() is not None
