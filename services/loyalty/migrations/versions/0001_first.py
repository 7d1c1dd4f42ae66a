"""Cards, the ledger of points, referrals, treats, purchases and settings.

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
        "bookings",
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("booked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("booking_id"),
    )
    op.create_index("bookings_of_person", "bookings", ["person_id", "booked_at"], unique=False)
    op.create_table(
        "cards",
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lost_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index(
        "cards_one_active",
        "cards",
        ["person_id"],
        unique=True,
        postgresql_where=sa.text("state = 'active'"),
        sqlite_where=sa.text("state = 'active'"),
    )
    op.create_index(op.f("ix_cards_person_id"), "cards", ["person_id"], unique=False)
    op.create_table(
        "ledger",
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("previous", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("points", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "balance_before", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "balance_after", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("about", sa.Uuid(), nullable=False),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("earned_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(number = 1 AND previous IS NULL AND balance_before = 0)"
            " OR (number > 1 AND previous IS NOT NULL AND previous = number - 1)",
            name="ledger_without_gaps",
        ),
        sa.CheckConstraint("balance_after = balance_before + points", name="ledger_adds_up"),
        sa.CheckConstraint("points <> 0", name="ledger_says_something"),
        sa.ForeignKeyConstraint(
            ["person_id", "previous", "balance_before"],
            ["ledger.person_id", "ledger.number", "ledger.balance_after"],
            name="ledger_unbroken",
        ),
        sa.PrimaryKeyConstraint("entry_id"),
        sa.UniqueConstraint("person_id", "number", "balance_after", name="ledger_links"),
        sa.UniqueConstraint("person_id", "number", name="ledger_never_forks"),
    )
    op.create_index(
        "ledger_once",
        "ledger",
        ["about", "kind"],
        unique=True,
        postgresql_where=sa.text(
            "kind IN ('purchase', 'referral', 'referral_corrected', 'treat', 'treat_returned')"
        ),
        sqlite_where=sa.text(
            "kind IN ('purchase', 'referral', 'referral_corrected', 'treat', 'treat_returned')"
        ),
    )
    op.create_table(
        "notes",
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("entry_id"),
    )
    op.create_index(op.f("ix_notes_person_id"), "notes", ["person_id"], unique=False)
    op.create_table(
        "people",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=True),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("referred_by", sa.Uuid(), nullable=True),
        sa.Column("first_referred_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("person_id"),
    )
    op.create_index(op.f("ix_people_referred_by"), "people", ["referred_by"], unique=False)
    op.create_table(
        "purchases",
        sa.Column("purchase_id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(length=200), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column(
            "amount_minor", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("points", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("purchase_id"),
        sa.UniqueConstraint("reference"),
    )
    op.create_index(op.f("ix_purchases_person_id"), "purchases", ["person_id"], unique=False)
    op.create_table(
        "referrals",
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("new_person_id", sa.Uuid(), nullable=False),
        sa.Column("referrer_id", sa.Uuid(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("referred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("awarded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("corrected_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("referral_id"),
    )
    op.create_index(op.f("ix_referrals_referrer_id"), "referrals", ["referrer_id"], unique=False)
    op.create_index(
        "referrals_one_live",
        "referrals",
        ["new_person_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('asked', 'awarded')"),
        sqlite_where=sa.text("state IN ('asked', 'awarded')"),
    )
    op.create_table(
        "settings",
        sa.Column("settings_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("points_per_referral", sa.Integer(), nullable=False),
        sa.Column("send_sms", sa.Boolean(), nullable=False),
        sa.Column("sms_texts", sa.JSON(), nullable=False),
        sa.Column("salon_name", sa.String(length=200), nullable=False),
        sa.Column("service_points_per_unit", sa.Integer(), nullable=False),
        sa.Column("product_points_per_unit", sa.Integer(), nullable=False),
        sa.Column("points_per_visit", sa.Integer(), nullable=False),
        sa.Column("points_expire_days", sa.Integer(), nullable=True),
        sa.CheckConstraint("settings_id = 1", name="settings_are_one"),
        sa.PrimaryKeyConstraint("settings_id"),
    )
    op.create_table(
        "treats",
        sa.Column("treat_id", sa.Uuid(), nullable=False),
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("treat", sa.String(length=200), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("redeemed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("returned_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("points > 0", name="treats_cost_something"),
        sa.PrimaryKeyConstraint("treat_id"),
        sa.UniqueConstraint("booking_id"),
    )
    op.create_index(op.f("ix_treats_person_id"), "treats", ["person_id"], unique=False)
    op.create_table(
        "visits",
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("counts", sa.Boolean(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("earned_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("booking_id"),
    )
    op.create_table(
        "accounts",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=True),
        sa.Column("balance", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("oldest_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("last IS NOT NULL OR balance = 0", name="accounts_begin_at_nothing"),
        sa.ForeignKeyConstraint(
            ["person_id", "last", "balance"],
            ["ledger.person_id", "ledger.number", "ledger.balance_after"],
            name="accounts_balance_of_last",
        ),
        sa.PrimaryKeyConstraint("person_id"),
        postgresql_with={"fillfactor": "70"},
    )
    op.create_index(
        "accounts_by_age",
        "accounts",
        ["oldest_at"],
        unique=False,
        postgresql_where=sa.text("balance > 0"),
        sqlite_where=sa.text("balance > 0"),
    )


def downgrade() -> None:
    """Take the change back."""
    op.drop_index(
        "accounts_by_age",
        table_name="accounts",
        postgresql_where=sa.text("balance > 0"),
        sqlite_where=sa.text("balance > 0"),
    )
    op.drop_table("accounts")
    op.drop_table("visits")
    op.drop_index(op.f("ix_treats_person_id"), table_name="treats")
    op.drop_table("treats")
    op.drop_table("settings")
    op.drop_index(
        "referrals_one_live",
        table_name="referrals",
        postgresql_where=sa.text("state IN ('asked', 'awarded')"),
        sqlite_where=sa.text("state IN ('asked', 'awarded')"),
    )
    op.drop_index(op.f("ix_referrals_referrer_id"), table_name="referrals")
    op.drop_table("referrals")
    op.drop_index(op.f("ix_purchases_person_id"), table_name="purchases")
    op.drop_table("purchases")
    op.drop_index(op.f("ix_people_referred_by"), table_name="people")
    op.drop_table("people")
    op.drop_index(op.f("ix_notes_person_id"), table_name="notes")
    op.drop_table("notes")
    op.drop_index(
        "ledger_once",
        table_name="ledger",
        postgresql_where=sa.text(
            "kind IN ('purchase', 'referral', 'referral_corrected', 'treat', 'treat_returned')"
        ),
        sqlite_where=sa.text(
            "kind IN ('purchase', 'referral', 'referral_corrected', 'treat', 'treat_returned')"
        ),
    )
    op.drop_table("ledger")
    op.drop_index(op.f("ix_cards_person_id"), table_name="cards")
    op.drop_index(
        "cards_one_active",
        table_name="cards",
        postgresql_where=sa.text("state = 'active'"),
        sqlite_where=sa.text("state = 'active'"),
    )
    op.drop_table("cards")
    op.drop_index("bookings_of_person", table_name="bookings")
    op.drop_table("bookings")
