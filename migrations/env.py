"""Alembic's entry: runs the migrations on the connection it is handed by `hansho migrate`."""

from alembic import context

from foundation.database import Base

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True, compare_type=True)
with context.begin_transaction():
    context.run_migrations()
