"""People, sessions, bookings and holds.

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
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("booked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_by", sa.String(length=20), nullable=True),
        sa.Column("spot_id", sa.Uuid(), nullable=True),
        sa.Column("attendance", sa.String(length=20), nullable=True),
        sa.Column("marks", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("booking_id"),
    )
    op.create_index("bookings_of_session", "bookings", ["session_id", "booked_at"], unique=False)
    op.create_index(
        "bookings_one_live",
        "bookings",
        ["session_id", "person_id"],
        unique=True,
        postgresql_where=sa.text("state = 'confirmed'"),
        sqlite_where=sa.text("state = 'confirmed'"),
    )
    op.create_index(op.f("ix_bookings_person_id"), "bookings", ["person_id"], unique=False)
    op.create_table(
        "holds",
        sa.Column("hold_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("entry_id", sa.Uuid(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("hold_id"),
    )
    op.create_index(
        "holds_lapsing",
        "holds",
        ["held_until"],
        unique=False,
        postgresql_where=sa.text("state = 'open'"),
        sqlite_where=sa.text("state = 'open'"),
    )
    op.create_index(
        "holds_open",
        "holds",
        ["session_id"],
        unique=False,
        postgresql_where=sa.text("state = 'open'"),
        sqlite_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "people",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=True),
        sa.Column("phone", sa.String(length=20), nullable=True),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("person_id"),
    )
    op.create_index(op.f("ix_people_email"), "people", ["email"], unique=False)
    op.create_index(op.f("ix_people_phone"), "people", ["phone"], unique=False)
    op.create_table(
        "session_types",
        sa.Column("session_type_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("arrangement", sa.String(length=20), nullable=False),
        sa.Column("duration_minutes", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attendance", sa.String(length=20), server_default="automatic", nullable=False),
        sa.PrimaryKeyConstraint("session_type_id"),
    )
    op.create_table(
        "waiting",
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("entry_id"),
    )
    op.create_index("waiting_of_session", "waiting", ["session_id", "state"], unique=False)
    op.create_table(
        "sessions",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("session_type_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("classification", sa.String(length=20), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column("staff", sa.String(length=200), nullable=False),
        sa.Column("location", sa.String(length=200), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("waiting_list_size", sa.Integer(), nullable=False),
        sa.Column("waiting_list_closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("demand", sa.Integer(), nullable=False),
        sa.Column("cleared", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("attendance", sa.String(length=20), server_default="automatic", nullable=False),
        sa.Column("attended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("capacity >= 0", name="capacity_not_negative"),
        sa.CheckConstraint("taken >= 0", name="taken_not_negative"),
        sa.ForeignKeyConstraint(["session_type_id"], ["session_types.session_type_id"]),
        sa.PrimaryKeyConstraint("session_id"),
        postgresql_with={"fillfactor": "70"},
    )
    op.create_index(op.f("ix_sessions_starts_at"), "sessions", ["starts_at"], unique=False)
    op.create_index(
        "sessions_unmarked",
        "sessions",
        ["starts_at"],
        unique=False,
        postgresql_where=sa.text("attended_at IS NULL"),
        sqlite_where=sa.text("attended_at IS NULL"),
    )


def downgrade() -> None:
    """Take the change back."""
    op.drop_index(
        "sessions_unmarked",
        table_name="sessions",
        postgresql_where=sa.text("attended_at IS NULL"),
        sqlite_where=sa.text("attended_at IS NULL"),
    )
    op.drop_index(op.f("ix_sessions_starts_at"), table_name="sessions")
    op.drop_table("sessions")
    op.drop_index("waiting_of_session", table_name="waiting")
    op.drop_table("waiting")
    op.drop_table("session_types")
    op.drop_index(op.f("ix_people_phone"), table_name="people")
    op.drop_index(op.f("ix_people_email"), table_name="people")
    op.drop_table("people")
    op.drop_index(
        "holds_open",
        table_name="holds",
        postgresql_where=sa.text("state = 'open'"),
        sqlite_where=sa.text("state = 'open'"),
    )
    op.drop_index(
        "holds_lapsing",
        table_name="holds",
        postgresql_where=sa.text("state = 'open'"),
        sqlite_where=sa.text("state = 'open'"),
    )
    op.drop_table("holds")
    op.drop_index(op.f("ix_bookings_person_id"), table_name="bookings")
    op.drop_index(
        "bookings_one_live",
        table_name="bookings",
        postgresql_where=sa.text("state = 'confirmed'"),
        sqlite_where=sa.text("state = 'confirmed'"),
    )
    op.drop_index("bookings_of_session", table_name="bookings")
    op.drop_table("bookings")
