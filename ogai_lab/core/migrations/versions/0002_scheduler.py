"""Jobs, attempts, and what jobs report."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "jobs",
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("id", sa.String(32), nullable=False, unique=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("owner", sa.String(200), nullable=False),
        sa.Column("queue", sa.String(100), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("priority", sa.Integer, nullable=False),
        sa.Column("nodes", sa.Integer, nullable=False),
        sa.Column("cpus", sa.Float, nullable=False),
        sa.Column("gpus", sa.Integer, nullable=False),
        sa.Column("memory", sa.BigInteger, nullable=False),
        sa.Column("timeout", sa.Float),
        sa.Column("created", sa.Float, nullable=False),
        sa.Column("started", sa.Float),
        sa.Column("ended", sa.Float),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("restarts", sa.Integer, nullable=False),
        sa.Column("restarts_before", sa.Integer, nullable=False),
        sa.Column("requeued", sa.Float),
        sa.Column("delay", sa.Float, nullable=False),
        sa.Column("stop_kind", sa.String(20)),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("placements", sa.JSON, nullable=False),
        sa.Column("exit", sa.JSON),
        sqlite_autoincrement=True,
    )
    op.create_index("jobs_waiting", "jobs", ["state", "queue", sa.text("priority DESC"), "seq"])
    op.create_index("jobs_state", "jobs", ["state", "seq"])
    op.create_index("jobs_owner", "jobs", ["owner", "seq"])
    op.create_table(
        "job_specs",
        sa.Column("job_id", sa.String(32), primary_key=True),
        sa.Column("spec", sa.Text, nullable=False),
        sa.Column("payload", sa.Text),
        sa.Column("snapshot", sa.JSON),
    )
    op.create_table(
        "job_labels",
        sa.Column("job_id", sa.String(32), primary_key=True),
        sa.Column("key", sa.String(200), primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    )
    op.create_index("job_labels_value", "job_labels", ["key", "value"])
    op.create_table(
        "job_keys",
        sa.Column("owner", sa.String(200), primary_key=True),
        sa.Column("key", sa.String(200), primary_key=True),
        sa.Column("digest", sa.String(71), nullable=False),
        sa.Column("job_id", sa.String(32), nullable=False),
    )
    op.create_index("ix_job_keys_job_id", "job_keys", ["job_id"])
    op.create_table(
        "attempts",
        sa.Column("job_id", sa.String(32), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("owner", sa.String(200), nullable=False),
        sa.Column("cpus", sa.Float, nullable=False),
        sa.Column("gpus", sa.Integer, nullable=False),
        sa.Column("started", sa.Float, nullable=False),
        sa.Column("ended", sa.Float),
        sa.Column("exit", sa.JSON),
    )
    op.create_index("ix_attempts_ended", "attempts", ["ended"])
    op.create_table(
        "job_reports",
        sa.Column("job_id", sa.String(32), primary_key=True),
        sa.Column("offset", sa.BigInteger, nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("metrics", sa.JSON, nullable=False),
        sa.Column("outputs", sa.JSON, nullable=False),
        sa.Column("step", sa.BigInteger),
        sa.Column("step_time", sa.Float),
        sa.Column("first_step", sa.BigInteger),
        sa.Column("first_time", sa.Float),
        sa.Column("steps", sa.BigInteger),
    )
    op.create_table(
        "job_metrics",
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("job_id", sa.String(32), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("step", sa.BigInteger),
        sa.Column("value", sa.Float),
        sa.Column("time", sa.Float, nullable=False),
        sa.Column("rank", sa.Integer, nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
    )
    op.create_index("job_metrics_curve", "job_metrics", ["job_id", "name", "rank", "seq"])


def downgrade() -> None:
    op.drop_table("job_metrics")
    op.drop_table("job_reports")
    op.drop_table("attempts")
    op.drop_table("job_keys")
    op.drop_table("job_labels")
    op.drop_table("job_specs")
    op.drop_table("jobs")
