"""The tables of who has a seat, who holds one, and who waits."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from services.booking.domain import BookingState, HoldState
from services.booking.models.tables import Base


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
    credits: Mapped[int] = mapped_column(server_default="0")  # what it took of its person's
    sequence: Mapped[int] = mapped_column(server_default="1")  # counts its changes
    seat: Mapped[int] = mapped_column(server_default="1")  # which of the seats of a group, from 1
    price_minor: Mapped[int] = mapped_column(server_default="0")  # when it was made
    currency: Mapped[str] = mapped_column(String(3), server_default="")


_LIVE = BookingRow.state == BookingState.CONFIRMED.value
Index("bookings_of_session", BookingRow.session_id, BookingRow.booked_at)
Index(
    "bookings_one_live",
    BookingRow.session_id,
    BookingRow.person_id,
    BookingRow.seat,
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
    collection: Mapped[str] = mapped_column(String(10), server_default="card")
    package_id: Mapped[UUID | None]  # what its person had chosen when it lapsed
    asked_at: Mapped[datetime | None]  # when they were asked to confirm it


_OPEN = HoldRow.state == HoldState.OPEN.value
Index("holds_open", HoldRow.session_id, postgresql_where=_OPEN, sqlite_where=_OPEN)
Index("holds_of_person", HoldRow.person_id, postgresql_where=_OPEN, sqlite_where=_OPEN)
Index("holds_lapsing", HoldRow.held_until, postgresql_where=_OPEN, sqlite_where=_OPEN)


class WaitingRow(Base):
    """What booking has heard of somebody waiting, for the roster."""

    __tablename__ = "waiting"

    entry_id: Mapped[UUID] = mapped_column(primary_key=True)
    session_id: Mapped[UUID]
    person_id: Mapped[UUID]
    state: Mapped[str] = mapped_column(String(20))
    since: Mapped[datetime]
    quantity: Mapped[int] = mapped_column(server_default="1")  # how many seats they want together


Index("waiting_of_person", WaitingRow.person_id)
Index("waiting_of_session", WaitingRow.session_id, WaitingRow.state)
