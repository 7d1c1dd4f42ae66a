"""Payments, refunds, reminders, and what Stripe is asked.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def _instant() -> sa.DateTime:
    return sa.DateTime(timezone=True)


def upgrade() -> None:
    """Bring the change."""
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
    op.create_table(
        "kept_cards",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.String(length=200), nullable=False),
        sa.Column("method_id", sa.String(length=200), nullable=False),
        sa.Column("brand", sa.String(length=40), nullable=False),
        sa.Column("last4", sa.String(length=4), nullable=False),
        sa.Column("agreed_at", _instant(), nullable=False),
        sa.PrimaryKeyConstraint("person_id"),
    )
    op.create_table(
        "payment_reminders",
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("requested_at", _instant(), nullable=False),
        sa.PrimaryKeyConstraint("booking_id", "number"),
    )
    op.create_index(
        "reminders_once",
        "payment_reminders",
        ["booking_id", "kind"],
        unique=True,
        postgresql_where=sa.text("kind != 'manual'"),
        sqlite_where=sa.text("kind != 'manual'"),
    )
    op.create_table(
        "payments",
        sa.Column("payment_id", sa.Uuid(), nullable=False),
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("method", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("amount_minor", sa.Integer(), nullable=False),
        sa.Column("price_minor", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("description", sa.String(length=200), nullable=False),
        sa.Column("made_at", _instant(), nullable=False),
        sa.Column("paid_at", _instant(), nullable=True),
        sa.Column("ended_at", _instant(), nullable=True),
        sa.Column("spot_id", sa.Uuid(), nullable=True),
        sa.Column("entry_id", sa.Uuid(), nullable=True),
        sa.Column("seat", sa.Integer(), server_default="1", nullable=False),
        sa.Column("expires_at", _instant(), nullable=True),
        sa.Column("success_url", sa.Text(), nullable=True),
        sa.Column("cancel_url", sa.Text(), nullable=True),
        sa.Column("email", sa.String(length=320), nullable=True),
        sa.Column("customer_id", sa.String(length=200), nullable=True),
        sa.Column("method_id", sa.String(length=200), nullable=True),
        sa.Column("save_card", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("language", sa.String(length=8), server_default="en", nullable=False),
        sa.Column("checkout_id", sa.String(length=200), nullable=True),
        sa.Column("checkout_url", sa.Text(), nullable=True),
        sa.Column("intent_id", sa.String(length=200), nullable=True),
        sa.Column("error", sa.String(length=500), nullable=True),
        sa.Column("note", sa.String(length=500), nullable=True),
        sa.Column("received_on", sa.Date(), nullable=True),
        sa.CheckConstraint("amount_minor > 0", name="payment_of_something"),
        sa.PrimaryKeyConstraint("payment_id"),
    )
    op.create_index(op.f("ix_payments_booking_id"), "payments", ["booking_id"], unique=False)
    op.create_index(op.f("ix_payments_person_id"), "payments", ["person_id"], unique=False)
    op.create_table(
        "refunds",
        sa.Column("refund_id", sa.Uuid(), nullable=False),
        sa.Column("payment_id", sa.Uuid(), nullable=False),
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("amount_minor", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("made_at", _instant(), nullable=False),
        sa.Column("refunded_at", _instant(), nullable=True),
        sa.Column("vendor_id", sa.String(length=200), nullable=True),
        sa.Column("error", sa.String(length=500), nullable=True),
        sa.CheckConstraint("amount_minor > 0", name="refund_of_something"),
        sa.PrimaryKeyConstraint("refund_id"),
    )
    op.create_index(op.f("ix_refunds_booking_id"), "refunds", ["booking_id"], unique=False)
    op.create_index(op.f("ix_refunds_payment_id"), "refunds", ["payment_id"], unique=False)
    op.add_column(
        "bookings", sa.Column("price_minor", sa.Integer(), server_default="0", nullable=False)
    )
    op.add_column(
        "bookings", sa.Column("currency", sa.String(length=3), server_default="", nullable=False)
    )
    op.add_column(
        "holds",
        sa.Column("collection", sa.String(length=10), server_default="card", nullable=False),
    )


def downgrade() -> None:
    """Take the change back."""
    op.drop_column("holds", "collection")
    op.drop_column("bookings", "currency")
    op.drop_column("bookings", "price_minor")
    op.drop_index(op.f("ix_refunds_payment_id"), table_name="refunds")
    op.drop_index(op.f("ix_refunds_booking_id"), table_name="refunds")
    op.drop_table("refunds")
    op.drop_index(op.f("ix_payments_person_id"), table_name="payments")
    op.drop_index(op.f("ix_payments_booking_id"), table_name="payments")
    op.drop_table("payments")
    op.drop_index(
        "reminders_once",
        table_name="payment_reminders",
        postgresql_where=sa.text("kind != 'manual'"),
        sqlite_where=sa.text("kind != 'manual'"),
    )
    op.drop_table("payment_reminders")
    op.drop_table("kept_cards")
    op.drop_index(op.f("ix_card_notices_heard_at"), table_name="card_notices")
    op.drop_table("card_notices")
    op.drop_index(
        "card_jobs_due",
        table_name="card_jobs",
        postgresql_where=sa.text("state != 'done'"),
        sqlite_where=sa.text("state != 'done'"),
    )
    op.drop_table("card_jobs")
