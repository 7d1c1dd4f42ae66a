"""When a purchase was taken back.

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
    column = sa.Column("retracted_at", sa.DateTime(timezone=True), nullable=True)
    op.add_column("purchases", column)


def downgrade() -> None:
    """Take the change back."""
    op.drop_column("purchases", "retracted_at")
