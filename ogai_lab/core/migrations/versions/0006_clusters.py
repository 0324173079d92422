"""Jobs of other clusters: which one, and whether its own queue has the job."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column("jobs", sa.Column("cluster", sa.String(200), nullable=False, server_default=""))
    op.add_column(
        "jobs", sa.Column("handed", sa.Boolean, nullable=False, server_default=sa.false())
    )
    op.create_index("jobs_handed", "jobs", ["state", "handed", "cluster"])


def downgrade() -> None:
    op.drop_index("jobs_handed", "jobs")
    op.drop_column("jobs", "handed")
    op.drop_column("jobs", "cluster")
