"""Packages, groups of spots, schedules, and all that a session type and a session say.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_EMPTY = sa.text("'[]'")


def _instant() -> sa.DateTime:
    return sa.DateTime(timezone=True)


def _pattern() -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("session_type_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("photos", sa.JSON(), nullable=False),
        sa.Column("classification", sa.String(length=20), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column("staff", sa.String(length=200), nullable=False),
        sa.Column("location", sa.String(length=200), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("waiting_list_size", sa.Integer(), nullable=False),
        sa.Column("waiting_list_closes_minutes", sa.Integer(), nullable=False),
        sa.Column("credits", sa.Integer(), nullable=False),
        sa.Column("price_minor", sa.Integer(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("cancellation_minutes", sa.Integer(), nullable=True),
        sa.Column("created_at", _instant(), nullable=False),
        sa.ForeignKeyConstraint(["session_type_id"], ["session_types.session_type_id"]),
    ]


def _type_columns() -> list[sa.Column]:
    return [
        sa.Column("text", sa.Text(), server_default="", nullable=False),
        sa.Column("photos", sa.JSON(), server_default=_EMPTY, nullable=False),
        sa.Column("colour", sa.String(length=7), server_default="", nullable=False),
        sa.Column("break_minutes", sa.Integer(), server_default="0", nullable=False),
        sa.Column("credits", sa.Integer(), server_default="1", nullable=False),
        sa.Column("price_minor", sa.Integer(), nullable=True),
        sa.Column("currency", sa.String(length=3), server_default="", nullable=False),
        sa.Column("cancellation_minutes", sa.Integer(), nullable=True),
        sa.Column("refund", sa.String(length=20), server_default="never", nullable=False),
        sa.Column("first_reminder_days", sa.Integer(), server_default="7", nullable=True),
        sa.Column("second_reminder_days", sa.Integer(), server_default="3", nullable=True),
    ]


def _session_columns() -> list[sa.Column]:
    return [
        sa.Column("arrangement", sa.String(length=20), server_default="multi", nullable=False),
        sa.Column("credits", sa.Integer(), server_default="1", nullable=False),
        sa.Column("price_minor", sa.Integer(), nullable=True),
        sa.Column("currency", sa.String(length=3), server_default="", nullable=False),
        sa.Column("cancellation_minutes", sa.Integer(), nullable=True),
        sa.Column("package_id", sa.Uuid(), nullable=True),
        sa.Column("group_id", sa.Uuid(), nullable=True),
        sa.Column("schedule_id", sa.Uuid(), nullable=True),
        sa.Column("occurrence", sa.String(length=16), nullable=True),
        sa.Column("placeholder", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("text", sa.Text(), server_default="", nullable=False),
        sa.Column("photos", sa.JSON(), server_default=_EMPTY, nullable=False),
        sa.Column("overruled", sa.String(length=500), nullable=True),
        sa.Column("roll_call_at", _instant(), nullable=True),
        sa.Column("cancelled_at", _instant(), nullable=True),
        sa.Column("cancel_reason", sa.String(length=500), server_default="", nullable=False),
        sa.Column("emptied_at", _instant(), nullable=True),
    ]


def upgrade() -> None:
    """Bring the change."""
    op.create_table(
        "packages",
        sa.Column("package_id", sa.Uuid(), nullable=False),
        sa.Column("session_type_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("price_minor", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("duration_minutes", sa.Integer(), nullable=True),
        sa.Column("offered", sa.Boolean(), nullable=False),
        sa.Column("added_at", _instant(), nullable=False),
        sa.ForeignKeyConstraint(["session_type_id"], ["session_types.session_type_id"]),
        sa.PrimaryKeyConstraint("package_id"),
    )
    op.create_index(op.f("ix_packages_session_type_id"), "packages", ["session_type_id"])
    op.create_table(
        "session_groups",
        sa.Column("group_id", sa.Uuid(), nullable=False),
        *_pattern(),
        sa.PrimaryKeyConstraint("group_id"),
    )
    op.create_table(
        "schedules",
        sa.Column("schedule_id", sa.Uuid(), nullable=False),
        *_pattern(),
        sa.Column("rule", sa.String(length=500), nullable=False),
        sa.Column("first_start", sa.String(length=16), nullable=False),
        sa.Column("weeks_ahead", sa.Integer(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=True),
        sa.Column("skipped", sa.JSON(), nullable=False),
        sa.Column("made_through", sa.Date(), nullable=True),
        sa.Column("extend_at", _instant(), nullable=True),
        sa.PrimaryKeyConstraint("schedule_id"),
    )
    op.create_index(op.f("ix_schedules_extend_at"), "schedules", ["extend_at"])
    for column in _type_columns():
        op.add_column("session_types", column)
    for column in _session_columns():
        op.add_column("sessions", column)
    op.add_column(
        "bookings", sa.Column("sequence", sa.Integer(), server_default="1", nullable=False)
    )
    op.add_column(
        "waiting", sa.Column("quantity", sa.Integer(), server_default="1", nullable=False)
    )
    _index("sessions_of_group", ["group_id", "starts_at"], "group_id IS NOT NULL")
    _index(
        "sessions_of_schedule",
        ["schedule_id", "occurrence"],
        "schedule_id IS NOT NULL",
        unique=True,
    )
    _index("sessions_to_empty", ["cancelled_at"], "cancelled_at IS NOT NULL AND emptied_at IS NULL")


def _index(name: str, columns: list[str], where: str, *, unique: bool = False) -> None:
    rows = sa.text(where)
    op.create_index(
        name, "sessions", columns, unique=unique, postgresql_where=rows, sqlite_where=rows
    )


def downgrade() -> None:
    """Take the change back."""
    for name in ("sessions_to_empty", "sessions_of_schedule", "sessions_of_group"):
        op.drop_index(name, table_name="sessions")
    op.drop_column("waiting", "quantity")
    op.drop_column("bookings", "sequence")
    for column in reversed(_session_columns()):
        op.drop_column("sessions", column.name)
    for column in reversed(_type_columns()):
        op.drop_column("session_types", column.name)
    op.drop_index(op.f("ix_schedules_extend_at"), table_name="schedules")
    op.drop_table("schedules")
    op.drop_table("session_groups")
    op.drop_index(op.f("ix_packages_session_type_id"), table_name="packages")
    op.drop_table("packages")
