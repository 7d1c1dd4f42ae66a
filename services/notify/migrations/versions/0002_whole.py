"""All kinds of messages: channels, lanes, what they are about, choices and the studio's own words.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None
_instant = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Bring the change."""
    contact = [
        sa.Column("time_zone", sa.String(length=64), server_default="", nullable=False),
        sa.Column("marketing", sa.Boolean(), server_default="0", nullable=False),
    ]
    message = [
        sa.Column("channel", sa.String(length=8), server_default="email", nullable=False),
        sa.Column("lane", sa.String(length=8), server_default="direct", nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column("as_of", _instant, nullable=True),
        sa.Column("not_after", _instant, nullable=True),
        sa.Column("batch_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="0", nullable=False),
        sa.Column("provider_id", sa.String(length=200), nullable=True),
        sa.Column("segments", sa.Integer(), nullable=True),
        sa.Column("receipt", sa.String(length=20), nullable=True),
    ]
    for column in contact:
        op.add_column("contacts", column)
    for column in message:
        op.add_column("messages", column)
    due = sa.text("state IN ('due')")
    op.create_index(
        "messages_lane",
        "messages",
        ["channel", "lane", "due_at"],
        postgresql_where=due,
        sqlite_where=due,
    )
    scheduled = sa.text("state IN ('scheduled')")
    op.create_index(
        "messages_scheduled",
        "messages",
        ["due_at"],
        postgresql_where=scheduled,
        sqlite_where=scheduled,
    )
    batched = sa.text("batch_id IS NOT NULL")
    op.create_index(
        "messages_batch",
        "messages",
        ["batch_id"],
        postgresql_where=batched,
        sqlite_where=batched,
    )
    op.create_table(
        "merged",
        sa.Column("merged_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("merged_id"),
    )
    op.create_table(
        "staff",
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=True),
        sa.Column("phone", sa.String(length=20), nullable=True),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("is_admin", sa.Boolean(), nullable=False),
        sa.Column("is_operator", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("staff_id"),
    )
    op.create_table(
        "standings",
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("at", _instant, nullable=False),
        sa.PrimaryKeyConstraint("subject_id"),
    )
    op.create_table(
        "reminders",
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", _instant, nullable=False),
        sa.Column("as_of", _instant, nullable=False),
        sa.PrimaryKeyConstraint("subject_id"),
    )
    op.create_index("ix_reminders_starts_at", "reminders", ["starts_at"])
    op.create_table(
        "suppressions",
        sa.Column("address", sa.String(length=320), nullable=False),
        sa.Column("scope", sa.String(length=8), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("at", _instant, nullable=False),
        sa.PrimaryKeyConstraint("address", "scope"),
    )
    op.create_table(
        "preferences",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("channel", sa.String(length=8), nullable=False),
        sa.PrimaryKeyConstraint("person_id", "kind", "channel"),
    )
    op.create_table(
        "batches",
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("about_name", sa.String(length=200), nullable=False),
        sa.Column("channel", sa.String(length=8), nullable=False),
        sa.Column("paused", sa.Boolean(), nullable=False),
        sa.Column("created_at", _instant, nullable=False),
        sa.PrimaryKeyConstraint("batch_id"),
    )
    _create_choices()


def _create_choices() -> None:
    op.create_table(
        "templates",
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("sms", sa.Text(), nullable=True),
        sa.Column("saved_at", _instant, nullable=False),
        sa.PrimaryKeyConstraint("kind", "language", "version"),
    )
    op.create_table(
        "routes",
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("first", sa.String(length=8), nullable=False),
        sa.Column("falls_back", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("kind"),
    )
    op.create_table(
        "settings",
        sa.Column("one", sa.Integer(), nullable=False),
        sa.Column("reminder_hours", sa.Integer(), nullable=True),
        sa.Column("quiet_from", sa.Time(), nullable=False),
        sa.Column("quiet_until", sa.Time(), nullable=False),
        sa.Column("email_per_minute", sa.Integer(), nullable=True),
        sa.Column("sms_per_minute", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("one"),
    )
    op.create_table(
        "paces",
        sa.Column("channel", sa.String(length=8), nullable=False),
        sa.Column("lane", sa.String(length=8), nullable=False),
        sa.Column("allowance", sa.Double(), nullable=False),
        sa.Column("at", _instant, nullable=False),
        sa.PrimaryKeyConstraint("channel", "lane"),
    )


def downgrade() -> None:
    """Take the change back."""
    for table in (
        *("paces", "settings", "routes", "templates", "batches", "preferences", "suppressions"),
        *("reminders", "standings", "staff", "merged"),
    ):
        op.drop_table(table)
    for index in ("messages_batch", "messages_scheduled", "messages_lane"):
        op.drop_index(index, table_name="messages")
    with op.batch_alter_table("messages") as messages:
        for column in (
            *("receipt", "segments", "provider_id", "version", "batch_id", "not_after"),
            *("as_of", "subject_id", "lane", "channel"),
        ):
            messages.drop_column(column)
    with op.batch_alter_table("contacts") as contacts:
        for column in ("marketing", "time_zone"):
            contacts.drop_column(column)
