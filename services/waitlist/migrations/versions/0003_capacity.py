"""How many seats there are, and why a seat came to the list.

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
    """Make the change; of queues and seats from before, neither is known."""
    op.add_column("queues", sa.Column("capacity", sa.Integer(), server_default="0", nullable=False))
    op.add_column("spots", sa.Column("cause", sa.String(20), server_default="", nullable=False))


def downgrade() -> None:
    """Take the change back."""
    op.drop_column("spots", "cause")
    op.drop_column("queues", "capacity")
