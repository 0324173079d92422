"""The registry's tables."""

from __future__ import annotations

import sqlalchemy as sa

from ogai_lab.core.database import metadata

models = sa.Table(
    "models",
    metadata,
    sa.Column("name", sa.String(200), primary_key=True),
    sa.Column("created", sa.Float, nullable=False),
    # Numbers are handed out from here, so that a removed version's number never comes back.
    sa.Column("last_number", sa.Integer, nullable=False),
)

versions = sa.Table(
    "model_versions",
    metadata,
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

aliases = sa.Table(
    "model_aliases",
    metadata,
    sa.Column("model", sa.String(200), primary_key=True),
    sa.Column("alias", sa.String(64), primary_key=True),
    sa.Column("number", sa.Integer, nullable=False),
    sa.ForeignKeyConstraint(["model", "number"], ["model_versions.model", "model_versions.number"]),
)

registrations = sa.Table(
    "model_registrations",
    metadata,
    sa.Column("owner", sa.String(200), primary_key=True),
    sa.Column("key", sa.String(200), primary_key=True),
    sa.Column("model", sa.String(200), nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("created", sa.Float, nullable=False),
)

evaluations = sa.Table(
    "model_evaluations",
    metadata,
    sa.Column("job", sa.String(64), primary_key=True),
    sa.Column("model", sa.String(200), nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("data", sa.String(71), nullable=False),
    sa.Column("spec", sa.String(71), nullable=False),
    sa.Column("state", sa.String(10), nullable=False),
    sa.Column("created", sa.Float, nullable=False),
    sa.Column("owner", sa.String(200), nullable=False),
    # Named `result`, not `table`: that is a keyword in SQL.
    sa.Column("result", sa.String(71)),
    sa.Column("documents", sa.Integer),
    sa.Column("bytes", sa.BigInteger),
    sa.Column("bits", sa.Float),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Index("model_evaluations_version", "model", "number", "data"),
)
