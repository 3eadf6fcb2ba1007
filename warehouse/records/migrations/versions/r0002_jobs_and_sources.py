"""Sources and what they delivered, schedules, alerts that were sent, and when an erasure was complete."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "r0002"
down_revision = "r0001"

NAME = sa.String(255)
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the tables, and give tombstones the time of their purge."""
    op.create_table(
        "sources",
        sa.Column("name", NAME, nullable=False),
        sa.Column("definition", sa.JSON(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_sources")),
    )
    op.create_table(
        "deliveries",
        sa.Column("source", NAME, nullable=False),
        sa.Column("delivery", NAME, nullable=False),
        sa.Column("content_hash", NAME, nullable=False),
        sa.Column("fetched_at", TIME, nullable=False),
        sa.Column("imported_at", TIME, nullable=True),
        sa.Column("outcome", NAME, nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("source", "delivery", name=op.f("pk_deliveries")),
    )
    op.create_index(op.f("ix_deliveries_fetched_at"), "deliveries", ["fetched_at"], unique=False)
    op.create_table(
        "schedule_states",
        sa.Column("job", NAME, nullable=False),
        sa.Column("subject", NAME, nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("known_since", TIME, nullable=False),
        sa.Column("paused", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("job", "subject", name=op.f("pk_schedule_states")),
    )
    op.create_table(
        "alert_states",
        sa.Column("finding", NAME, nullable=False),
        sa.Column("role", NAME, nullable=False),
        sa.Column("channel", NAME, nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("raised_at", TIME, nullable=False),
        sa.Column("sent_at", TIME, nullable=True),
        sa.PrimaryKeyConstraint("finding", "role", "channel", name=op.f("pk_alert_states")),
    )
    op.add_column("tombstones", sa.Column("purged_at", TIME, nullable=True))
