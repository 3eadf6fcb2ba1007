"""The first schema. Types are spelled out here, so that a later change of the models leaves this step as it was."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "r0001"
down_revision = None

NAME = sa.String(255)
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create every table, and the triggers that keep the audit log as it was written."""
    op.create_table(
        "api_keys",
        sa.Column("key_id", NAME, nullable=False),
        sa.Column("key_hash", NAME, nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("revoked_at", TIME, nullable=True),
        sa.PrimaryKeyConstraint("key_id", name=op.f("pk_api_keys")),
    )
    op.create_table(
        "audit_entries",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("actor", NAME, nullable=False),
        sa.Column("action", NAME, nullable=False),
        sa.Column("subject", NAME, nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entries")),
    )
    op.create_index(op.f("ix_audit_entries_at"), "audit_entries", ["at"], unique=False)
    op.create_index(op.f("ix_audit_entries_subject"), "audit_entries", ["subject"], unique=False)
    op.create_table(
        "consents",
        sa.Column("customer_id", NAME, nullable=False),
        sa.Column("channel", NAME, nullable=False),
        sa.Column("granted", sa.Boolean(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("source", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("customer_id", "channel", name=op.f("pk_consents")),
    )
    op.create_table(
        "experiments",
        sa.Column("key", NAME, nullable=False),
        sa.Column("salt", NAME, nullable=False),
        sa.Column("variants", sa.JSON(), nullable=False),
        sa.Column("metric", sa.JSON(), nullable=False),
        sa.Column("status", NAME, nullable=False),
        sa.Column("started_at", TIME, nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_experiments")),
    )
    op.create_table(
        "price_rules",
        sa.Column("name", NAME, nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("definition", sa.JSON(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("name", "version", name=op.f("pk_price_rules")),
    )
    op.create_table(
        "releases",
        sa.Column("kind", NAME, nullable=False),
        sa.Column("version", NAME, nullable=False),
        sa.Column("manifest", sa.JSON(), nullable=False),
        sa.Column("released_at", TIME, nullable=False),
        sa.Column("current", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "version", name=op.f("pk_releases")),
    )
    op.create_index(
        "uq_releases_current",
        "releases",
        ["kind"],
        unique=True,
        sqlite_where=sa.text("current"),
        postgresql_where=sa.text("current"),
    )
    op.create_table(
        "segment_definitions",
        sa.Column("name", NAME, nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("definition", sa.JSON(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("name", "version", name=op.f("pk_segment_definitions")),
    )
    op.create_table(
        "sites",
        sa.Column("site", NAME, nullable=False),
        sa.Column("definition", sa.JSON(), nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("site", name=op.f("pk_sites")),
    )
    op.create_table(
        "stores",
        sa.Column("store_id", NAME, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("country", sa.String(), nullable=True),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("timezone", sa.String(), nullable=False),
        sa.Column("locale", sa.String(), nullable=True),
        sa.Column("prices_include_tax", sa.Boolean(), nullable=True),
        sa.PrimaryKeyConstraint("store_id", name=op.f("pk_stores")),
    )
    op.create_table(
        "tombstones",
        sa.Column("customer_id", NAME, nullable=False),
        sa.Column("erased_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("customer_id", name=op.f("pk_tombstones")),
    )
    for statement in _APPEND_ONLY[op.get_context().dialect.name]:
        op.execute(statement)


_APPEND_ONLY = {
    "sqlite": [
        f"""
        create trigger audit_entries_no_{action} before {action} on audit_entries
        begin select raise(abort, 'audit entries are append-only'); end
        """
        for action in ("update", "delete")
    ],
    "postgresql": [
        """
        create function refuse_audit_change() returns trigger language plpgsql as
        $$ begin raise exception 'audit entries are append-only'; end $$
        """,
        """
        create trigger audit_entries_append_only before update or delete or truncate on audit_entries
        for each statement execute function refuse_audit_change()
        """,
    ],
}
