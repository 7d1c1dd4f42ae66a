"""A payment is found by Stripe's intent, as a dispute names nothing else.

Revision ID: 0003
Revises: 0002
"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the change."""
    op.create_index("ix_checkouts_intent_id", "checkouts", ["intent_id"])


def downgrade() -> None:
    """Take the change back."""
    op.drop_index("ix_checkouts_intent_id", table_name="checkouts")
