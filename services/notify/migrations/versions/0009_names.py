"""Templates with names of the studio's own.

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
    """Bring the change."""
    op.add_column(
        "templates", sa.Column("name", sa.String(length=60), server_default="", nullable=False)
    )
    op.create_table(
        "template_names",
        sa.Column("template_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("removed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("template_id"),
        sa.UniqueConstraint("kind", "name"),
    )


def downgrade() -> None:
    """Take the change back."""
    op.drop_table("template_names")
    op.execute("DELETE FROM templates WHERE name <> ''")
    with op.batch_alter_table("templates") as templates:
        templates.drop_column("name")
