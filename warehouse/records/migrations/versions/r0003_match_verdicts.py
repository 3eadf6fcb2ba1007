"""What people decide about which offer is which product."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "r0003"
down_revision = "r0002"

NAME = sa.String(255)
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "match_verdicts",
        sa.Column("offer_id", NAME, nullable=False),
        sa.Column("sku", NAME, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("verdict", NAME, nullable=False),
        sa.Column("pack_ratio", sa.Double(), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("decided_by", NAME, nullable=False),
        sa.Column("decided_at", TIME, nullable=False),
        sa.Column("offer_title", sa.String(), nullable=True),
        sa.Column("offer_brand", sa.String(), nullable=True),
        sa.Column("offer_gtin", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("offer_id", "sku", "number", name=op.f("pk_match_verdicts")),
    )
    op.create_index(op.f("ix_match_verdicts_decided_at"), "match_verdicts", ["decided_at"], unique=False)
