"""Alembic's entry: runs the history on the engine that `core.database` hands over.

Two processes that start at once migrate one after the other: the whole upgrade is one transaction
behind the write lock (SQLite) or an advisory lock (PostgreSQL).
"""

from alembic import context

_ADVISORY_LOCK = 7_314_001

engine = context.config.attributes["engine"]

with engine.connect() as connection:
    if engine.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_ADVISORY_LOCK})")
    context.configure(connection=connection)
    context.run_migrations()
    connection.commit()
