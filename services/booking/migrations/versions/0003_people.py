"""Consent, search, merging and erasing of people; credits, letters and downloads.

Revision ID: 0003
Revises: 0002
"""

import re
import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the change."""
    for column in (
        sa.Column("sort_name", sa.String(length=200), server_default="", nullable=False),
        sa.Column("time_zone", sa.String(length=64), server_default="", nullable=False),
        sa.Column("marketing", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("referred_by", sa.Uuid(), nullable=True),
        sa.Column("notes", sa.Text(), server_default="", nullable=False),
        sa.Column("credits", sa.Integer(), server_default="0", nullable=False),
        sa.Column("contacted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("merged_into", sa.Uuid(), nullable=True),
        sa.Column("merged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
    ):
        op.add_column("people", column)
    credits_used = sa.Column("credits", sa.Integer(), server_default="0", nullable=False)
    op.add_column("bookings", credits_used)
    op.create_index(op.f("ix_people_referred_by"), "people", ["referred_by"], unique=False)
    op.create_index(op.f("ix_people_merged_into"), "people", ["merged_into"], unique=False)
    listed = sa.text("merged_into IS NULL AND erased_at IS NULL")
    op.create_index(
        "people_by_name",
        "people",
        ["sort_name", "person_id"],
        unique=False,
        postgresql_where=listed,
        sqlite_where=listed,
    )
    merged = sa.text("merged_at IS NOT NULL")
    op.create_index(
        "people_merged",
        "people",
        ["merged_at"],
        unique=False,
        postgresql_where=merged,
        sqlite_where=merged,
    )
    still_open = sa.text("state = 'open'")
    op.create_index(
        "holds_of_person",
        "holds",
        ["person_id"],
        unique=False,
        postgresql_where=still_open,
        sqlite_where=still_open,
    )
    op.create_index("waiting_of_person", "waiting", ["person_id"], unique=False)
    _create_tables_of_people()
    _create_tables_of_letters()
    _create_tables_of_erasures()
    _find_people_by_words()


def _create_tables_of_people() -> None:
    op.create_table(
        "person_words",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("word", sa.String(length=320), nullable=False),
        sa.PrimaryKeyConstraint("person_id", "word"),
    )
    op.create_index(
        "person_words_beginning",
        "person_words",
        ["word", "person_id"],
        unique=False,
        postgresql_ops={"word": "text_pattern_ops"},
    )
    op.create_table(
        "consents",
        sa.Column("consent_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("given", sa.Boolean(), nullable=False),
        sa.Column("how", sa.String(length=200), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("consent_id"),
    )
    op.create_index(op.f("ix_consents_person_id"), "consents", ["person_id"], unique=False)
    op.create_table(
        "credit_entries",
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("credits", sa.Integer(), nullable=False),
        sa.Column("balance", sa.Integer(), nullable=False),
        sa.Column("booking_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("balance >= 0", name="credits_not_negative"),
        sa.PrimaryKeyConstraint("position"),
        sa.UniqueConstraint("entry_id"),
    )
    op.create_index("credits_of_person", "credit_entries", ["person_id", "position"], unique=False)


def _create_tables_of_letters() -> None:
    op.create_table(
        "letters",
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=True),
        sa.Column("channel", sa.String(length=8), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("about_name", sa.String(length=200), nullable=False),
        sa.Column("marketing", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("correlation_id", sa.String(length=200), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("batch_id"),
    )
    op.create_table(
        "recipients",
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("batch_id", "person_id"),
    )
    op.create_table(
        "downloads",
        sa.Column("download_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("progress", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.Text(), server_default="", nullable=False),
        sa.Column("rows", sa.Integer(), server_default="0", nullable=False),
        sa.Column("file_name", sa.String(length=200), server_default="", nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("download_id"),
    )
    op.create_index(op.f("ix_downloads_session_id"), "downloads", ["session_id"], unique=False)
    op.create_index(op.f("ix_downloads_expires_at"), "downloads", ["expires_at"], unique=False)
    due = sa.text("due_at IS NOT NULL")
    op.create_index(
        "downloads_due",
        "downloads",
        ["due_at"],
        unique=False,
        postgresql_where=due,
        sqlite_where=due,
    )


def _create_tables_of_erasures() -> None:
    op.create_table(
        "erasures",
        sa.Column("erasure_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed", sa.Text(), nullable=False),
        sa.Column("kept", sa.Text(), nullable=False),
        sa.Column("scrubbed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("erasure_id"),
        sa.UniqueConstraint("person_id"),
    )
    unscrubbed = sa.text("scrubbed_at IS NULL")
    op.create_index(
        "erasures_unscrubbed",
        "erasures",
        ["erased_at"],
        unique=False,
        postgresql_where=unscrubbed,
        sqlite_where=unscrubbed,
    )
    op.create_table(
        "erasure_answers",
        sa.Column("erasure_id", sa.Uuid(), nullable=False),
        sa.Column("service", sa.String(length=20), nullable=False),
        sa.Column("removed", sa.Text(), nullable=False),
        sa.Column("kept", sa.Text(), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("erasure_id", "service"),
    )


def _find_people_by_words() -> None:
    """Give the people who are known already their words, as of this revision's rules."""
    sql = op.get_bind()
    uuid, text = sa.Uuid(), sa.String()
    people = sa.table(
        "people",
        sa.column("person_id", uuid),
        *(sa.column(name, text) for name in ("name", "email", "phone", "sort_name")),
    )
    words = sa.table("person_words", sa.column("person_id", uuid), sa.column("word", text))
    rows = sql.execute(sa.select(people)).all()
    for row in rows:
        renamed = people.update().where(people.c.person_id == row.person_id)
        sql.execute(renamed.values(sort_name=_folded(row.name)[:200]))
        found = [{"person_id": row.person_id, "word": word} for word in _words(row)]
        if found:
            sql.execute(words.insert(), found)


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text)
    plain = "".join(char for char in plain if not unicodedata.combining(char))
    return " ".join(plain.casefold().split())


def _words(row: sa.Row) -> set[str]:
    words = {word for word in re.split(r"[^\w]+", _folded(row.name)) if word}
    if row.email:
        address = _folded(row.email)
        words |= {address, *(part for part in re.split(r"[^\w]+", address) if part)}
    if row.phone:
        digits = re.sub(r"\D", "", row.phone)
        words |= {digits[at:] for at in range(max(1, len(digits) - 2))}
    return {word[:320] for word in words}


def downgrade() -> None:
    """Take the change back."""
    for table in (
        *("erasure_answers", "erasures", "downloads", "recipients", "letters"),
        *("credit_entries", "consents", "person_words"),
    ):
        op.drop_table(table)
    op.drop_index("waiting_of_person", table_name="waiting")
    op.drop_index("holds_of_person", table_name="holds")
    for index in ("people_merged", "people_by_name", "ix_people_merged_into"):
        op.drop_index(index, table_name="people")
    op.drop_index("ix_people_referred_by", table_name="people")
    op.drop_column("bookings", "credits")
    for column in (
        *("erased_at", "merged_at", "merged_into", "contacted_at", "credits", "notes"),
        *("referred_by", "marketing", "time_zone", "sort_name"),
    ):
        op.drop_column("people", column)
