"""The tables of people."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, String, Text, false
from sqlalchemy.orm import Mapped, mapped_column

from services.booking.models.tables import Base


class PersonRow(Base):
    """A lead, client or member; one who was merged stays, and names who they are."""

    __tablename__ = "people"

    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    name: Mapped[str]
    email: Mapped[str | None] = mapped_column(String(320), index=True)
    phone: Mapped[str | None] = mapped_column(String(20), index=True)
    language: Mapped[str] = mapped_column(String(8))
    registered_at: Mapped[datetime]
    sequence: Mapped[int]
    sort_name: Mapped[str] = mapped_column(String(200), server_default="")
    time_zone: Mapped[str] = mapped_column(String(64), server_default="")
    marketing: Mapped[bool] = mapped_column(server_default=false())  # the last word on consent
    referred_by: Mapped[UUID | None] = mapped_column(index=True)
    notes: Mapped[str] = mapped_column(Text, server_default="")
    credits: Mapped[int] = mapped_column(server_default="0")  # the sum of their entries
    contacted_at: Mapped[datetime | None]
    merged_into: Mapped[UUID | None] = mapped_column(index=True)
    merged_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]


_LISTED = PersonRow.merged_into.is_(None) & PersonRow.erased_at.is_(None)
Index(
    "people_by_name",
    PersonRow.sort_name,
    PersonRow.person_id,
    postgresql_where=_LISTED,
    sqlite_where=_LISTED,
)
_MERGED = PersonRow.merged_at.is_not(None)
Index("people_merged", PersonRow.merged_at, postgresql_where=_MERGED, sqlite_where=_MERGED)


class PersonWordRow(Base):
    """A word a person can be found by: of the name, the address, or the end of a number."""

    __tablename__ = "person_words"

    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    word: Mapped[str] = mapped_column(String(320), primary_key=True)


# The operator class lets LIKE 'beginning%' use the index whatever the database's collation.
Index(
    "person_words_beginning",
    PersonWordRow.word,
    PersonWordRow.person_id,
    postgresql_ops={"word": "text_pattern_ops"},
)


class ConsentRow(Base):
    """A word somebody gave or took back: to be kept, or that messages may advertise to them."""

    __tablename__ = "consents"

    consent_id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(index=True)
    purpose: Mapped[str] = mapped_column(String(20))
    given: Mapped[bool]
    how: Mapped[str]
    at: Mapped[datetime]
    noted_at: Mapped[datetime]
