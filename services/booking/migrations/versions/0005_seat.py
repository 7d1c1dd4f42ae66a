"""A group has a booking for each of its seats.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_LIVE = sa.text("state = 'confirmed'")


def upgrade() -> None:
    """Make the change."""
    op.add_column("bookings", sa.Column("seat", sa.Integer(), server_default="1", nullable=False))
    op.drop_index("bookings_one_live", table_name="bookings")
    op.create_index(
        "bookings_one_live",
        "bookings",
        ["session_id", "person_id", "seat"],
        unique=True,
        postgresql_where=_LIVE,
        sqlite_where=_LIVE,
    )


def downgrade() -> None:
    """Take the change back; it fails where a group has several live bookings."""
    op.drop_index("bookings_one_live", table_name="bookings")
    op.create_index(
        "bookings_one_live",
        "bookings",
        ["session_id", "person_id"],
        unique=True,
        postgresql_where=_LIVE,
        sqlite_where=_LIVE,
    )
    op.drop_column("bookings", "seat")
