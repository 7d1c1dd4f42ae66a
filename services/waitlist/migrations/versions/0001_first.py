"""Queues, entries, spots and decisions.

Revision ID: 0001
Revises:
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the change."""
    op.create_table(
        "decisions",
        sa.Column(
            "decision_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("spot_id", sa.Uuid(), nullable=False),
        sa.Column("queue_id", sa.Uuid(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=True),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=60), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("decision_id"),
    )
    op.create_index(op.f("ix_decisions_entry_id"), "decisions", ["entry_id"], unique=False)
    op.create_index(op.f("ix_decisions_spot_id"), "decisions", ["spot_id"], unique=False)
    op.create_table(
        "entries",
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("queue_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("entry_id"),
    )
    op.create_index(
        "entries_in_line",
        "entries",
        ["queue_id", "position"],
        unique=False,
        postgresql_where=sa.text("state = 'waiting'"),
        sqlite_where=sa.text("state = 'waiting'"),
    )
    op.create_index(
        "entries_one_live",
        "entries",
        ["queue_id", "person_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('waiting', 'claiming', 'leaving')"),
        sqlite_where=sa.text("state IN ('waiting', 'claiming', 'leaving')"),
    )
    op.create_index(op.f("ix_entries_person_id"), "entries", ["person_id"], unique=False)
    op.create_table(
        "queues",
        sa.Column("queue_id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("target_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("policy", sa.String(length=20), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("waiting", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("waiting >= 0", name="waiting_not_negative"),
        sa.PrimaryKeyConstraint("queue_id"),
        postgresql_with={"fillfactor": "70"},
    )
    op.create_index("queues_of_target", "queues", ["source", "target_id"], unique=True)
    op.create_table(
        "spots",
        sa.Column("spot_id", sa.Uuid(), nullable=False),
        sa.Column("queue_id", sa.Uuid(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("spot_id"),
    )


def downgrade() -> None:
    """Take the change back."""
    op.drop_table("spots")
    op.drop_index("queues_of_target", table_name="queues")
    op.drop_table("queues")
    op.drop_index(op.f("ix_entries_person_id"), table_name="entries")
    op.drop_index(
        "entries_one_live",
        table_name="entries",
        postgresql_where=sa.text("state IN ('waiting', 'claiming', 'leaving')"),
        sqlite_where=sa.text("state IN ('waiting', 'claiming', 'leaving')"),
    )
    op.drop_index(
        "entries_in_line",
        table_name="entries",
        postgresql_where=sa.text("state = 'waiting'"),
        sqlite_where=sa.text("state = 'waiting'"),
    )
    op.drop_table("entries")
    op.drop_index(op.f("ix_decisions_spot_id"), table_name="decisions")
    op.drop_index(op.f("ix_decisions_entry_id"), table_name="decisions")
    op.drop_table("decisions")
