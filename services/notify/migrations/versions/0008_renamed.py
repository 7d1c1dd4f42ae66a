"""What sessions are called since they were changed, for those who are still to be reminded.

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the change."""
    op.add_column("reminders", sa.Column("session_id", sa.Uuid(), nullable=True))
    op.create_table(
        "renamed",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("staff", sa.String(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("session_id"),
    )
    op.create_index("ix_renamed_starts_at", "renamed", ["starts_at"])


def downgrade() -> None:
    """Take the change back."""
    op.drop_table("renamed")
    with op.batch_alter_table("reminders") as reminders:
        reminders.drop_column("session_id")
