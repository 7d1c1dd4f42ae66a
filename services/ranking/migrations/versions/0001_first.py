"""The studio, people, categories, placements, standings, visits and journals.

Revision ID: 0001
Revises:
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the change."""
    op.create_table(
        "categories",
        sa.Column("category_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("notices", sa.Boolean(), nullable=False),
        sa.Column("tell_admins", sa.Boolean(), nullable=False),
        sa.Column("tell_operators", sa.Boolean(), nullable=False),
        sa.Column("tell_client", sa.Boolean(), nullable=False),
        sa.Column("shown_to_clients", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("category_id"),
    )
    op.create_table(
        "journal",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("person_id", "number"),
    )
    op.create_table(
        "people",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("person_id"),
    )
    op.create_index(op.f("ix_people_name"), "people", ["name"], unique=False)
    op.create_table(
        "placements",
        sa.Column("placement_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("category_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("rank_id", sa.Uuid(), nullable=False),
        sa.Column("how", sa.String(length=20), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("earned", sa.JSON(), nullable=False),
        sa.Column("visits", sa.JSON(), nullable=False),
        sa.Column("lost", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("placement_id"),
    )
    op.create_index(
        "placements_in_order", "placements", ["person_id", "category_id", "number"], unique=True
    )
    op.create_table(
        "standings",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("category_id", sa.Uuid(), nullable=False),
        sa.Column("placement_id", sa.Uuid(), nullable=False),
        sa.Column("rank_id", sa.Uuid(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("automatic", sa.Boolean(), nullable=False),
        sa.Column("counted", sa.Integer(), nullable=False),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("look_on", sa.Date(), nullable=True),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("announced", sa.Boolean(), nullable=False),
        sa.Column("flagged", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("person_id", "category_id"),
    )
    op.create_index("standings_of_category", "standings", ["category_id", "rank_id"], unique=False)
    op.create_index(
        "standings_to_look_at",
        "standings",
        ["look_on"],
        unique=False,
        postgresql_where=sa.text("look_on IS NOT NULL"),
        sqlite_where=sa.text("look_on IS NOT NULL"),
    )
    op.create_table(
        "studio",
        sa.Column("studio_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("active_since", sa.Date(), nullable=True),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("term", sa.String(length=20), nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("studio_id"),
    )
    op.create_table(
        "visits",
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("attended", sa.Boolean(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("booking_id"),
    )
    op.create_index("visits_of_person", "visits", ["person_id", "day"], unique=False)
    op.create_table(
        "ranks",
        sa.Column("rank_id", sa.Uuid(), nullable=False),
        sa.Column("category_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["category_id"],
            ["categories.category_id"],
        ),
        sa.PrimaryKeyConstraint("rank_id"),
    )
    op.create_index(op.f("ix_ranks_category_id"), "ranks", ["category_id"], unique=False)
    op.create_table(
        "versions",
        sa.Column("category_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("automatic", sa.Boolean(), nullable=False),
        sa.Column("steps", sa.JSON(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["category_id"],
            ["categories.category_id"],
        ),
        sa.PrimaryKeyConstraint("category_id", "version"),
    )


def downgrade() -> None:
    """Take the change back."""
    op.drop_table("versions")
    op.drop_index(op.f("ix_ranks_category_id"), table_name="ranks")
    op.drop_table("ranks")
    op.drop_index("visits_of_person", table_name="visits")
    op.drop_table("visits")
    op.drop_table("studio")
    op.drop_index(
        "standings_to_look_at",
        table_name="standings",
        postgresql_where=sa.text("look_on IS NOT NULL"),
        sqlite_where=sa.text("look_on IS NOT NULL"),
    )
    op.drop_index("standings_of_category", table_name="standings")
    op.drop_table("standings")
    op.drop_index("placements_in_order", table_name="placements")
    op.drop_table("placements")
    op.drop_index(op.f("ix_people_name"), table_name="people")
    op.drop_table("people")
    op.drop_table("journal")
    op.drop_table("categories")
