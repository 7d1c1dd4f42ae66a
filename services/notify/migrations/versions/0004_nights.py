"""Where a message that can wait looks at the clock; how often a batch asked for the same one.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the change."""
    op.add_column("messages", sa.Column("quiet_zone", sa.String(64), nullable=True))
    doubles = sa.Column("doubles", sa.Integer(), server_default="0", nullable=False)
    op.add_column("messages", doubles)


def downgrade() -> None:
    """Take the change back."""
    with op.batch_alter_table("messages") as messages:
        messages.drop_column("doubles")
        messages.drop_column("quiet_zone")
