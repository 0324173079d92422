"""Models, versions, aliases and evaluations."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "models",
        sa.Column("name", sa.String(200), primary_key=True),
        sa.Column("created", sa.Float, nullable=False),
        sa.Column("last_number", sa.Integer, nullable=False),
    )
    op.create_table(
        "model_versions",
        sa.Column("model", sa.String(200), sa.ForeignKey("models.name"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("manifest", sa.String(71), nullable=False, index=True),
        sa.Column("created", sa.Float, nullable=False),
        sa.Column("owner", sa.String(200), nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("stored", sa.BigInteger, nullable=False),
        sa.Column("tensors", sa.Integer, nullable=False),
        sa.Column("parameters", sa.BigInteger, nullable=False),
        sa.Column("tags", sa.JSON, nullable=False),
        sa.Column("metrics", sa.JSON, nullable=False),
        sa.Column("lineage", sa.JSON, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.UniqueConstraint("model", "manifest"),
    )
    op.create_table(
        "model_aliases",
        sa.Column("model", sa.String(200), primary_key=True),
        sa.Column("alias", sa.String(64), primary_key=True),
        sa.Column("number", sa.Integer, nullable=False),
        sa.ForeignKeyConstraint(
            ["model", "number"], ["model_versions.model", "model_versions.number"]
        ),
    )
    op.create_table(
        "model_registrations",
        sa.Column("owner", sa.String(200), primary_key=True),
        sa.Column("key", sa.String(200), primary_key=True),
        sa.Column("model", sa.String(200), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("created", sa.Float, nullable=False),
    )
    op.create_table(
        "model_evaluations",
        sa.Column("job", sa.String(64), primary_key=True),
        sa.Column("model", sa.String(200), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("data", sa.String(71), nullable=False),
        sa.Column("spec", sa.String(71), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("created", sa.Float, nullable=False),
        sa.Column("owner", sa.String(200), nullable=False),
        sa.Column("result", sa.String(71)),
        sa.Column("documents", sa.Integer),
        sa.Column("bytes", sa.BigInteger),
        sa.Column("bits", sa.Float),
        sa.Column("reason", sa.Text, nullable=False),
    )
    op.create_index("model_evaluations_version", "model_evaluations", ["model", "number", "data"])


def downgrade() -> None:
    for table in (
        "model_evaluations",
        "model_registrations",
        "model_aliases",
        "model_versions",
        "models",
    ):
        op.drop_table(table)
