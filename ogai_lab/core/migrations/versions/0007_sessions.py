"""Sessions: jobs that keep a Jupyter kernel."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "sessions",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("folder", sa.Text, nullable=False),
        sa.Column("idle", sa.Float),
        sa.Column("kernel", sa.String(20), nullable=False),
        sa.Column("active", sa.Float),
        sa.Column("used", sa.Float),
        sa.Column("extended", sa.Float),
        sa.Column("warned", sa.Float),
        sa.Column("offset", sa.BigInteger, nullable=False),
        sa.Column("ended", sa.Boolean, nullable=False, index=True),
        sa.Column("idled", sa.Boolean, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("sessions")
