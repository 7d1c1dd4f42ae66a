"""People who turned out to be one or were erased, and what is handed over with a rank.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the change."""
    op.add_column("people", sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("people", sa.Column("merged_into", sa.Uuid(), nullable=True))
    op.create_index(op.f("ix_people_merged_into"), "people", ["merged_into"], unique=False)
    op.add_column("ranks", sa.Column("item", sa.String(length=200), nullable=True))
    op.add_column("ranks", sa.Column("sizes", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("placements", sa.Column("item_size", sa.String(length=200), nullable=True))
    op.add_column("placements", sa.Column("handed_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Take the change back."""
    op.drop_column("placements", "handed_at")
    op.drop_column("placements", "item_size")
    op.drop_column("ranks", "sizes")
    op.drop_column("ranks", "item")
    op.drop_index(op.f("ix_people_merged_into"), table_name="people")
    op.drop_column("people", "merged_into")
    op.drop_column("people", "erased_at")
