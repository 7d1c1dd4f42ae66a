"""Giving a freed seat to the person in whose name the waiting list asks for it."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from services.events import store
from services.events.actions.choosing import who_is
from services.events.actions.registering import add_place
from services.events.actions.seats import (
    event_for_seats,
    note_entry,
    target_for_update,
)
from services.events.actions.telling import speaker_names, target_name
from services.events.actions.tickets import held_columns, new_registration
from services.events.domain import (
    Event,
    Session,
    SpotState,
    Target,
    WaitingState,
    overlapping,
)
from shared.contracts import Values
from shared.contracts.errors import (
    PersonNotFound,
)
from shared.contracts.events import EventSpotGranted, EventSpotRefused
from shared.contracts.waitlist import (
    SpotRequested,
)
from shared.db import Tx

SOURCE = "events"
_BY_HAND = "given by hand from the waiting list"
Refusal = Literal["already_booked", "not_eligible", "session_started", "spot_closed"]


def grant_spot(tx: Tx, request: SpotRequested, *, at: datetime) -> None:
    """Give the asked-for seat to the person in whose name it is asked for, or refuse it.

    Source: D43.
    """
    if request.source != SOURCE:
        return
    spot = store.find_spot(tx.sql, request.spot_id)
    if spot is not None and spot.entry_id == request.entry_id:
        return  # granted before: the answer is on its way
    by_hand = spot is None and request.overruled
    open_ = spot is not None and spot.state is SpotState.OPEN
    found = store.find_target(tx.sql, request.target_id)
    if found is None or not (by_hand or open_):
        event_id = found.event_id if found else request.target_id
        _refuse(tx, request, event_id, "spot_closed", still_open=False, at=at)
        return
    event = event_for_seats(tx, found.event_id)
    registration, is_new = _registration_for(tx, event, request, at=at)
    target = target_for_update(tx, found.target_id)
    spot = store.find_spot(tx.sql, request.spot_id, lock=True)
    why = _why_not(tx, event, target, request, registration, at=at)
    if not by_hand and (spot is None or spot.state is not SpotState.OPEN):
        why = "spot_closed"
    if why is None and is_new and registration is not None:
        # After the seats, as everywhere: who registers has them when they take a pass.
        why = _take_pass(tx, event, request, registration)
    if why is None and registration is not None:
        _grant(tx, event, target, request, registration, by_hand=by_hand, at=at)
        return
    if is_new and registration is not None:
        store.drop_registration(tx.sql, registration["registration_id"])
    if why == "session_started" and spot is not None:
        store.end_spot(tx.writes, spot.spot_id, SpotState.ENDED, at=at)
        store.give_seats(tx.sql, target.target_id)
    still_open = not by_hand and why in {"already_booked", "not_eligible"}
    _refuse(tx, request, event.event_id, why or "not_eligible", still_open=still_open, at=at)


def _registration_for(
    tx: Tx, event: Event, request: SpotRequested, *, at: datetime
) -> tuple[Values | None, bool]:
    """Give the person's live registration, or a new one, which has no pass yet.

    Raises:
        PersonNotFound: booking's word of them has not come yet; the bus tries again, and at last
            keeps the request for an operator.
    """
    person = who_is(tx, request.person_id, settled=True)
    if person is None:
        # To refuse them would end their wait, and they may only not have been told of yet.
        raise PersonNotFound(str(request.person_id))
    if person.erased:
        return None, False
    person_id = person.person_id
    found = store.live_registration(tx.sql, event.event_id, person_id, lock=True)
    if found is not None:
        return found._asdict(), False
    values = new_registration(
        request.entry_id, event.event_id, person_id, None, by="waitlist", at=at
    )
    if store.add_registration(tx.sql, values):
        return values, True
    # Somebody who gave the entry's place up, or registers themselves in this instant.
    found = store.live_registration(tx.sql, event.event_id, person_id, lock=True)
    return (found._asdict() if found else None), False


def _take_pass(
    tx: Tx, event: Event, request: SpotRequested, registration: Values
) -> Refusal | None:
    """Take a pass for somebody from the list: the one they wanted, and no dearer one for it.

    Only who named none, or one that is handed out no more, gets the first there is.
    """
    entry = store.find_entry(tx.sql, request.entry_id)
    wanted = entry.pass_id if entry else None
    passes = [one for one in store.list_passes(tx.sql, event.event_id) if one.withdrawn_at is None]
    named = [one for one in passes if one.pass_id == wanted]
    for one in named or passes:
        if store.sell_pass(tx.sql, one.pass_id):
            store.change_registration(tx.sql, registration["registration_id"], held_columns(one))
            return None
    return "not_eligible" if passes else None


def _why_not(
    tx: Tx,
    event: Event,
    target: Target,
    request: SpotRequested,
    registration: Values | None,
    *,
    at: datetime,
) -> Refusal | None:
    if target.started(at) or not target.open:
        return "session_started"
    if registration is None:
        return "not_eligible"
    has_place = store.has_place(tx.sql, target.target_id, registration["person_id"])
    # By its id, an entry gets one place: who gave that up has to join anew.
    if has_place or store.find_place(tx.sql, request.entry_id) is not None:
        return "already_booked"
    if event.own_agenda and not event.overlaps_allowed:
        places = store.live_places(tx.sql, registration["registration_id"])
        ids = {place.target_id for place in places} | {target.target_id}
        sessions = store.list_sessions(tx.sql, event.event_id)
        overlap = overlapping(one for one in sessions if one.session_id in ids)
        return "not_eligible" if overlap else None
    return None


def _grant(
    tx: Tx,
    event: Event,
    target: Target,
    request: SpotRequested,
    registration: Values,
    *,
    by_hand: bool,
    at: datetime,
) -> None:
    """Give the seat that was held; by hand, one that is free or one beyond the capacity (D29)."""
    entry_id, target_id = request.entry_id, target.target_id
    beyond = _BY_HAND if by_hand and not target.has_room else None
    add_place(tx, registration, target_id, place_id=entry_id, overruled=beyond, at=at)
    if by_hand:
        ids = {"event_id": event.event_id, "target_id": target_id, "entry_id": entry_id}
        store.add_granted_spot(tx.writes, request.spot_id, **ids, at=at)
        store.add_seat_beyond(tx.sql, target_id)
    else:
        store.end_spot(tx.writes, request.spot_id, SpotState.GRANTED, at=at, entry_id=entry_id)
    note_entry(tx, request, event.event_id, WaitingState.GONE, at=at)
    session = store.find_session(tx.sql, target_id)
    tx.emit(
        EventSpotGranted(
            spot_id=request.spot_id,
            entry_id=entry_id,
            registration_id=registration["registration_id"],
            event_id=event.event_id,
            target_id=target_id,
            person_id=registration["person_id"],
            granted_at=at,
            **_occasion(tx, event, target, session),
        )
    )


def _occasion(tx: Tx, event: Event, target: Target, session: Session | None) -> Values:
    return {
        "session_name": target_name(event, session),
        "starts_at": target.starts_at,
        "ends_at": session.ends_at if session else event.ends_at,
        "time_zone": event.time_zone,
        "location": (session.location if session else "") or event.location,
        "staff": speaker_names(store.speakers_of_event(tx.sql, event.event_id), target),
    }


def _refuse(
    tx: Tx,
    request: SpotRequested,
    event_id: UUID,
    reason: Refusal,
    *,
    still_open: bool,
    at: datetime,
) -> None:
    tx.emit(
        EventSpotRefused(
            spot_id=request.spot_id,
            entry_id=request.entry_id,
            event_id=event_id,
            target_id=request.target_id,
            person_id=request.person_id,
            reason=reason,
            still_open=still_open,
            refused_at=at,
        )
    )
