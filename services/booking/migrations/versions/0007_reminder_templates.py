"""A session's settings name the text of its payment reminders.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_OWN = ("sessions", "session_groups", "schedules")


def upgrade() -> None:
    """Make the change."""
    op.create_table(
        "reminder_templates",
        sa.Column("template_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("removed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("template_id"),
    )
    usual = sa.Column("reminder_template", sa.String(60), server_default="", nullable=False)
    op.add_column("session_types", usual)
    for table in _OWN:
        op.add_column(table, sa.Column("reminder_template", sa.String(60), nullable=True))


def downgrade() -> None:
    """Take the change back."""
    for table in (*_OWN, "session_types"):
        with op.batch_alter_table(table) as changed:
            changed.drop_column("reminder_template")
    op.drop_table("reminder_templates")
