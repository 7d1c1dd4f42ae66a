"""Who came: roll call, and what it means for the count of visits."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from services.booking import store
from services.booking.actions.seats import session_for_update
from services.booking.domain import (
    Attendance,
    AttendanceMode,
    BookingState,
    Session,
    VisitChange,
    visit_change,
)
from shared.contracts import Values
from shared.contracts.booking import VisitRecorded, VisitRetracted
from shared.contracts.errors import (
    BookingCancelledAlready,
    BookingNotFound,
    SessionCancelledAlready,
    TooEarlyToMark,
)
from shared.db import Tx


def _check_day(session: Session, *, at: datetime) -> None:
    """Refuse to say who came to what is days away: promotions and points follow at once."""
    opens = session.marked_from
    if at < opens:
        here = opens.astimezone(ZoneInfo(session.time_zone))
        msg = f"{session.name}: who came can be marked from {here.isoformat()} on, not sooner"
        raise TooEarlyToMark(msg)


def mark_attendance(tx: Tx, booking_id: UUID, attendance: Attendance, *, at: datetime) -> Values:
    """Mark whether a person came; marking the same again changes nothing.

    Raises:
        TooEarlyToMark: it is not the day of the session yet.

    Source: Q40, Q41.
    """
    booking = store.find_booking(tx.sql, booking_id, lock=True)
    if booking is None:
        raise BookingNotFound(str(booking_id))
    if booking.state == BookingState.CANCELLED:
        raise BookingCancelledAlready(str(booking_id))
    session = session_for_update(tx, booking.session_id)
    _check_day(session, at=at)
    mark(tx, booking, session, attendance, at=at)
    return booking._asdict() | {"attendance": attendance.value}


def mark_attendances(
    tx: Tx, session_id: UUID, marks: Mapping[UUID, Attendance], *, at: datetime
) -> int:
    """Mark many of a session's people at once, or nobody; give how many marks changed.

    Raises:
        BookingNotFound, BookingCancelledAlready: one of them has no place in this session.
        TooEarlyToMark: it is not the day of the session yet.

    Source: Q23, Q40, Q41.
    """
    bookings = store.bookings_for_update(tx.sql, list(marks))
    for booking_id in marks:
        booking = bookings.get(booking_id)
        if booking is None or booking.session_id != session_id:
            raise BookingNotFound(str(booking_id))
        if booking.state == BookingState.CANCELLED:
            raise BookingCancelledAlready(str(booking_id))
    session = session_for_update(tx, session_id)
    _check_day(session, at=at)
    for booking_id, attendance in marks.items():
        mark(tx, bookings[booking_id], session, attendance, at=at)
    return sum(bookings[one].attendance != how.value for one, how in marks.items())


def launch_roll_call(tx: Tx, session_id: UUID, *, at: datetime) -> Values:
    """Give the sheet of a session's roll call; from now on staff, not the clock, say who came.

    Who was marked already stays marked, and can be marked otherwise.

    Source: Q23.
    """
    session = session_for_update(tx, session_id)
    if session.cancelled:
        raise SessionCancelledAlready(session.name)
    _check_day(session, at=at)
    store.change_session(
        tx.sql,
        session_id,
        {"attendance": AttendanceMode.ROLL_CALL.value, "roll_call_at": at},
    )
    rows = store.roster(tx.sql, session_id)
    people = [row._asdict() for row in rows if row.state != BookingState.CANCELLED]
    return {
        "session": replace(session, attendance=AttendanceMode.ROLL_CALL),
        "launched_at": at,
        "rows": sorted(people, key=lambda row: (row["name"].casefold(), row["booking_id"])),
    }


def mark_all_attended(tx: Tx, session_id: UUID, *, at: datetime) -> int:
    """Mark everybody with a place who was not marked yet as attended; give how many.

    Source: Q24.
    """
    session = session_for_update(tx, session_id)
    _check_day(session, at=at)
    return _mark_all(tx, session, at=at)


def attend_started_sessions(tx: Tx, *, at: datetime, limit: int = 50) -> int:
    """Mark the people of started sessions without a roll call; give how many sessions."""
    sessions = store.sessions_to_attend(tx.sql, at=at, limit=limit)
    for session in sessions:
        _mark_all(tx, session, at=at)
        store.change_session(tx.sql, session.session_id, {"attended_at": at})
    return len(sessions)


def _mark_all(tx: Tx, session: Session, *, at: datetime) -> int:
    bookings = store.unmarked_bookings(tx.sql, session.session_id)
    for booking in bookings:
        mark(tx, booking, session, Attendance.ATTENDED, at=at)
    return len(bookings)


def take_marks_back(tx: Tx, before: Session, after: Session, *, at: datetime) -> None:
    """Take the marks of a session back that was moved to where it is too early for them.

    Nobody has come yet to what is days away. Its live bookings are locked.
    """
    if at >= after.marked_from:
        return
    for booking in store.marked_bookings(tx.sql, before.session_id):
        mark(tx, booking, before, None, at=at)


def mark(
    tx: Tx, booking: Any, session: Session, attendance: Attendance | None, *, at: datetime
) -> None:
    """Mark a locked booking and tell whoever counts visits, if that changes the count."""
    before = Attendance(booking.attendance) if booking.attendance else None
    if before is attendance:
        return
    store.mark_attendance(tx.writes, booking.booking_id, attendance)
    visit: Values = {
        "booking_id": booking.booking_id,
        "session_id": booking.session_id,
        "person_id": booking.person_id,
        "starts_at": session.starts_at,
        "time_zone": session.time_zone,
        "sequence": booking.marks + 1,
    }
    change = visit_change(before, attendance)
    if change is VisitChange.RECORDED:
        tx.emit(VisitRecorded(**visit, recorded_at=at))
    elif change is VisitChange.RETRACTED:
        tx.emit(VisitRetracted(**visit, retracted_at=at))
