"""Cancelling a session, and everything in it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from services.booking import store
from services.booking.actions.credits import return_credits
from services.booking.actions.money import close_checkouts, end_payments
from services.booking.actions.seats import occasion, session_for_update
from services.booking.actions.sessions import as_values
from services.booking.actions.visits import mark
from services.booking.domain import HoldState, RefundReason, Session
from shared.contracts import Values
from shared.contracts.booking import BookingCancelled, ReservationCancelled, SessionCancelled
from shared.contracts.errors import InvalidRequest, SessionNotFound
from shared.db import Tx

BATCH = 200


def cancel_session(tx: Tx, session_id: UUID, reason: str, *, at: datetime) -> Values:
    """Call a session off: nobody books it or waits for it, and every booking is cancelled.

    The first bookings end with it and the others soon after, a batch at a time, so that a session
    of thousands holds nobody up. Visits that were counted are taken back. Cancelling again
    changes nothing.

    Source: Q22.
    """
    bookings = store.live_bookings(tx.sql, session_id, limit=BATCH)
    holds = store.open_holds_for_update(tx.sql, session_id, limit=BATCH)
    session = store.session_to_move(tx.sql, session_id)
    if session is None:
        raise SessionNotFound(str(session_id))
    if session.cancelled:
        return as_values(session)
    if at >= session.ends_at:
        msg = "session_id: It is over and cannot be cancelled any more."
        raise InvalidRequest(msg)
    cancelled = call_off(tx, session, reason, at=at)
    _empty(tx, session, bookings, holds, at=at)
    emptied = max(0, session.taken - len(bookings) - len(holds))
    return as_values(replace(cancelled, taken=emptied))


def call_off(tx: Tx, session: Session, reason: str, *, at: datetime) -> Session:
    """Have a session that is locked to move not take place; its bookings end soon after."""
    cancelled = replace(session, cancelled_at=at, sequence=session.sequence + 1)
    store.change_session(
        tx.sql,
        session.session_id,
        {"cancelled_at": at, "cancel_reason": reason, "sequence": cancelled.sequence},
    )
    store.nobody_waits(tx.writes, session.session_id)
    tx.emit(
        SessionCancelled(
            session_id=session.session_id,
            reason=reason,
            sequence=cancelled.sequence,
            cancelled_at=at,
            **occasion(session),
        )
    )
    tx.wake("empty_cancelled_sessions")
    return cancelled


def empty_cancelled_sessions(tx: Tx, *, at: datetime, limit: int = 5) -> int:
    """Cancel a batch of the bookings of each cancelled session; give how many sessions had some.

    As long as there are sessions to look at it goes on at once: the next ones may have bookings
    even where these had none.
    """
    with_some = 0
    found = store.sessions_to_empty(tx.sql, limit=limit)
    for session_id in found:
        bookings = store.live_bookings(tx.sql, session_id, limit=BATCH)
        holds = store.open_holds_for_update(tx.sql, session_id, limit=BATCH)
        session = session_for_update(tx, session_id)
        if bookings or holds:
            _empty(tx, session, bookings, holds, at=at)
            with_some += 1
        else:
            store.change_session(tx.sql, session_id, {"emptied_at": at})
    if found:
        tx.wake("empty_cancelled_sessions")
    return with_some


def _empty(
    tx: Tx, session: Session, bookings: Sequence[Any], holds: Sequence[store.Hold], *, at: datetime
) -> None:
    """End locked bookings and holds of a locked session; their seats go to nobody."""
    for booking in bookings:
        mark(tx, booking, session, None, at=at)
        return_credits(tx, booking, session, at=at, called_off=True)
        store.end_booking(tx.writes, booking.booking_id, at=at, by="staff", spot_id=None)
        tx.emit(
            BookingCancelled(
                booking_id=booking.booking_id,
                session_id=session.session_id,
                person_id=booking.person_id,
                spot_id=None,
                cancelled_at=at,
                cancelled_by="staff",
                session_cancelled=True,
                sequence=booking.sequence + 1,
                **occasion(session),
            )
        )
        end_payments(tx, booking, RefundReason.SESSION_CANCELLED, at=at)
    for hold in holds:
        store.end_hold(tx.writes, hold.hold_id, HoldState.ENDED, at=at)
        close_checkouts(tx, hold.hold_id, at=at)
        if hold.asked_at is not None and hold.person_id is not None:
            ids = {"hold_id": hold.hold_id, "person_id": hold.person_id}
            said: Values = {**ids, "session_id": session.session_id, **occasion(session)}
            tx.emit(ReservationCancelled(**said, ended_at=at))
    if bookings or holds:
        store.give_seats(tx.sql, session.session_id, len(bookings) + len(holds))
