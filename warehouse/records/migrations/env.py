"""Alembic's entry: migrate over the connection (and inside the transaction) that schema.py hands in."""

from __future__ import annotations

from alembic import context

from warehouse.records.models import Model

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Model.metadata,
    # SQLite cannot alter most of a table: Alembic rebuilds it.
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
