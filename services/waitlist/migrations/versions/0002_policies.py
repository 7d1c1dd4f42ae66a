"""Policies, groups, offers and what staff do by hand.

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
_TIME = sa.DateTime(timezone=True)
_BEFORE_ALL = str(-(2**62))
_LIVE_BEFORE = sa.text("state IN ('waiting', 'claiming', 'leaving')")
_LIVE = sa.text("state IN ('waiting', 'offered', 'claiming', 'leaving')")
_BUSY = sa.text("telling = true OR hushing IS NOT NULL OR dropping = true")
_QUEUE_INDEXES = {
    "queues_busy": ("queue_id", _BUSY),
    "queues_closing": ("closes_at", sa.text("ended_at IS NULL")),
    "queues_announcing": ("announced_until", sa.text("announced_until IS NOT NULL")),
}


def _flag(name: str, default: sa.sql.elements.ColumnElement[bool]) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), server_default=default, nullable=False)


def _number(name: str, default: str, kind: sa.types.TypeEngine[int]) -> sa.Column[int]:
    return sa.Column(name, kind, server_default=default, nullable=False)


def upgrade() -> None:
    """Make the change; places in line are spread out, so that there is room between them."""
    _queues()
    _entries()
    _spots()
    op.create_table(
        "offers",
        sa.Column("offer_id", sa.Uuid(), nullable=False),
        sa.Column("queue_id", sa.Uuid(), nullable=False),
        sa.Column("spot_id", sa.Uuid(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("announced", sa.Boolean(), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("by_staff", sa.Boolean(), nullable=False),
        sa.Column("offered_at", _TIME, nullable=False),
        sa.Column("answer_by", _TIME, nullable=False),
        sa.Column("closed_at", _TIME, nullable=True),
        sa.PrimaryKeyConstraint("offer_id"),
    )
    op.create_index(op.f("ix_offers_spot_id"), "offers", ["spot_id"], unique=False)
    op.create_index(op.f("ix_offers_entry_id"), "offers", ["entry_id"], unique=False)
    is_open = sa.text("state = 'open'")
    where = {"postgresql_where": is_open, "sqlite_where": is_open}
    op.create_index("offers_due", "offers", ["answer_by"], unique=False, **where)
    op.create_index("offers_open", "offers", ["queue_id"], unique=False, **where)
    op.create_index("offers_one_open", "offers", ["entry_id"], unique=True, **where)
    op.create_table(
        "overrides",
        sa.Column("override_id", sa.Uuid(), nullable=False),
        sa.Column("queue_id", sa.Uuid(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=True),
        sa.Column("spot_id", sa.Uuid(), nullable=True),
        sa.Column("action", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("from_position", _BIG, nullable=True),
        sa.Column("to_position", _BIG, nullable=True),
        _number("overtaken", "0", sa.Integer()),
        sa.Column("done_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("override_id"),
    )
    op.create_index(op.f("ix_overrides_entry_id"), "overrides", ["entry_id"], unique=False)
    op.create_index("overrides_of_queue", "overrides", ["queue_id", "done_at"], unique=False)


def _queues() -> None:
    for column in (
        _flag("chosen", sa.false()),
        _number("invitations", "1", sa.Integer()),
        _number("answer_minutes", "1440", sa.Integer()),
        sa.Column("group_rule", sa.String(20), server_default="strict", nullable=False),
        _flag("takes_joins", sa.true()),
        sa.Column("opens_at", _TIME, nullable=True),
        _flag("paused", sa.false()),
        _flag("cancelled", sa.false()),
        sa.Column("starts_at", _TIME, nullable=True),
        sa.Column("ends_at", _TIME, nullable=True),
        sa.Column("time_zone", sa.String(64), server_default="", nullable=False),
        sa.Column("location", sa.String(200), server_default="", nullable=False),
        sa.Column("staff", sa.String(200), server_default="", nullable=False),
        _number("pooled", "0", sa.Integer()),
        _number("announced", "0", sa.Integer()),
        sa.Column("announced_until", _TIME, nullable=True),
        _number("cleared", "0", _BIG),
        _number("told_to", _BEFORE_ALL, _BIG),
        _flag("telling", sa.false()),
        sa.Column("hushing", sa.String(20), nullable=True),
        _flag("dropping", sa.false()),
        sa.Column("ended_at", _TIME, nullable=True),
    ):
        op.add_column("queues", column)
    for name, (column_name, where) in _QUEUE_INDEXES.items():
        op.create_index(name, "queues", [column_name], postgresql_where=where, sqlite_where=where)


def _entries() -> None:
    for column in (
        _number("quantity", "1", sa.Integer()),
        _number("wanted", "1", sa.Integer()),
        _number("asked", "0", sa.Integer()),
        _number("granted", "0", sa.Integer()),
        _number("seats", "0", sa.Integer()),
        _flag("asks_first", sa.false()),
        sa.Column("passed_reason", sa.String(60), nullable=True),
        sa.Column("passed_at", _TIME, nullable=True),
    ):
        op.add_column("entries", column)
    op.execute("UPDATE entries SET position = position * 1048576")
    op.execute(
        "UPDATE entries SET wanted = 0, asked = 1, seats = 1 "
        "WHERE state IN ('claiming', 'leaving', 'allocated')"
    )
    op.execute("UPDATE entries SET granted = 1 WHERE state = 'allocated'")
    invited = sa.text("state = 'offered'")
    op.create_index(
        "entries_invited",
        "entries",
        ["queue_id", "position"],
        postgresql_where=invited,
        sqlite_where=invited,
    )
    op.create_index("entries_of_queue", "entries", ["queue_id", "joined_at"])
    _one_live(_LIVE)


def _one_live(live: sa.TextClause) -> None:
    op.drop_index("entries_one_live", table_name="entries")
    op.create_index(
        "entries_one_live",
        "entries",
        ["queue_id", "person_id"],
        unique=True,
        postgresql_where=live,
        sqlite_where=live,
    )


def _spots() -> None:
    for column in (
        _number("seat", "1", sa.Integer()),
        _number("passed_to", _BEFORE_ALL, _BIG),
        sa.Column("lead_id", sa.Uuid(), nullable=True),
        _flag("overruled", sa.false()),
        sa.Column("booking_id", sa.Uuid(), nullable=True),
        sa.Column("ended_at", _TIME, nullable=True),
    ):
        op.add_column("spots", column)
    op.create_index(op.f("ix_spots_entry_id"), "spots", ["entry_id"], unique=False)
    op.create_index("spots_of_queue", "spots", ["queue_id", "seen_at"], unique=False)
    in_hand = sa.text("state IN ('pooled', 'offered', 'announced')")
    op.create_index(
        "spots_in_hand",
        "spots",
        ["queue_id", "seen_at"],
        postgresql_where=in_hand,
        sqlite_where=in_hand,
    )


def downgrade() -> None:
    """Take the change back; offers, and what staff did by hand, are forgotten."""
    op.drop_table("overrides")
    op.drop_table("offers")
    for name in ("spots_in_hand", "spots_of_queue", op.f("ix_spots_entry_id")):
        op.drop_index(name, table_name="spots")
    for name in ("seat", "passed_to", "lead_id", "overruled", "booking_id", "ended_at"):
        op.drop_column("spots", name)
    op.execute("UPDATE entries SET state = 'waiting' WHERE state = 'offered'")
    op.execute("UPDATE entries SET state = 'left' WHERE state = 'removed'")
    _one_live(_LIVE_BEFORE)
    for name in ("entries_of_queue", "entries_invited"):
        op.drop_index(name, table_name="entries")
    for name in (
        *("quantity", "wanted", "asked", "granted", "seats", "asks_first"),
        *("passed_reason", "passed_at"),
    ):
        op.drop_column("entries", name)
    op.execute("UPDATE queues SET policy = 'assign'")
    for name in _QUEUE_INDEXES:
        op.drop_index(name, table_name="queues")
    for name in (
        *("chosen", "invitations", "answer_minutes", "group_rule", "takes_joins", "opens_at"),
        *("paused", "cancelled", "starts_at", "ends_at", "time_zone", "location", "staff"),
        *("pooled", "announced", "announced_until", "cleared", "told_to", "telling", "hushing"),
        *("dropping", "ended_at"),
    ):
        op.drop_column("queues", name)
