"""An index of the messages that still say something, by when they ended.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the change."""
    said = sa.text("ended_at IS NOT NULL AND name <> ''")
    op.create_index(
        "messages_said", "messages", ["ended_at"], postgresql_where=said, sqlite_where=said
    )


def downgrade() -> None:
    """Take the change back."""
    op.drop_index("messages_said", table_name="messages")
