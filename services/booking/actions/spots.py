"""A freed seat between booking and the waiting list."""

from dataclasses import replace
from datetime import datetime
from typing import Literal
from uuid import UUID

from services.booking import store
from services.booking.actions.arrivals import charge_for_spot
from services.booking.actions.credits import has_credits, take_credits
from services.booking.actions.holds import end_reservation
from services.booking.actions.places import cancel_booking
from services.booking.actions.seats import (
    free_or_ask_again,
    hold_for_list,
    occasion,
    queue_limits,
    session_for_update,
)
from services.booking.domain import (
    HoldKind,
    HoldState,
    PersonKind,
    Session,
    WaitingState,
    credits_due,
    goes_to_list,
    may_attend,
    must_have_credits,
)
from shared.contracts import Values
from shared.contracts.booking import (
    SessionChanged,
    SpotGranted,
    SpotRefused,
)
from shared.contracts.errors import (
    SpotNotFound,
)
from shared.contracts.waitlist import (
    SpotDeclined,
    SpotRequested,
    SpotReturned,
    WaitlistJoined,
    WaitlistLeft,
)
from shared.db import Tx

SOURCE = "booking"
Reason = Literal["already_booked", "not_eligible", "session_started", "spot_closed", "not_paid"]


def close_spot(tx: Tx, spot_id: UUID, *, at: datetime) -> str:
    """Take a spot back from the waiting list, by an operator's decision; give its state.

    The seat goes to the list again if somebody has joined that the list has not cleared.
    """
    spot = store.hold_for_update(tx.sql, spot_id)
    if spot is None or spot.kind is not HoldKind.WAITLIST:
        raise SpotNotFound(str(spot_id))
    if spot.state is not HoldState.OPEN:
        return spot.state.value
    session = session_for_update(tx, spot.session_id)
    store.end_hold(tx.writes, spot_id, HoldState.ENDED, at=at)
    free_or_ask_again(tx, session, at=at)
    return HoldState.ENDED.value


def grant_spot(tx: Tx, request: SpotRequested, *, at: datetime) -> None:
    """Give the asked-for seat to the person in whose name it is asked for, or refuse it."""
    if request.source != SOURCE:
        return
    spot = store.hold_for_update(tx.sql, request.spot_id)
    if spot is None and request.overruled:
        _grant_overruled(tx, request, at=at)
    elif spot is None or spot.entry_id != request.entry_id:  # else the answer is on its way
        _grant_held(tx, request, spot, at=at)


def _grant_held(tx: Tx, request: SpotRequested, spot: store.Hold | None, *, at: datetime) -> None:
    ids: Values = {"session_id": request.target_id, "person_id": request.person_id}
    if spot is None or spot.state is not HoldState.OPEN or spot.kind is not HoldKind.WAITLIST:
        _refuse(tx, request, "spot_closed", still_open=False, at=at)
        return
    session, kind = store.session_and_person(tx.sql, **ids, settled=True)
    if session is None or session.cancelled or session.started(at):
        store.end_hold(tx.writes, spot.hold_id, HoldState.ENDED, at=at)
        store.give_seats(tx.sql, spot.session_id)
        started = session is not None and not session.cancelled
        why: Reason = "session_started" if started else "spot_closed"
        _refuse(tx, request, why, still_open=False, at=at)
        return
    if kind is None and (merged := store.merged_into(tx.sql, request.person_id)):
        _grant_held(tx, replace(request, person_id=merged), spot, at=at)
        return
    standing = _standing(tx, request, session, kind, at=at)
    if standing != "fit":
        if standing != "charging":  # else the bank's answer decides
            _refuse(tx, request, standing, still_open=True, at=at)
        return
    if not _book(tx, request, session, at=at):
        _refuse(tx, request, "already_booked", still_open=True, at=at)
        return
    # Whoever was not to pay at once is let in without the credits if need be.
    take_credits(tx, session, request.person_id, _booking_id(request), at=at)
    store.end_hold(tx.writes, spot.hold_id, HoldState.GRANTED, at=at, entry_id=request.entry_id)
    _granted(tx, request, session, at=at)


def _grant_overruled(tx: Tx, request: SpotRequested, *, at: datetime) -> None:
    """Give somebody a seat because staff said so: a free one, else one beyond the capacity.

    Source: D29 (a later cancellation frees no seat until the number is under capacity, Qi1).
    """
    ids: Values = {"session_id": request.target_id, "person_id": request.person_id}
    session, kind = store.session_and_person(tx.sql, **ids, settled=True)
    if session is None or session.cancelled or session.started(at):
        _refuse(tx, request, "session_started", still_open=False, at=at)
    elif kind is None and (merged := store.merged_into(tx.sql, request.person_id)):
        _grant_overruled(tx, replace(request, person_id=merged), at=at)
    elif kind is None or not may_attend(kind, session.classification):
        _refuse(tx, request, "not_eligible", still_open=False, at=at)
    elif not _book(tx, request, session, at=at):
        _refuse(tx, request, "already_booked", still_open=False, at=at)
    else:
        store.give_seats(tx.sql, request.target_id, -1)
        take_credits(tx, session, request.person_id, _booking_id(request), at=at)
        spot = {"session_id": request.target_id, "entry_id": request.entry_id}
        store.add_overruled(tx.writes, request.spot_id, **spot, at=at)
        _granted(tx, request, session, at=at)


def _booking_id(request: SpotRequested) -> UUID:
    """Name the booking of a seat: the first of an entry bears the entry's id."""
    return request.entry_id if request.seat == 1 else request.spot_id


def _book(tx: Tx, request: SpotRequested, session: Session, *, at: datetime) -> bool:
    return store.add_booking(
        tx.sql,
        booking_id=_booking_id(request),
        session_id=request.target_id,
        person_id=request.person_id,
        at=at,
        price=store.price_of(session),
        seat=request.seat,
    )


def _granted(tx: Tx, request: SpotRequested, session: Session, *, at: datetime) -> None:
    ids: Values = {"session_id": request.target_id, "person_id": request.person_id}
    store.note_seat_given(tx.writes, request.entry_id, **ids, at=at)
    end_reservation(tx, **ids, at=at)
    tx.emit(
        SpotGranted(
            spot_id=request.spot_id,
            entry_id=request.entry_id,
            booking_id=_booking_id(request),
            session_id=request.target_id,
            person_id=request.person_id,
            granted_at=at,
            **occasion(session),
        )
    )


def _standing(
    tx: Tx, request: SpotRequested, session: Session, kind: PersonKind | None, *, at: datetime
) -> Literal["fit", "charging", "not_eligible", "not_paid"]:
    """Say whether a person may have the seat that is asked for, and has paid for it if need be."""
    if kind is None or not may_attend(kind, session.classification):
        return "not_eligible"
    ids = {"session_id": request.target_id, "person_id": request.person_id}
    if not request.pay or store.find_place(tx.sql, **ids, seat=request.seat) is not None:
        return "fit"
    if has_credits(tx, session, request.person_id):
        return "fit"
    if credits_due(session) and must_have_credits(kind, session):
        return "not_paid"
    return charge_for_spot(tx, request, session, _booking_id(request), at=at)


def _refuse(
    tx: Tx,
    request: SpotRequested,
    reason: Reason,
    *,
    still_open: bool,
    at: datetime,
) -> None:
    tx.emit(
        SpotRefused(
            spot_id=request.spot_id,
            entry_id=request.entry_id,
            session_id=request.target_id,
            person_id=request.person_id,
            reason=reason,
            still_open=still_open,
            refused_at=at,
        )
    )


def free_returned_seat(tx: Tx, returned: SpotReturned, *, at: datetime) -> None:
    """Free the seat nobody waits for, unless somebody has joined in the meantime.

    What the list has cleared is noted even where the spot is closed: else a join that came before
    an old "nobody waits" could be taken for one that came after it.
    """
    if returned.source != SOURCE:
        return
    # The hold before the session, as everywhere, so that no two wait crosswise.
    spot = store.hold_for_update(tx.sql, returned.spot_id)
    session = session_for_update(tx, returned.target_id)
    session = replace(session, cleared=max(session.cleared, returned.queue_version))
    store.note_queue(tx.sql, session, seats=0)
    if spot is None or spot.state is not HoldState.OPEN:
        return
    store.end_hold(tx.writes, spot.hold_id, HoldState.RETURNED, at=at)
    free_or_ask_again(tx, session, at=at)


def hold_free_seat(tx: Tx, joined: WaitlistJoined, *, at: datetime) -> None:
    """Hold the free seats there are takers for, for the list that somebody has joined.

    Whoever got onto the list of a marketing session just as it got a price is to be told that the
    list is no more, so that is said again.

    Source: Q10 to Q12.
    """
    if joined.source != SOURCE:
        return
    session = session_for_update(tx, joined.target_id)
    if not (session.may_have_waiting_list or session.cancelled or session.started(at)):
        session = replace(session, sequence=session.sequence + 1)
        store.change_session(tx.sql, session.session_id, {"sequence": session.sequence})
        tx.emit(SessionChanged(**queue_limits(session), drops_waiting=True))
    session = replace(session, demand=max(session.demand, joined.queue_version))
    _note(tx, joined, WaitingState.WAITING, at=joined.joined_at)
    seats = min(session.free, joined.seats) if goes_to_list(session, at=at) else 0
    store.note_queue(tx.sql, session, seats=max(0, seats))
    if seats > 0:
        hold_for_list(tx, session, seats, "seat_was_free", at=at)


def drop_waiting(tx: Tx, left: WaitlistLeft) -> None:
    """Take somebody off the roster's waiting rows."""
    if left.source == SOURCE:
        _note(tx, left, WaitingState.GONE, at=left.left_at)


def _note(
    tx: Tx,
    heard: WaitlistJoined | WaitlistLeft,
    state: WaitingState,
    *,
    at: datetime,
) -> None:
    ids: Values = {"session_id": heard.target_id, "person_id": heard.person_id}
    quantity = heard.quantity if isinstance(heard, WaitlistJoined) else 1
    store.note_waiting(tx.writes, heard.entry_id, state, **ids, at=at, quantity=quantity)


def take_back_booking(tx: Tx, declined: SpotDeclined, *, at: datetime) -> None:
    """Cancel the booking of a seat that was handed back, which frees it for the next."""
    if declined.source == SOURCE:
        cancel_booking(tx, declined.booking_id, by="waitlist", at=at)
        store.note_seat_back(tx.writes, declined.entry_id)
