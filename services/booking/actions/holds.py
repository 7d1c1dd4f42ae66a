"""Keeping a seat from others for a while."""

from datetime import datetime
from uuid import UUID, uuid4

from services.booking import store
from services.booking.actions.credits import settle_credits
from services.booking.actions.money import close_checkouts, priced
from services.booking.actions.packages import forget_choice, settle_package
from services.booking.actions.places import bookable
from services.booking.actions.seats import hold_for_list, occasion, session_for_update
from services.booking.domain import (
    CHECKOUT_HOLD,
    FREE,
    Collection,
    HoldKind,
    HoldState,
    Session,
    goes_to_list,
)
from shared.contracts import Values
from shared.contracts.booking import (
    BookingConfirmed,
    ConfirmationRequested,
)
from shared.contracts.errors import (
    AlreadyBooked,
    HoldNotFound,
    InvalidRequest,
    PersonIsAnother,
    SessionCancelledAlready,
    SessionFull,
    SessionStarted,
)
from shared.db import Tx


def keep_place(
    tx: Tx,
    session_id: UUID,
    person_id: UUID,
    *,
    kind: HoldKind,
    until: datetime | None,
    at: datetime,
) -> Values:
    """Keep a seat from others for a person who is to confirm it.

    It lapses at `until` (UTC, in the future); where that is None, a staff's reservation only when
    it is released, and a checkout's hold after CHECKOUT_HOLD. A checkout's never lasts beyond the
    session's start: who has not paid by then is too late.

    Raises:
        AlreadyBooked: they have a place, or staff have reserved one for them already.
        SessionFull: no seat is free.

    Source: B52, B53.
    """
    if until is None and kind is HoldKind.CHECKOUT:
        until = at + CHECKOUT_HOLD
    try:
        session = bookable(tx, session_id, person_id, at=at)
    except PersonIsAnother as merged:
        return keep_place(tx, session_id, UUID(str(merged)), kind=kind, until=until, at=at)
    if until is not None and until <= at:
        msg = "held_until: Must be in the future."
        raise InvalidRequest(msg)
    if until is not None and kind is HoldKind.CHECKOUT:
        until = min(until, session.starts_at)
    ids: Values = {"session_id": session_id, "person_id": person_id}
    # Whoever takes a seat has the session to themselves: of two who press at once, one looks later.
    taken = store.take_seat(tx.sql, session_id, at=at)
    reserved = kind is HoldKind.STAFF and store.find_reserved(tx.sql, **ids, at=at)
    if reserved or store.has_place(tx.sql, **ids):
        raise AlreadyBooked(session.name)
    if taken is None:
        msg = f"{session.name}: all {session.capacity} seats are taken"
        raise SessionFull(msg)
    hold_id = uuid4()
    store.add_holds(tx.writes, [hold_id], **ids, kind=kind, at=at, until=until)
    return {"hold_id": hold_id, **ids, "kind": kind.value, "held_until": until}


def open_hold(tx: Tx, hold_id: UUID, *, at: datetime) -> tuple[store.Hold, UUID, Session]:
    """Lock a held seat that may still become a booking; give its person and its session, too.

    Raises:
        AlreadyBooked: it has become one.
        HoldNotFound: it is no longer held.
        SessionStarted, SessionCancelledAlready: as they say.
    """
    hold = _own_hold(tx, hold_id)
    if hold.state is HoldState.GRANTED:
        raise AlreadyBooked(str(hold.session_id))
    lapsed = hold.held_until is not None and hold.held_until <= at
    if hold.state is not HoldState.OPEN or lapsed or hold.person_id is None:
        msg = f"{hold_id} is no longer held"
        raise HoldNotFound(msg)
    ids: Values = {"session_id": hold.session_id, "person_id": hold.person_id}
    session, _ = store.session_and_person(tx.sql, **ids, settled=True)
    if session is None or session.cancelled:
        raise SessionCancelledAlready(str(hold.session_id))
    if session.started(at):
        raise SessionStarted(session.name)
    return hold, hold.person_id, session


def ask_to_confirm(tx: Tx, hold: store.Hold, session: Session, *, at: datetime) -> Values:
    """Have a reserved place's person asked to confirm it, as it is now."""
    price = store.price_of(session)
    amount = price.minor if hold.collection is Collection.CARD else 0
    asked: Values = {
        "hold_id": hold.hold_id,
        "amount_minor": amount,
        "currency": price.currency,
    }
    if hold.person_id is not None:
        whom: Values = {"session_id": session.session_id, "person_id": hold.person_id}
        whom |= {"expires_at": hold.held_until, "requested_at": at}
        tx.emit(ConfirmationRequested(**asked, **whom, **occasion(session)))
    return asked


def confirm_hold(tx: Tx, hold_id: UUID, *, unpaid: bool = False, at: datetime) -> Values:
    """Turn a held seat into its person's booking, paid by credits or still to be paid.

    `unpaid` lets a member in who lacks the credits.
    """
    hold, person_id, session = open_hold(tx, hold_id, at=at)
    session = settle_package(tx, session)
    price = store.price_of(session)
    ids: Values = {"session_id": hold.session_id, "person_id": person_id}
    if not store.add_booking(tx.sql, booking_id=hold_id, **ids, price=price, at=at):
        raise AlreadyBooked(str(hold.session_id))
    if settle_credits(tx, session, person_id, hold_id, unpaid=unpaid, at=at):
        price = FREE
    store.end_hold(tx.writes, hold_id, HoldState.GRANTED, at=at)
    close_checkouts(tx, hold_id, at=at)
    if hold.kind is HoldKind.CHECKOUT:
        end_reservation(tx, hold.session_id, person_id, at=at, used=hold_id)
    said = {**ids, **occasion(session), **priced(price)}
    tx.emit(BookingConfirmed(booking_id=hold_id, booked_at=at, sequence=1, **said))
    return {"status": "booked", "booking_id": hold_id, "entry_id": None, **ids}


def release_hold(tx: Tx, hold_id: UUID, *, at: datetime) -> None:
    """Give a held seat up; released already, nothing changes."""
    hold = _own_hold(tx, hold_id)
    if hold.state is HoldState.OPEN:
        end_and_free(tx, hold, at=at)


def end_lapsed_holds(tx: Tx, *, at: datetime, limit: int = 100) -> int:
    """End the holds whose time is over; give how many there were."""
    ended = 0
    for hold_id, _ in store.lapsed_holds(tx.sql, at=at, limit=limit):
        hold = store.hold_for_update(tx.sql, hold_id)
        if hold is not None and hold.state is HoldState.OPEN:
            end_and_free(tx, hold, at=at)
            ended += 1
    return ended


def _own_hold(tx: Tx, hold_id: UUID) -> store.Hold:
    hold = store.hold_for_update(tx.sql, hold_id)
    if hold is None or hold.kind is HoldKind.WAITLIST:
        raise HoldNotFound(str(hold_id))
    return hold


def reservation_for_update(
    tx: Tx, session_id: UUID, person_id: UUID, *, at: datetime
) -> store.Hold | None:
    """Lock the place that staff keep for a person in a session, if they do."""
    hold_id = store.find_reserved(tx.sql, session_id, person_id, at=at)
    hold = store.hold_for_update(tx.sql, hold_id) if hold_id else None
    return hold if hold is not None and hold.state is HoldState.OPEN else None


def take_reserved(tx: Tx, session_id: UUID, person_id: UUID, *, at: datetime) -> bool:
    """Pass the seat reserved for a person on to the place they get otherwise; False: none is."""
    hold = reservation_for_update(tx, session_id, person_id, at=at)
    if hold is not None:
        store.end_hold(tx.writes, hold.hold_id, HoldState.ENDED, at=at)
        close_checkouts(tx, hold.hold_id, at=at)
        tx.flush()  # it is not to be found again
    return hold is not None


def end_reservation(
    tx: Tx, session_id: UUID, person_id: UUID, *, at: datetime, used: UUID | None = None
) -> None:
    """Free the place that is reserved for a person who has another one in the session now.

    `used` is the hold that has just become their place.
    """
    hold = reservation_for_update(tx, session_id, person_id, at=at)
    if hold is not None and hold.hold_id != used:
        end_and_free(tx, hold, at=at)


def end_and_free(tx: Tx, hold: store.Hold, *, at: datetime) -> None:
    """End an open hold; its seat goes to the waiting list first, and nobody pays for it any more.

    Whoever pays in the last moment gets a seat if one is free, else the money back.
    """
    session = session_for_update(tx, hold.session_id)
    store.end_hold(tx.writes, hold.hold_id, HoldState.ENDED, at=at)
    if hold.kind is not HoldKind.WAITLIST and goes_to_list(session, at=at):
        hold_for_list(tx, session, 1, "hold_ended", at=at)
    else:
        store.give_seats(tx.sql, session.session_id)
    forget_choice(tx, session, hold.hold_id)
    close_checkouts(tx, hold.hold_id, at=at)
