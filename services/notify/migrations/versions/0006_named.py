"""Whom a message names beside the person it goes to.

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the change."""
    op.add_column("messages", sa.Column("about_id", sa.Uuid(), nullable=True))


def downgrade() -> None:
    """Take the change back."""
    with op.batch_alter_table("messages") as messages:
        messages.drop_column("about_id")
