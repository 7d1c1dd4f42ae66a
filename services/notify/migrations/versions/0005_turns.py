"""Batches take turns: whose is next, and an index by which each one's next messages are found.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the change."""
    op.add_column("batches", sa.Column("turn", sa.BigInteger(), server_default="0", nullable=False))
    bulk = sa.text("state = 'due' AND lane = 'bulk'")
    op.create_index(
        "messages_turn",
        "messages",
        ["channel", "batch_id", "due_at"],
        postgresql_where=bulk,
        sqlite_where=bulk,
    )


def downgrade() -> None:
    """Take the change back."""
    op.drop_index("messages_turn", table_name="messages")
    with op.batch_alter_table("batches") as batches:
        batches.drop_column("turn")
