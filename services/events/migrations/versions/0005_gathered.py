"""What webhooks were to tell is listed, and refunds are found by their state.

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
    """Make the change."""
    op.create_index("refunds_by_state", "refunds", ["state", "made_at", "refund_id"])
    op.add_column("card_jobs", sa.Column("seen_until", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Take the change back."""
    op.drop_column("card_jobs", "seen_until")
    op.drop_index("refunds_by_state", table_name="refunds")
