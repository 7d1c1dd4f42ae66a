"""Booking and cancelling a place."""

from datetime import datetime
from typing import Literal
from uuid import UUID, uuid4

from services.booking import store
from services.booking.actions.credits import return_credits, settle_credits
from services.booking.actions.money import end_payments, priced
from services.booking.actions.packages import forget_choice, settle_package
from services.booking.actions.seats import keep_spots, occasion, session_for_update
from services.booking.actions.visits import mark
from services.booking.domain import (
    FREE,
    BookingState,
    RefundReason,
    Session,
    WaitingState,
    goes_to_list,
    may_attend,
)
from shared.contracts import Values
from shared.contracts.booking import (
    BookingCancelled,
    BookingConfirmed,
    PlaceRequested,
)
from shared.contracts.errors import (
    AlreadyBooked,
    AlreadyWaiting,
    BookingNotFound,
    NotForLeads,
    PersonIsAnother,
    PersonNotFound,
    SessionCancelledAlready,
    SessionFull,
    SessionNotFound,
    SessionStarted,
    WaitlistFull,
)
from shared.db import Tx

Canceller = Literal["staff", "link", "waitlist"]


def bookable(tx: Tx, session_id: UUID, person_id: UUID, *, at: datetime) -> Session:
    """Give a session in which this person may have a place, if there is a seat.

    Raises:
        SessionNotFound, PersonNotFound, SessionStarted: as they say.
        PersonIsAnother: a PersonNotFound; the person was merged, and has the id in its text now.
        NotForLeads: a lead, and the session is not classified as marketing.
        SessionCancelledAlready: it does not take place.
    """
    session, kind = store.session_and_person(tx.sql, session_id, person_id)
    if session is None:
        raise SessionNotFound(str(session_id))
    if session.cancelled:
        raise SessionCancelledAlready(session.name)
    if kind is None:
        raise _nobody(tx, person_id)
    if not may_attend(kind, session.classification):
        msg = f"{session.name} is not classified as marketing"
        raise NotForLeads(msg)
    if session.started(at):
        raise SessionStarted(session.name)
    return session


def _nobody(tx: Tx, person_id: UUID) -> PersonNotFound:
    """Say why there is nobody to be given a place under this id."""
    row = store.find_person(tx.sql, person_id)
    if row is None or row.erased_at is not None:
        return PersonNotFound(str(person_id))
    return PersonIsAnother(str(row.person_id))


def take_place(
    tx: Tx,
    session_id: UUID,
    person_id: UUID,
    *,
    or_wait: bool,
    unpaid: bool = False,
    at: datetime,
) -> Values:
    """Give a person a free place, or, if they want, put them on the list of a full session.

    A regular session takes credits; `unpaid` lets somebody in who lacks them.

    Source: Q2, Q20 (one button books a lead or puts them on the waiting list), Qi3.
    """
    try:
        session = bookable(tx, session_id, person_id, at=at)
    except PersonIsAnother as merged:
        who = UUID(str(merged))
        return take_place(tx, session_id, who, or_wait=or_wait, unpaid=unpaid, at=at)
    booking_id = uuid4()
    if session.free:
        session = settle_package(tx, session)
        ids: Values = {"session_id": session_id, "person_id": person_id}
        price = store.price_of(session)
        if not store.add_booking(tx.sql, booking_id=booking_id, **ids, price=price, at=at):
            raise AlreadyBooked(str(session_id))
        # The count comes last, so that the session's row is locked for the shortest time.
        if now := store.take_seat(tx.sql, session_id, at=at):
            if settle_credits(tx, session, person_id, booking_id, unpaid=unpaid, at=at):
                price = FREE
            # What is said is what holds now: the session may have been moved since the first look.
            said = {**ids, **occasion(now), **priced(price)}
            tx.emit(BookingConfirmed(booking_id=booking_id, booked_at=at, sequence=1, **said))
            return {"status": "booked", "booking_id": booking_id, "entry_id": None, **ids}
        store.drop_booking(tx.sql, booking_id)  # the last seat went in this very moment
    if not or_wait:
        msg = f"{session.name}: all {session.capacity} seats are taken"
        raise SessionFull(msg)
    return _request_place(tx, session, person_id, at=at)


def _request_place(tx: Tx, session: Session, person_id: UUID, *, at: datetime) -> Values:
    """Have somebody put on the list; refuse at once where the list is known to be full.

    waitlist decides; what booking has heard of the list lets it say no without asking.
    """
    session = session_for_update(tx, session.session_id)
    if not session.has_waiting_list or at >= session.waiting_list_closes_at:
        msg = f"{session.name}: all {session.capacity} seats are taken, and no list is open"
        raise SessionFull(msg)
    if store.has_place(tx.sql, session.session_id, person_id):
        raise AlreadyBooked(str(session.session_id))
    if store.find_waiting(tx.sql, session.session_id, person_id):
        raise AlreadyWaiting(str(session.session_id))
    if store.count_waiting(tx.sql, session.session_id) >= session.waiting_list_size:
        msg = f"{session.name}: {session.waiting_list_size} people wait, and no more may"
        raise WaitlistFull(msg)
    ids: Values = {"session_id": session.session_id, "person_id": person_id}
    entry_id = uuid4()
    store.note_waiting(tx.writes, entry_id, WaitingState.REQUESTED, **ids, at=at)
    tx.emit(PlaceRequested(entry_id=entry_id, **ids, requested_at=at))
    return {"status": "waiting", "booking_id": None, "entry_id": entry_id, **ids}


def cancel_booking(
    tx: Tx, booking_id: UUID, *, by: Canceller, doubled: bool = False, at: datetime
) -> Values:
    """Cancel a booking; the seat goes to the waiting list first, if there is one.

    Cancelling again changes nothing and gives the same answer. By a link it ends with the session's
    start, even where the session was moved to an earlier day after the link was sent.

    Args:
        tx: the transaction.
        booking_id: the booking.
        by: who cancels.
        doubled: the person keeps another place in the session, which two of their records had;
            what they paid twice goes back, whatever the session's type says.
        at: now, UTC.

    Raises:
        BookingNotFound: there is none with this id.
        SessionStarted: it is their own link, and they were there or not by now; staff decide.
    """
    booking = store.find_booking(tx.sql, booking_id, lock=True)
    if booking is None:
        raise BookingNotFound(str(booking_id))
    if booking.state == BookingState.CANCELLED:
        return booking._asdict()
    session = session_for_update(tx, booking.session_id)
    if by == "link" and session.started(at):
        raise SessionStarted(session.name)
    spot_id = uuid4() if goes_to_list(session, at=at) else None
    mark(tx, booking, session, None, at=at)
    # Whoever had left the list before a seat was granted was never told of it, and pays nothing.
    never_told = by == "waitlist"
    return_credits(tx, booking, session, at=at, called_off=never_told or doubled)
    store.end_booking(tx.writes, booking_id, at=at, by=by, spot_id=spot_id)
    if spot_id is None:
        store.give_seats(tx.sql, session.session_id)
    else:
        keep_spots(tx, session, [spot_id], at=at)
    forget_choice(tx, session)
    tx.emit(
        BookingCancelled(
            booking_id=booking_id,
            session_id=booking.session_id,
            person_id=booking.person_id,
            spot_id=spot_id,
            cancelled_at=at,
            cancelled_by=by,
            doubled=doubled,
            sequence=booking.sequence + 1,
            **occasion(session),
        )
    )
    reason = RefundReason.NO_SEAT_LEFT if never_told else RefundReason.BOOKING_CANCELLED
    end_payments(tx, booking, RefundReason.PAID_TWICE if doubled else reason, at=at)
    ended = {"state": BookingState.CANCELLED.value, "cancelled_at": at, "cancelled_by": by}
    ended["attendance"] = None  # a visit was taken back
    return booking._asdict() | ended | {"spot_id": spot_id, "sequence": booking.sequence + 1}
