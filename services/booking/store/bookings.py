"""Queries about bookings."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, bindparam, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from services.booking.domain import (
    FREE,
    Attendance,
    BookingState,
    Price,
)
from services.booking.models import (
    BookingRow,
)
from shared.writes import Writes

_ADD_BOOKING = upsert(BookingRow).on_conflict_do_nothing().returning(BookingRow.booking_id)


_BOOKING = select(BookingRow.__table__).where(BookingRow.booking_id == bindparam("booking_id"))


_BOOKING_FOR_UPDATE = _BOOKING.with_for_update()


_END_BOOKING = (
    update(BookingRow)
    .where(BookingRow.booking_id == bindparam("id"))
    .values(
        state=BookingState.CANCELLED.value,
        cancelled_at=bindparam("at"),
        cancelled_by=bindparam("by"),
        spot_id=bindparam("freed"),
        sequence=BookingRow.sequence + 1,
    )
)


def add_booking(
    sql: Connection,
    *,
    booking_id: UUID,
    session_id: UUID,
    person_id: UUID,
    at: datetime,
    price: Price = FREE,
    seat: int = 1,
) -> bool:
    """Give a person a place; False where they have one in this session already.

    Args:
        sql: the transaction.
        booking_id: the new booking's.
        session_id: where the place is.
        person_id: whose it becomes.
        at: now (UTC).
        price: what it costs.
        seat: which of a group's seats it is, from 1; a person has each at most once.
    """
    row = {
        "booking_id": booking_id,
        "session_id": session_id,
        "person_id": person_id,
        "state": BookingState.CONFIRMED.value,
        "booked_at": at,
        "seat": seat,
        "price_minor": price.minor,
        "currency": price.currency,
    }
    return sql.execute(_ADD_BOOKING, row).first() is not None


_MARK = (
    update(BookingRow)
    .where(BookingRow.booking_id == bindparam("id"))
    .values(attendance=bindparam("how"), marks=BookingRow.marks + 1)
)
_UNMARKED = (
    select(BookingRow.__table__)
    .where(
        BookingRow.session_id == bindparam("session_id"),
        BookingRow.state == BookingState.CONFIRMED.value,
        BookingRow.attendance.is_(None),
    )
    .order_by(BookingRow.booking_id)
    .with_for_update()
)


_MARKED = (
    select(BookingRow.__table__)
    .where(
        BookingRow.session_id == bindparam("session_id"),
        BookingRow.state == BookingState.CONFIRMED.value,
        BookingRow.attendance.is_not(None),
    )
    .order_by(BookingRow.booking_id)
)


def mark_attendance(writes: Writes, booking_id: UUID, how: Attendance | None) -> None:
    """Note whether a person came; None: it counts no longer, because the booking ended."""
    writes.add(_MARK, {"id": booking_id, "how": how.value if how else None})


def unmarked_bookings(sql: Connection, session_id: UUID) -> Sequence[Any]:
    """List the live bookings of a session that nobody has marked yet, and lock them."""
    return sql.execute(_UNMARKED, {"session_id": session_id}).all()


def marked_bookings(sql: Connection, session_id: UUID) -> Sequence[Any]:
    """List the live bookings of a session of which it was said whether their people came."""
    return sql.execute(_MARKED, {"session_id": session_id}).all()


_PLACE = select(BookingRow.booking_id).where(
    BookingRow.session_id == bindparam("session_id"),
    BookingRow.person_id == bindparam("person_id"),
    BookingRow.state == BookingState.CONFIRMED.value,
)


_PLACE_ON_SEAT = _PLACE.where(BookingRow.seat == bindparam("seat"))


def find_place(sql: Connection, session_id: UUID, person_id: UUID, *, seat: int = 1) -> UUID | None:
    """Find a person's live booking of a session, by which of a group's seats it is."""
    ids = {"session_id": session_id, "person_id": person_id, "seat": seat}
    return sql.execute(_PLACE_ON_SEAT, ids).scalar_one_or_none()


def has_place(
    sql: Connection, session_id: UUID, person_id: UUID, *, seat: int | None = None
) -> bool:
    """Say whether a person has a live booking of a session, or of that seat of a group's."""
    query = _PLACE if seat is None else _PLACE.where(BookingRow.seat == seat)
    ids = {"session_id": session_id, "person_id": person_id}
    return sql.execute(query, ids).first() is not None


def set_price(sql: Connection, booking_id: UUID, price: Price) -> None:
    """Set what a booking made in this very transaction costs."""
    one = update(BookingRow).where(BookingRow.booking_id == booking_id)
    sql.execute(one.values(price_minor=price.minor))


def drop_booking(sql: Connection, booking_id: UUID) -> None:
    """Take back a booking made in this very transaction."""
    sql.execute(delete(BookingRow).where(BookingRow.booking_id == booking_id))


def find_booking(sql: Connection, booking_id: UUID, *, lock: bool = False) -> Row[Any] | None:
    """Find a booking, locked if it is about to end."""
    query = _BOOKING_FOR_UPDATE if lock else _BOOKING
    return sql.execute(query, {"booking_id": booking_id}).one_or_none()


def end_booking(
    writes: Writes, booking_id: UUID, *, at: datetime, by: str, spot_id: UUID | None
) -> None:
    """Cancel a booking."""
    writes.add(_END_BOOKING, {"id": booking_id, "at": at, "by": by, "freed": spot_id})


_LIVE_BOOKINGS = (
    select(BookingRow.__table__)
    .where(
        BookingRow.session_id == bindparam("session_id"),
        BookingRow.state == BookingState.CONFIRMED.value,
    )
    .order_by(BookingRow.booking_id)
    .limit(bindparam("limit"))
    .with_for_update()
)
_COUNT_BOOKED = select(BookingRow.session_id, func.count().label("booked")).where(
    BookingRow.state == BookingState.CONFIRMED.value
)
_RENUMBER = (
    update(BookingRow)
    .where(
        BookingRow.session_id == bindparam("in_session"),
        BookingRow.state == BookingState.CONFIRMED.value,
    )
    .values(sequence=BookingRow.sequence + 1)
    .returning(BookingRow.booking_id, BookingRow.person_id, BookingRow.sequence)
)


def live_bookings(sql: Connection, session_id: UUID, *, limit: int) -> Sequence[Any]:
    """List some of the live bookings of a session, and lock them."""
    return sql.execute(_LIVE_BOOKINGS, {"session_id": session_id, "limit": limit}).all()


def bookings_for_update(sql: Connection, booking_ids: Sequence[UUID]) -> dict[UUID, Any]:
    """Find bookings by id, and lock them."""
    query = (
        select(BookingRow.__table__)
        .where(BookingRow.booking_id.in_(booking_ids))
        .order_by(BookingRow.booking_id)
        .with_for_update()
    )
    return {row.booking_id: row for row in sql.execute(query)}


def count_booked(sql: Connection, session_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Count the live bookings of sessions; one without any is left out."""
    query = _COUNT_BOOKED.where(BookingRow.session_id.in_(session_ids))
    return {
        row.session_id: row.booked for row in sql.execute(query.group_by(BookingRow.session_id))
    }


def renumber_bookings(sql: Connection, session_id: UUID) -> Sequence[Any]:
    """Count a change of every live booking of a session; give each with its person and number."""
    return sql.execute(_RENUMBER, {"in_session": session_id}).all()


def move_booking(writes: Writes, booking_id: UUID, session_id: UUID) -> None:
    """Give a booking's person the same place in another session."""
    writes.add(_MOVE, {"id": booking_id, "to_session": session_id})


_MOVE = (
    update(BookingRow)
    .where(BookingRow.booking_id == bindparam("id"))
    .values(session_id=bindparam("to_session"), sequence=BookingRow.sequence + 1)
)
