"""The people whose time has come, in the order the timer takes them.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None
_WATCHED = sa.text("look_on IS NOT NULL")


def upgrade() -> None:
    """Bring the change."""
    op.create_index(
        "standings_due",
        "standings",
        ["look_on", "person_id"],
        unique=False,
        postgresql_where=_WATCHED,
        sqlite_where=_WATCHED,
    )
    op.drop_index("standings_to_look_at", table_name="standings")


def downgrade() -> None:
    """Take the change back."""
    op.create_index(
        "standings_to_look_at",
        "standings",
        ["look_on"],
        unique=False,
        postgresql_where=_WATCHED,
        sqlite_where=_WATCHED,
    )
    op.drop_index("standings_due", table_name="standings")
