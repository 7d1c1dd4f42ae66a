"""Queries about bookings."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, bindparam, delete, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from services.booking.domain import (
    Attendance,
    BookingState,
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
    )
)


def add_booking(
    sql: Connection, *, booking_id: UUID, session_id: UUID, person_id: UUID, at: datetime
) -> bool:
    """Give a person a place; False where they have one in this session already."""
    row = {
        "booking_id": booking_id,
        "session_id": session_id,
        "person_id": person_id,
        "state": BookingState.CONFIRMED.value,
        "booked_at": at,
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


def mark_attendance(writes: Writes, booking_id: UUID, how: Attendance | None) -> None:
    """Note whether a person came; None: it counts no longer, because the booking ended."""
    writes.add(_MARK, {"id": booking_id, "how": how.value if how else None})


def unmarked_bookings(sql: Connection, session_id: UUID) -> Sequence[Any]:
    """List the live bookings of a session that nobody has marked yet, and lock them."""
    return sql.execute(_UNMARKED, {"session_id": session_id}).all()


_PLACE = select(BookingRow.booking_id).where(
    BookingRow.session_id == bindparam("session_id"),
    BookingRow.person_id == bindparam("person_id"),
    BookingRow.state == BookingState.CONFIRMED.value,
)


def has_place(sql: Connection, session_id: UUID, person_id: UUID) -> bool:
    """Say whether a person has a live booking of a session."""
    ids = {"session_id": session_id, "person_id": person_id}
    return sql.execute(_PLACE, ids).first() is not None


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
