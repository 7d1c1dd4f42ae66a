"""What booking does, one verb per function; each runs in the transaction it is given."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID, uuid4

from services.booking import store
from services.booking.domain import (
    Arrangement,
    BookingState,
    Classification,
    HoldKind,
    HoldState,
    PersonKind,
    Session,
    WaitingState,
    asked_again,
    goes_to_list,
    may_attend,
    seats_gained,
)
from shared.contracts.booking import (
    BookingCancelled,
    BookingConfirmed,
    PersonChanged,
    PersonRegistered,
    PlaceRequested,
    SessionChanged,
    SessionScheduled,
    SpotFreed,
    SpotGranted,
    SpotRefused,
)
from shared.contracts.errors import (
    AlreadyBooked,
    AlreadyWaiting,
    BookingNotFound,
    HoldNotFound,
    InvalidRequest,
    NotForLeads,
    PersonNotFound,
    SessionFull,
    SessionNotFound,
    SessionStarted,
    SessionTypeNotFound,
    SpotNotFound,
    WaitlistFull,
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
ROSTER_WAITING_ROWS = 500
Canceller = Literal["staff", "link", "waitlist"]

# -- people -----------------------------------------------------------------------------------


def register_person(
    tx: Tx,
    *,
    kind: PersonKind,
    name: str,
    email: str | None,
    phone: str | None,
    language: str,
    at: datetime,
) -> dict[str, Any]:
    """Make a person known."""
    person = {
        "person_id": uuid4(),
        "kind": kind.value,
        "name": name,
        "email": email,
        "phone": phone,
        "language": language,
        "sequence": 1,
    }
    store.add_person(tx.sql, person | {"registered_at": at})
    tx.emit(PersonRegistered(**person))
    return person | {"registered_at": at}


def change_person(tx: Tx, person_id: UUID, changes: dict[str, Any]) -> dict[str, Any]:
    """Change what is known of a person."""
    row = store.find_person(tx.sql, person_id, lock=True)
    if row is None:
        raise PersonNotFound(str(person_id))
    person = row._asdict() | changes | {"sequence": row.sequence + 1}
    store.change_person(tx.sql, person_id, {**changes, "sequence": person["sequence"]})
    said = {key: value for key, value in person.items() if key != "registered_at"}
    tx.emit(PersonChanged(**said))
    return person


# -- sessions ---------------------------------------------------------------------------------


def create_session_type(
    tx: Tx,
    *,
    name: str,
    description: str,
    arrangement: Arrangement,
    duration_minutes: int,
    at: datetime,
) -> dict[str, Any]:
    """Make a template for sessions."""
    values = {
        "session_type_id": uuid4(),
        "name": name,
        "description": description,
        "arrangement": arrangement.value,
        "duration_minutes": duration_minutes,
        "created_at": at,
    }
    store.add_session_type(tx.sql, values)
    return values


def schedule_session(
    tx: Tx,
    *,
    session_type_id: UUID,
    name: str,
    classification: Classification,
    starts_at: datetime,
    time_zone: str,
    staff: str,
    location: str,
    capacity: int,
    waiting_list_size: int,
    waiting_list_closes_minutes: int,
    at: datetime,
) -> Session:
    """Put a session on the timetable; its type says how long it lasts.

    Args:
        starts_at: UTC; in the future.
        waiting_list_closes_minutes: how long before the start the waiting list closes; 0: it is
            kept right up to the start (Q47).
    """
    kind = store.find_session_type(tx.sql, session_type_id)
    if kind is None:
        raise SessionTypeNotFound(str(session_type_id))
    if starts_at <= at:
        msg = "starts_at: Must be in the future."
        raise InvalidRequest(msg)
    session = Session(
        session_id=uuid4(),
        name=name,
        classification=classification,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=kind.duration_minutes),
        time_zone=time_zone,
        staff=staff,
        location=location,
        capacity=capacity,
        taken=0,
        waiting_list_size=waiting_list_size,
        waiting_list_closes_at=starts_at - timedelta(minutes=waiting_list_closes_minutes),
        demand=0,
        cleared=0,
        sequence=1,
    )
    store.add_session(tx.sql, session, session_type_id)
    tx.emit(SessionScheduled(**_queue_limits(session)))
    return session


def change_session(tx: Tx, session_id: UUID, changes: dict[str, Any], *, at: datetime) -> Session:
    """Change a session; seats that a higher capacity adds go to whoever waits first."""
    session = _session_for_update(tx, session_id)
    capacity = changes.get("capacity", session.capacity)
    if capacity < session.taken and capacity < session.capacity:
        msg = f"capacity: {session.taken} seats are taken; it cannot be lower."
        raise InvalidRequest(msg)
    gained = seats_gained(session, capacity)
    store.change_session(tx.sql, session_id, {**changes, "sequence": session.sequence + 1})
    changed = _session_for_update(tx, session_id)
    if gained and goes_to_list(changed, at=at):
        store.note_queue(tx.sql, changed, seats=gained)
        _hold_for_list(tx, changed, gained, "capacity_raised", at=at)
    tx.emit(SessionChanged(**_queue_limits(changed)))
    return changed


def _queue_limits(session: Session) -> dict[str, Any]:
    return {
        "session_id": session.session_id,
        "name": session.name,
        "starts_at": session.starts_at,
        "waiting_list_size": session.waiting_list_size,
        "waiting_list_closes_at": session.waiting_list_closes_at,
        "sequence": session.sequence,
    }


def _occasion(session: Session) -> dict[str, Any]:
    return {
        "session_name": session.name,
        "starts_at": session.starts_at,
        "time_zone": session.time_zone,
        "location": session.location,
        "staff": session.staff,
    }


def _session_for_update(tx: Tx, session_id: UUID) -> Session:
    session = store.session_for_update(tx.sql, session_id)
    if session is None:
        raise SessionNotFound(str(session_id))
    return session


# -- booking and cancelling -------------------------------------------------------------------


def book(
    tx: Tx, session_id: UUID, person_id: UUID, *, or_wait: bool, at: datetime
) -> dict[str, Any]:
    """Give a person a place, or, if they want, put them on the list of a full session.

    Source: Q20 (one button books a lead or puts them on the waiting list), Qi3.
    """
    session = _bookable(tx, session_id, person_id, at=at)
    booking_id = uuid4()
    if session.free:
        ids = {"session_id": session_id, "person_id": person_id}
        if not store.add_booking(tx.sql, booking_id=booking_id, **ids, at=at):
            raise AlreadyBooked(str(session_id))
        # The count comes last, so that the session's row is locked for the shortest time.
        if store.take_seat(tx.sql, session_id, at=at):
            confirmed = BookingConfirmed(
                booking_id=booking_id, **ids, booked_at=at, **_occasion(session)
            )
            tx.emit(confirmed)
            return {"status": "booked", "booking_id": booking_id, "entry_id": None, **ids}
        store.drop_booking(tx.sql, booking_id)  # the last seat went in this very moment
    if not or_wait:
        msg = f"{session.name}: all {session.capacity} seats are taken"
        raise SessionFull(msg)
    return _request_place(tx, session, person_id, at=at)


def _bookable(tx: Tx, session_id: UUID, person_id: UUID, *, at: datetime) -> Session:
    session, kind = store.session_and_person(tx.sql, session_id, person_id)
    if session is None:
        raise SessionNotFound(str(session_id))
    if kind is None:
        raise PersonNotFound(str(person_id))
    if not may_attend(kind, session.classification):
        msg = f"{session.name} is not classified as marketing"
        raise NotForLeads(msg)
    if session.started(at):
        raise SessionStarted(session.name)
    return session


def _request_place(tx: Tx, session: Session, person_id: UUID, *, at: datetime) -> dict[str, Any]:
    """Have somebody put on the list; refuse at once where the list is known to be full.

    waitlist decides; what booking has heard of the list lets it say no without asking.
    """
    session = _session_for_update(tx, session.session_id)
    if not session.has_waiting_list or at >= session.waiting_list_closes_at:
        msg = f"{session.name}: all {session.capacity} seats are taken, and no list is open"
        raise SessionFull(msg)
    if store.find_waiting(tx.sql, session.session_id, person_id):
        raise AlreadyWaiting(str(session.session_id))
    if store.count_waiting(tx.sql, session.session_id) >= session.waiting_list_size:
        msg = f"{session.name}: {session.waiting_list_size} people wait, and no more may"
        raise WaitlistFull(msg)
    ids = {"session_id": session.session_id, "person_id": person_id}
    entry_id = uuid4()
    store.note_waiting(tx.sql, entry_id, WaitingState.REQUESTED, **ids, at=at)
    tx.emit(PlaceRequested(entry_id=entry_id, **ids, requested_at=at))
    return {"status": "waiting", "booking_id": None, "entry_id": entry_id, **ids}


def cancel_booking(tx: Tx, booking_id: UUID, *, by: Canceller, at: datetime) -> dict[str, Any]:
    """Cancel a booking; the seat goes to the waiting list first, if there is one.

    Cancelling again changes nothing and gives the same answer.
    """
    booking = store.find_booking(tx.sql, booking_id, lock=True)
    if booking is None:
        raise BookingNotFound(str(booking_id))
    if booking.state == BookingState.CANCELLED:
        return booking._asdict()
    session = _session_for_update(tx, booking.session_id)
    spot_id = uuid4() if goes_to_list(session, at=at) else None
    store.end_booking(tx.sql, booking_id, at=at, by=by, spot_id=spot_id)
    if spot_id is None:
        store.give_seats(tx.sql, session.session_id)
    else:
        _keep_spots(tx, session, [spot_id], at=at)
    tx.emit(
        BookingCancelled(
            booking_id=booking_id,
            session_id=booking.session_id,
            person_id=booking.person_id,
            spot_id=spot_id,
            cancelled_at=at,
            cancelled_by=by,
        )
    )
    ended = {"state": BookingState.CANCELLED.value, "cancelled_at": at, "cancelled_by": by}
    return booking._asdict() | ended | {"spot_id": spot_id}


# -- holds ------------------------------------------------------------------------------------


def hold_place(
    tx: Tx,
    session_id: UUID,
    person_id: UUID,
    *,
    kind: HoldKind,
    until: datetime | None,
    at: datetime,
) -> dict[str, Any]:
    """Keep a seat from others for a person who is to confirm it.

    Args:
        until: when it lapses (UTC, in the future); None: only when it is released.

    Source: B52, B53.
    """
    session = _bookable(tx, session_id, person_id, at=at)
    if until is not None and until <= at:
        msg = "held_until: Must be in the future."
        raise InvalidRequest(msg)
    if not store.take_seat(tx.sql, session_id, at=at):
        msg = f"{session.name}: all {session.capacity} seats are taken"
        raise SessionFull(msg)
    hold_id = uuid4()
    ids = {"session_id": session_id, "person_id": person_id}
    store.add_holds(tx.sql, [hold_id], **ids, kind=kind, at=at, until=until)
    return {"hold_id": hold_id, **ids, "kind": kind.value, "held_until": until}


def confirm_hold(tx: Tx, hold_id: UUID, *, at: datetime) -> dict[str, Any]:
    """Turn a held seat into its person's booking."""
    hold = _own_hold(tx, hold_id)
    if hold.state is HoldState.GRANTED:
        raise AlreadyBooked(str(hold.session_id))
    session = store.find_session(tx.sql, hold.session_id)
    lapsed = hold.held_until is not None and hold.held_until <= at
    if hold.state is not HoldState.OPEN or lapsed or session is None or hold.person_id is None:
        msg = f"{hold_id} is no longer held"
        raise HoldNotFound(msg)
    ids = {"session_id": hold.session_id, "person_id": hold.person_id}
    if not store.add_booking(tx.sql, booking_id=hold_id, **ids, at=at):
        raise AlreadyBooked(str(hold.session_id))
    store.end_hold(tx.sql, hold_id, HoldState.GRANTED, at=at)
    confirmed = BookingConfirmed(booking_id=hold_id, **ids, booked_at=at, **_occasion(session))
    tx.emit(confirmed)
    return {"status": "booked", "booking_id": hold_id, "entry_id": None, **ids}


def release_hold(tx: Tx, hold_id: UUID, *, at: datetime) -> None:
    """Give a held seat up; released already, nothing changes."""
    hold = _own_hold(tx, hold_id)
    if hold.state is HoldState.OPEN:
        _end_and_free(tx, hold, at=at)


def close_spot(tx: Tx, spot_id: UUID, *, at: datetime) -> str:
    """Take a spot back from the waiting list, by an operator's decision; give its state.

    The seat goes to the list again if somebody has joined that the list has not cleared.
    """
    spot = store.hold_for_update(tx.sql, spot_id)
    if spot is None or spot.kind is not HoldKind.WAITLIST:
        raise SpotNotFound(str(spot_id))
    if spot.state is not HoldState.OPEN:
        return spot.state.value
    session = _session_for_update(tx, spot.session_id)
    store.end_hold(tx.sql, spot_id, HoldState.ENDED, at=at)
    _free_or_ask_again(tx, session, at=at)
    return HoldState.ENDED.value


def end_lapsed_holds(tx: Tx, *, at: datetime, limit: int = 100) -> int:
    """End the holds whose time is over; give how many there were."""
    ended = 0
    for hold_id, _ in store.lapsed_holds(tx.sql, at=at, limit=limit):
        hold = store.hold_for_update(tx.sql, hold_id)
        if hold is not None and hold.state is HoldState.OPEN:
            _end_and_free(tx, hold, at=at)
            ended += 1
    return ended


def _own_hold(tx: Tx, hold_id: UUID) -> store.Hold:
    hold = store.hold_for_update(tx.sql, hold_id)
    if hold is None or hold.kind is HoldKind.WAITLIST:
        raise HoldNotFound(str(hold_id))
    return hold


def _end_and_free(tx: Tx, hold: store.Hold, *, at: datetime) -> None:
    session = _session_for_update(tx, hold.session_id)
    store.end_hold(tx.sql, hold.hold_id, HoldState.ENDED, at=at)
    if hold.kind is not HoldKind.WAITLIST and goes_to_list(session, at=at):
        _hold_for_list(tx, session, 1, "hold_ended", at=at)
    else:
        store.give_seats(tx.sql, session.session_id)


# -- the waiting list -----------------------------------------------------------------------------


def _keep_spots(tx: Tx, session: Session, spot_ids: list[UUID], *, at: datetime) -> None:
    """Hold seats for the list; they lapse when the session starts, and never before."""
    store.add_holds(
        tx.sql,
        spot_ids,
        session_id=session.session_id,
        kind=HoldKind.WAITLIST,
        at=at,
        until=session.starts_at,
    )


def _hold_for_list(
    tx: Tx,
    session: Session,
    seats: int,
    reason: Literal["capacity_raised", "hold_ended", "seat_was_free", "list_asked_again"],
    *,
    at: datetime,
) -> None:
    """Hold seats that are counted as taken for the list, and tell it."""
    spot_ids = [uuid4() for _ in range(seats)]
    _keep_spots(tx, session, spot_ids, at=at)
    for spot_id in spot_ids:
        freed = SpotFreed(
            spot_id=spot_id, session_id=session.session_id, reason=reason, freed_at=at
        )
        tx.emit(freed)


def _free_or_ask_again(tx: Tx, session: Session, *, at: datetime) -> None:
    """Free a seat for everyone, or, if somebody has joined meanwhile, for the list again."""
    if asked_again(session) and goes_to_list(session, at=at):
        _hold_for_list(tx, session, 1, "list_asked_again", at=at)
    else:
        store.give_seats(tx.sql, session.session_id)


def grant_spot(tx: Tx, request: SpotRequested, *, at: datetime) -> None:
    """Give the asked-for seat to the person in whose name it is asked for, or refuse it."""
    if request.source != SOURCE:
        return
    spot = store.hold_for_update(tx.sql, request.spot_id)
    if spot is not None and spot.entry_id == request.entry_id:
        return  # granted before: the answer is on its way
    ids = {"session_id": request.target_id, "person_id": request.person_id}
    if spot is None or spot.state is not HoldState.OPEN or spot.kind is not HoldKind.WAITLIST:
        _refuse(tx, request, "spot_closed", still_open=False, at=at)
        return
    session, kind = store.session_and_person(tx.sql, **ids)
    if session is None or session.started(at):
        store.end_hold(tx.sql, spot.hold_id, HoldState.ENDED, at=at)
        store.give_seats(tx.sql, spot.session_id)
        _refuse(tx, request, "session_started", still_open=False, at=at)
        return
    if kind is None or not may_attend(kind, session.classification):
        _refuse(tx, request, "not_eligible", still_open=True, at=at)
        return
    if not store.add_booking(tx.sql, booking_id=request.entry_id, **ids, at=at):
        _refuse(tx, request, "already_booked", still_open=True, at=at)
        return
    store.end_hold(tx.sql, spot.hold_id, HoldState.GRANTED, at=at, entry_id=request.entry_id)
    note = {"session_id": request.target_id, "person_id": request.person_id, "at": at}
    store.note_waiting(tx.sql, request.entry_id, WaitingState.GONE, **note)
    tx.emit(
        SpotGranted(
            spot_id=request.spot_id,
            entry_id=request.entry_id,
            booking_id=request.entry_id,
            granted_at=at,
            **ids,
            **_occasion(session),
        )
    )


def _refuse(
    tx: Tx,
    request: SpotRequested,
    reason: Literal["already_booked", "not_eligible", "session_started", "spot_closed"],
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
    session = _session_for_update(tx, returned.target_id)
    session = replace(session, cleared=max(session.cleared, returned.queue_version))
    store.note_queue(tx.sql, session, seats=0)
    spot = store.hold_for_update(tx.sql, returned.spot_id)
    if spot is None or spot.state is not HoldState.OPEN:
        return
    store.end_hold(tx.sql, spot.hold_id, HoldState.RETURNED, at=at)
    _free_or_ask_again(tx, session, at=at)


def hold_free_seat(tx: Tx, joined: WaitlistJoined, *, at: datetime) -> None:
    """Hold a free seat for the list that somebody has joined."""
    if joined.source != SOURCE:
        return
    session = _session_for_update(tx, joined.target_id)
    session = replace(session, demand=max(session.demand, joined.queue_version))
    note = {"session_id": joined.target_id, "person_id": joined.person_id, "at": joined.joined_at}
    store.note_waiting(tx.sql, joined.entry_id, WaitingState.WAITING, **note)
    hold = session.free > 0 and goes_to_list(session, at=at)
    store.note_queue(tx.sql, session, seats=1 if hold else 0)
    if hold:
        _hold_for_list(tx, session, 1, "seat_was_free", at=at)


def drop_waiting(tx: Tx, left: WaitlistLeft) -> None:
    """Take somebody off the roster's waiting rows."""
    if left.source == SOURCE:
        note = {"session_id": left.target_id, "person_id": left.person_id, "at": left.left_at}
        store.note_waiting(tx.sql, left.entry_id, WaitingState.GONE, **note)


def take_back_booking(tx: Tx, declined: SpotDeclined, *, at: datetime) -> None:
    """Cancel the booking of a seat that was handed back, which frees it for the next."""
    if declined.source == SOURCE:
        cancel_booking(tx, declined.booking_id, by="waitlist", at=at)


# -- the bookings screen ---------------------------------------------------------------------------


def get_roster(sql: Any, session_id: UUID) -> dict[str, Any]:
    """Give what the bookings screen shows: a header, a row for each booking, who waits.

    Source: Q14 to Q19, Q32 to Q37.
    """
    session = store.find_session(sql, session_id)
    if session is None:
        raise SessionNotFound(str(session_id))
    bookings = store.roster(sql, session_id)
    waiting = store.roster_waiting(sql, session_id, limit=ROSTER_WAITING_ROWS)
    booked = sum(row.state != BookingState.CANCELLED for row in bookings)
    rows = [row._asdict() | {"status": _STATUS[BookingState(row.state)]} for row in bookings]
    rows += [row._asdict() | {"status": "waitlisted", "booked_at": None} for row in waiting]
    return {
        "header": {
            "session": session,
            "booked": booked,
            "held": store.open_holds(sql, session_id),
            "waiting": store.count_waiting(sql, session_id),
        },
        "rows": rows,
    }


_STATUS = {BookingState.CONFIRMED: "booked", BookingState.CANCELLED: "cancelled"}
