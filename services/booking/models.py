"""booking's tables.

Rows of people and sessions are never deleted, so bookings and holds name them without foreign
keys, which would lock the session's row for every booking of it.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from services.booking.domain import BookingState, HoldState
from shared.columns import UtcDateTime


class Base(DeclarativeBase):
    """The tables of booking's database."""

    type_annotation_map = {datetime: UtcDateTime, str: String(200)}  # noqa: RUF012 - SQLAlchemy's


class PersonRow(Base):
    """A lead, client or member."""

    __tablename__ = "people"

    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    name: Mapped[str]
    email: Mapped[str | None] = mapped_column(String(320), index=True)
    phone: Mapped[str | None] = mapped_column(String(20), index=True)
    language: Mapped[str] = mapped_column(String(8))
    registered_at: Mapped[datetime]
    sequence: Mapped[int]


class SessionTypeRow(Base):
    """A template for sessions."""

    __tablename__ = "session_types"

    session_type_id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    description: Mapped[str] = mapped_column(Text)
    arrangement: Mapped[str] = mapped_column(String(20))
    duration_minutes: Mapped[int]
    created_at: Mapped[datetime]
    attendance: Mapped[str] = mapped_column(String(20), server_default="automatic")


class SessionRow(Base):
    """A session and the count of its seats."""

    __tablename__ = "sessions"
    __table_args__ = (
        CheckConstraint("taken >= 0", name="taken_not_negative"),
        CheckConstraint("capacity >= 0", name="capacity_not_negative"),
        # Every booking updates the count: room on the page keeps the update off the indexes.
        {"postgresql_with": {"fillfactor": "70"}},
    )

    session_id: Mapped[UUID] = mapped_column(primary_key=True)
    session_type_id: Mapped[UUID] = mapped_column(ForeignKey("session_types.session_type_id"))
    name: Mapped[str]
    classification: Mapped[str] = mapped_column(String(20))
    starts_at: Mapped[datetime] = mapped_column(index=True)
    ends_at: Mapped[datetime]
    time_zone: Mapped[str] = mapped_column(String(64))
    staff: Mapped[str]
    location: Mapped[str]
    capacity: Mapped[int]
    taken: Mapped[int]
    waiting_list_size: Mapped[int]
    waiting_list_closes_at: Mapped[datetime]
    demand: Mapped[int]
    cleared: Mapped[int]
    sequence: Mapped[int]
    attendance: Mapped[str] = mapped_column(String(20), server_default="automatic")
    attended_at: Mapped[datetime | None]  # when everybody was marked as attended


_UNMARKED = SessionRow.attended_at.is_(None)
Index("sessions_unmarked", SessionRow.starts_at, postgresql_where=_UNMARKED, sqlite_where=_UNMARKED)


class BookingRow(Base):
    """A person's place in a session."""

    __tablename__ = "bookings"

    booking_id: Mapped[UUID] = mapped_column(primary_key=True)
    session_id: Mapped[UUID]
    person_id: Mapped[UUID] = mapped_column(index=True)
    state: Mapped[str] = mapped_column(String(20))
    booked_at: Mapped[datetime]
    cancelled_at: Mapped[datetime | None]
    cancelled_by: Mapped[str | None] = mapped_column(String(20))
    spot_id: Mapped[UUID | None]  # the spot its cancellation freed
    attendance: Mapped[str | None] = mapped_column(String(20))
    marks: Mapped[int] = mapped_column(server_default="0")  # how often attendance was marked


_LIVE = BookingRow.state == BookingState.CONFIRMED.value
Index("bookings_of_session", BookingRow.session_id, BookingRow.booked_at)
Index(
    "bookings_one_live",
    BookingRow.session_id,
    BookingRow.person_id,
    unique=True,
    postgresql_where=_LIVE,
    sqlite_where=_LIVE,
)


class HoldRow(Base):
    """A seat kept from others; of kind `waitlist`, a spot."""

    __tablename__ = "holds"

    hold_id: Mapped[UUID] = mapped_column(primary_key=True)
    session_id: Mapped[UUID]
    kind: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(20))
    person_id: Mapped[UUID | None]
    entry_id: Mapped[UUID | None]  # whose it became
    made_at: Mapped[datetime]
    held_until: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


_OPEN = HoldRow.state == HoldState.OPEN.value
Index("holds_open", HoldRow.session_id, postgresql_where=_OPEN, sqlite_where=_OPEN)
Index("holds_lapsing", HoldRow.held_until, postgresql_where=_OPEN, sqlite_where=_OPEN)


class WaitingRow(Base):
    """What booking has heard of somebody waiting, for the roster."""

    __tablename__ = "waiting"

    entry_id: Mapped[UUID] = mapped_column(primary_key=True)
    session_id: Mapped[UUID]
    person_id: Mapped[UUID]
    state: Mapped[str] = mapped_column(String(20))
    since: Mapped[datetime]


Index("waiting_of_session", WaitingRow.session_id, WaitingRow.state)
