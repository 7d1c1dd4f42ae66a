"""What webhooks told is listed, cards are let go of, and refunds are found by their state.

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the change."""
    op.create_index("refunds_by_state", "refunds", ["state", "made_at", "refund_id"])
    op.add_column("card_jobs", sa.Column("seen_until", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "dropped_cards",
        sa.Column("card_id", sa.Uuid(), primary_key=True),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("method_id", sa.String(), nullable=False),
        sa.Column("dropped_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_dropped_cards_person_id", "dropped_cards", ["person_id"])


def downgrade() -> None:
    """Take the change back."""
    op.drop_table("dropped_cards")
    op.drop_column("card_jobs", "seen_until")
    op.drop_index("refunds_by_state", table_name="refunds")
