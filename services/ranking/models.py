"""ranking's tables.

People are locked by their row whenever anything of theirs changes, so that two replicas work on
one person one after the other. Visits and placements name them without foreign keys: a visit may
be heard of before its person.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from shared.columns import UtcDateTime


class Base(DeclarativeBase):
    """The tables of ranking's database."""

    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy's
        datetime: UtcDateTime,
        str: String(200),
        list[Any]: JSON,
        dict[str, Any]: JSON,
    }


class StudioRow(Base):
    """The studio's own settings; one row, or none before the first activation."""

    __tablename__ = "studio"

    studio_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    active_since: Mapped[date | None]  # None: switched off
    time_zone: Mapped[str] = mapped_column(String(64))
    language: Mapped[str] = mapped_column(String(8))
    term: Mapped[str] = mapped_column(String(20))
    words: Mapped[dict[str, Any]]  # the studio's own, by language


class PersonRow(Base):
    """A person, as booking last said; `sequence` 0: only visits were heard of so far.

    One `merged_into` another is the other one: only the journal still names this id.
    """

    __tablename__ = "people"

    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(index=True)
    language: Mapped[str] = mapped_column(String(8))
    sequence: Mapped[int]
    entries: Mapped[int]  # how many the person's journal has
    erased_at: Mapped[datetime | None]
    merged_into: Mapped[UUID | None] = mapped_column(index=True)


class CategoryRow(Base):
    """A category and whom it tells; its scheme is the version of its number."""

    __tablename__ = "categories"

    category_id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    version: Mapped[int]
    notices: Mapped[bool]
    tell_admins: Mapped[bool]
    tell_operators: Mapped[bool]
    tell_client: Mapped[bool]
    shown_to_clients: Mapped[bool]
    created_at: Mapped[datetime]


class VersionRow(Base):
    """A version of a category's scheme; never changed, never deleted."""

    __tablename__ = "versions"

    category_id: Mapped[UUID] = mapped_column(
        ForeignKey("categories.category_id"), primary_key=True
    )
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    automatic: Mapped[bool]
    steps: Mapped[list[Any]]
    made_at: Mapped[datetime]


class RankRow(Base):
    """A rank of a category; where it stands and what it asks for is in the scheme.

    `item` is what is handed over with it, in one of the `sizes`; empty: it has none.
    """

    __tablename__ = "ranks"

    rank_id: Mapped[UUID] = mapped_column(primary_key=True)
    category_id: Mapped[UUID] = mapped_column(ForeignKey("categories.category_id"), index=True)
    name: Mapped[str]
    item: Mapped[str | None]
    sizes: Mapped[list[Any]]
    created_at: Mapped[datetime]


class PlacementRow(Base):
    """A place at a rank in somebody's history; `earned` where criteria gave it."""

    __tablename__ = "placements"

    placement_id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID]
    category_id: Mapped[UUID]
    number: Mapped[int]  # from 1, in the person's history in the category
    rank_id: Mapped[UUID]
    how: Mapped[str] = mapped_column(String(20))
    since: Mapped[date]
    placed_at: Mapped[datetime]
    version: Mapped[int]  # of the scheme it was made under
    earned: Mapped[dict[str, Any]]  # the criteria, and from when they held; empty: by staff
    visits: Mapped[list[Any]]  # the bookings that counted at the rank before
    lost: Mapped[int]  # how many of the visits that earned it were taken back since
    item_size: Mapped[str | None]
    handed_at: Mapped[datetime | None]  # when the rank's item was handed over


# Beside the id that is always the same, this keeps anybody from being promoted twice.
Index(
    "placements_in_order",
    PlacementRow.person_id,
    PlacementRow.category_id,
    PlacementRow.number,
    unique=True,
)


class StandingRow(Base):
    """How a person stands in a category now; what the report shows."""

    __tablename__ = "standings"

    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    category_id: Mapped[UUID] = mapped_column(primary_key=True)
    placement_id: Mapped[UUID]
    rank_id: Mapped[UUID]
    since: Mapped[date]
    automatic: Mapped[bool]  # whether criteria gave the present rank
    counted: Mapped[int]
    due: Mapped[date | None]  # when the criteria are or were met; None: visits are lacking
    look_on: Mapped[date | None]  # when the timer looks again; None: not before news comes
    asked: Mapped[int]  # how often a look was asked for, by those who change rules
    announced: Mapped[bool]
    flagged: Mapped[bool]  # a visit that earned a promotion was taken back


Index("standings_of_category", StandingRow.category_id, StandingRow.rank_id)
_WATCHED = StandingRow.look_on.is_not(None)
# In the order the timer takes them: after a change of rules everybody is due on the same day.
Index(
    "standings_due",
    StandingRow.look_on,
    StandingRow.person_id,
    postgresql_where=_WATCHED,
    sqlite_where=_WATCHED,
)


class VisitRow(Base):
    """A booking that was marked, as of its highest `sequence`.

    `time_zone` is the class's, `day` the one on which it starts where the studio is.
    """

    __tablename__ = "visits"

    booking_id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID]
    session_id: Mapped[UUID]
    starts_at: Mapped[datetime]
    time_zone: Mapped[str] = mapped_column(String(64))
    day: Mapped[date]
    attended: Mapped[bool]
    sequence: Mapped[int]


Index("visits_of_person", VisitRow.person_id, VisitRow.day)


class EntryRow(Base):
    """An entry of a person's journal: what came in, and the rules it was settled under."""

    __tablename__ = "journal"

    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    written_at: Mapped[datetime]
    body: Mapped[dict[str, Any]]
