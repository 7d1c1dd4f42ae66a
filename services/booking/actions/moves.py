"""Moving a confirmed booking to another time."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from services.booking import store
from services.booking.actions.holds import reservation_for_update
from services.booking.actions.money import close_checkouts
from services.booking.actions.packages import forget_choice, recall_choice
from services.booking.actions.places import bookable
from services.booking.actions.seats import (
    keep_spots,
    occasion,
    queue_limits,
    session_for_update,
)
from services.booking.actions.visits import mark, take_marks_back
from services.booking.domain import Arrangement, BookingState, HoldState, Session, goes_to_list
from shared.contracts import Values
from shared.contracts.booking import BookingMoved, SessionChanged
from shared.contracts.errors import (
    AlreadyBooked,
    BookingCancelledAlready,
    BookingNotFound,
    InvalidRequest,
    SessionFull,
    SessionNotFound,
    SessionStarted,
)
from shared.db import Tx


def move_booking(
    tx: Tx,
    booking_id: UUID,
    *,
    session_id: UUID | None,
    starts_at: datetime | None,
    at: datetime,
) -> Values:
    """Move a confirmed booking to another session of its type, or its single session in time.

    The person is told by the fact. Moving where it is already changes nothing.

    Args:
        tx: the transaction.
        booking_id: the booking.
        session_id: where it is to be; or None.
        starts_at: when its own single session is to be (UTC); or None.
        at: now, UTC.

    Source: B26 and the decision on changes after confirmation.
    """
    if (session_id is None) is (starts_at is None):
        msg = "session_id: Either it or starts_at has to be given, and not both."
        raise InvalidRequest(msg)
    found = store.find_booking(tx.sql, booking_id)
    # In the order in which everything else locks: hold, booking, session.
    reserved = (
        reservation_for_update(tx, session_id, found.person_id, at=at)
        if session_id is not None and found is not None
        else None
    )
    booking = store.find_booking(tx.sql, booking_id, lock=True)
    if booking is None:
        raise BookingNotFound(str(booking_id))
    if booking.state == BookingState.CANCELLED:
        raise BookingCancelledAlready(str(booking_id))
    if starts_at is not None:
        return _move_in_time(tx, booking, starts_at, at=at)
    if session_id is None or session_id == booking.session_id:
        return booking._asdict()
    return _move_to(tx, booking, session_id, reserved, at=at)


def _move_to(
    tx: Tx, booking: Any, session_id: UUID, reserved: store.Hold | None, *, at: datetime
) -> Values:
    """Take a seat there first, the one that is reserved for them if one is; then free this one.

    What a single session is with goes along, unless the other one is with something already.
    """
    # Both are locked in the order of their ids, so that two moves never wait for each other.
    both = sorted([booking.session_id, session_id])
    sessions = {one: session_for_update(tx, one) for one in both}
    old, new = sessions[booking.session_id], sessions[session_id]
    bookable(tx, session_id, booking.person_id, at=at)
    if new.session_type_id != old.session_type_id:
        msg = "session_id: Must be a session of the same type."
        raise InvalidRequest(msg)
    if store.has_place(tx.sql, session_id, booking.person_id, seat=booking.seat):
        raise AlreadyBooked(new.name)
    if reserved is not None:
        store.end_hold(tx.writes, reserved.hold_id, HoldState.ENDED, at=at)
        close_checkouts(tx, reserved.hold_id, at=at)
    elif store.take_seat(tx.sql, session_id, at=at) is None:
        msg = f"{new.name}: all {new.capacity} seats are taken"
        raise SessionFull(msg)
    spot_id = uuid4() if goes_to_list(old, at=at) else None
    mark(tx, booking, old, None, at=at)
    store.move_booking(tx.writes, booking.booking_id, session_id)
    if spot_id is None:
        store.give_seats(tx.sql, old.session_id)
    else:
        keep_spots(tx, old, [spot_id], at=at)
    new = recall_choice(tx, new, old.package_id)
    forget_choice(tx, old)
    return _tell(tx, booking, old, new, spot_id, at=at) | {"attendance": None}


def _move_in_time(tx: Tx, booking: Any, starts_at: datetime, *, at: datetime) -> Values:
    """Move a single session that its client has confirmed."""
    session = store.session_to_move(tx.sql, booking.session_id)
    if session is None:
        raise SessionNotFound(str(booking.session_id))
    if session.arrangement is not Arrangement.SINGLE:
        msg = "starts_at: Only a single session moves with its booking; name another session_id."
        raise InvalidRequest(msg)
    if session.started(at):
        raise SessionStarted(session.name)
    if starts_at <= at:
        msg = "starts_at: Must be in the future."
        raise InvalidRequest(msg)
    if starts_at == session.starts_at:
        return dict(booking._asdict())
    by = starts_at - session.starts_at
    store.change_session(
        tx.sql,
        session.session_id,
        {
            "starts_at": starts_at,
            "ends_at": session.ends_at + by,
            "waiting_list_closes_at": session.waiting_list_closes_at + by,
            "placeholder": False,
            "sequence": session.sequence + 1,
        },
    )
    moved = session_for_update(tx, session.session_id)
    take_marks_back(tx, session, moved, at=at)
    store.move_booking(tx.writes, booking.booking_id, session.session_id)
    tx.emit(SessionChanged(**queue_limits(moved)))
    told = _tell(tx, booking, session, moved, None, at=at)
    return told | ({"attendance": None} if at < moved.marked_from else {})


def _tell(
    tx: Tx, booking: Any, old: Session, new: Session, spot_id: UUID | None, *, at: datetime
) -> Values:
    number = booking.sequence + 1
    tx.emit(
        BookingMoved(
            booking_id=booking.booking_id,
            from_session_id=old.session_id,
            session_id=new.session_id,
            person_id=booking.person_id,
            spot_id=spot_id,
            moved_from=old.starts_at,
            moved_at=at,
            sequence=number,
            **occasion(new),
        )
    )
    return dict(booking._asdict()) | {"session_id": new.session_id, "sequence": number}
