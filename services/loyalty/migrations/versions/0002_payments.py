"""Payments, treats on offer, people who turned out to be one, and the referrer booking names.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_ONCE_BEFORE = "kind IN ('purchase', 'referral', 'referral_corrected', 'treat', 'treat_returned')"
_ONCE = (
    "kind IN ('purchase', 'purchase_refunded', 'referral', 'referral_corrected', 'treat',"
    " 'treat_returned')"
)
_ASKED = "state = 'asked'"


def _once(predicate: str) -> None:
    op.create_index(
        "ledger_once",
        "ledger",
        ["about", "kind"],
        unique=True,
        postgresql_where=sa.text(predicate),
        sqlite_where=sa.text(predicate),
    )


def upgrade() -> None:
    """Bring the change."""
    op.add_column("people", sa.Column("said_referrer", sa.Uuid(), nullable=True))
    op.add_column("people", sa.Column("merged_into", sa.Uuid(), nullable=True))
    op.create_index(op.f("ix_people_merged_into"), "people", ["merged_into"], unique=False)
    op.add_column("accounts", sa.Column("merged_into", sa.Uuid(), nullable=True))
    op.add_column("bookings", sa.Column("session_name", sa.String(length=200), nullable=True))
    op.add_column(
        "settings",
        sa.Column("treat_points_per_unit", sa.Integer(), nullable=False, server_default="14"),
    )
    op.create_index(
        "referrals_asked",
        "referrals",
        ["referred_at"],
        unique=False,
        postgresql_where=sa.text(_ASKED),
        sqlite_where=sa.text(_ASKED),
    )
    op.drop_index("ledger_once", table_name="ledger")
    _once(_ONCE)
    op.create_table(
        "offers",
        sa.Column("treat", sa.String(length=200), nullable=False),
        sa.Column("price_minor", _BIG, nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("availability", sa.String(length=20), nullable=False),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("treat"),
    )
    op.create_table(
        "paid_bookings",
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("rate", sa.Integer(), nullable=True),
        sa.Column("points", _BIG, nullable=False),
        sa.Column("earned_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("booking_id"),
    )
    op.create_table(
        "movements",
        sa.Column("movement_id", sa.Uuid(), nullable=False),
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("amount_minor", _BIG, nullable=False),
        sa.Column("balance_minor", _BIG, nullable=False),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("movement_id"),
    )
    op.create_index(op.f("ix_movements_booking_id"), "movements", ["booking_id"], unique=False)


def downgrade() -> None:
    """Take the change back."""
    op.drop_index(op.f("ix_movements_booking_id"), table_name="movements")
    op.drop_table("movements")
    op.drop_table("paid_bookings")
    op.drop_table("offers")
    op.drop_index("ledger_once", table_name="ledger")
    _once(_ONCE_BEFORE)
    op.drop_index("referrals_asked", table_name="referrals")
    op.drop_column("settings", "treat_points_per_unit")
    op.drop_column("bookings", "session_name")
    op.drop_column("accounts", "merged_into")
    op.drop_index(op.f("ix_people_merged_into"), table_name="people")
    op.drop_column("people", "merged_into")
    op.drop_column("people", "said_referrer")
