"""A payment is found by Stripe's intent, as a dispute names nothing else.

Revision ID: 0006
Revises: 0005
"""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the change."""
    op.create_index("ix_payments_intent_id", "payments", ["intent_id"])


def downgrade() -> None:
    """Take the change back."""
    op.drop_index("ix_payments_intent_id", table_name="payments")
