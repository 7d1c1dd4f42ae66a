"""What a client chose of a session's packages goes with their reservation.

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the change."""
    chosen = sa.Column("package_chosen", sa.Boolean(), server_default=sa.false(), nullable=False)
    op.add_column("sessions", chosen)
    op.add_column("holds", sa.Column("package_id", sa.Uuid(), nullable=True))


def downgrade() -> None:
    """Take the change back."""
    for table, column in (("holds", "package_id"), ("sessions", "package_chosen")):
        with op.batch_alter_table(table) as changed:
            changed.drop_column(column)
