"""Passes are paid for online: checkouts, refunds, and what Stripe is asked.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def _instant() -> sa.DateTime:
    return sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the change."""
    op.create_table(
        "checkouts",
        sa.Column("payment_id", sa.Uuid(), nullable=False),
        sa.Column("registration_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("amount_minor", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("made_at", _instant(), nullable=False),
        sa.Column("paid_at", _instant(), nullable=True),
        sa.Column("ended_at", _instant(), nullable=True),
        sa.Column("description", sa.String(length=200), nullable=False),
        sa.Column("expires_at", _instant(), nullable=False),
        sa.Column("success_url", sa.Text(), nullable=False),
        sa.Column("cancel_url", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("checkout_id", sa.String(length=200), nullable=True),
        sa.Column("checkout_url", sa.Text(), nullable=True),
        sa.Column("intent_id", sa.String(length=200), nullable=True),
        sa.Column("error", sa.String(length=500), nullable=True),
        sa.CheckConstraint("amount_minor > 0", name="checkout_of_something"),
        sa.PrimaryKeyConstraint("payment_id"),
    )
    op.create_index(
        op.f("ix_checkouts_registration_id"), "checkouts", ["registration_id"], unique=False
    )
    op.create_table(
        "refunds",
        sa.Column("refund_id", sa.Uuid(), nullable=False),
        sa.Column("payment_id", sa.Uuid(), nullable=False),
        sa.Column("registration_id", sa.Uuid(), nullable=False),
        sa.Column("amount_minor", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("made_at", _instant(), nullable=False),
        sa.Column("refunded_at", _instant(), nullable=True),
        sa.Column("vendor_id", sa.String(length=200), nullable=True),
        sa.Column("error", sa.String(length=500), nullable=True),
        sa.CheckConstraint("amount_minor > 0", name="refund_of_something"),
        sa.PrimaryKeyConstraint("refund_id"),
    )
    op.create_index(op.f("ix_refunds_payment_id"), "refunds", ["payment_id"], unique=False)
    op.create_index(
        op.f("ix_refunds_registration_id"), "refunds", ["registration_id"], unique=False
    )
    op.create_table(
        "card_jobs",
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("due_at", _instant(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("series", sa.Integer(), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(length=500), nullable=True),
        sa.Column("correlation_id", sa.String(length=200), nullable=False),
        sa.Column("began_at", _instant(), nullable=False),
        sa.Column("caused_by", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("kind", "subject_id"),
    )
    op.create_index(
        "card_jobs_due",
        "card_jobs",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("state != 'done'"),
        sqlite_where=sa.text("state != 'done'"),
    )
    op.create_table(
        "card_notices",
        sa.Column("event_id", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=200), nullable=False),
        sa.Column("reference", sa.String(length=200), nullable=True),
        sa.Column("heard_at", _instant(), nullable=False),
        sa.PrimaryKeyConstraint("event_id"),
    )
    op.create_index(op.f("ix_card_notices_heard_at"), "card_notices", ["heard_at"], unique=False)


def downgrade() -> None:
    """Take the change back."""
    op.drop_index(op.f("ix_card_notices_heard_at"), table_name="card_notices")
    op.drop_table("card_notices")
    op.drop_index(
        "card_jobs_due",
        table_name="card_jobs",
        postgresql_where=sa.text("state != 'done'"),
        sqlite_where=sa.text("state != 'done'"),
    )
    op.drop_table("card_jobs")
    op.drop_index(op.f("ix_refunds_registration_id"), table_name="refunds")
    op.drop_index(op.f("ix_refunds_payment_id"), table_name="refunds")
    op.drop_table("refunds")
    op.drop_index(op.f("ix_checkouts_registration_id"), table_name="checkouts")
    op.drop_table("checkouts")
