"""When a message ended; threads of messages found and old standings dropped without a scan.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the change."""
    op.add_column("messages", sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_messages_correlation_id", "messages", ["correlation_id"])
    op.create_index("ix_standings_at", "standings", ["at"])


def downgrade() -> None:
    """Take the change back."""
    op.drop_index("ix_standings_at", table_name="standings")
    op.drop_index("ix_messages_correlation_id", table_name="messages")
    with op.batch_alter_table("messages") as messages:
        messages.drop_column("ended_at")
