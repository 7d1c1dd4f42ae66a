"""What events does with the sessions of an event."""

from dataclasses import asdict, replace
from datetime import datetime
from uuid import UUID, uuid4

from services.events import store
from services.events.actions.limits import LIMITS, change_limits, check_limits
from services.events.actions.occasions import check_times, end_registration
from services.events.actions.seats import close_seats, event_alone, target_for_update
from services.events.actions.telling import Teller, target_name, tell_queue
from services.events.actions.venues import PLACES, known_speakers, located
from services.events.domain import Event, Session, Target
from shared.contracts import Values
from shared.contracts.errors import (
    InvalidRequest,
    SessionNotFound,
)
from shared.contracts.event_errors import (
    EventCancelled,
)
from shared.db import Tx

_SHOWN = ("name", "starts_at", "ends_at", "location")


def add_session(tx: Tx, event_id: UUID, details: Values, *, at: datetime) -> UUID:
    """Put a session on an event's schedule; give its id.

    Its capacity starts as that of the most specific of its venues that has one; where registrants
    create their own agenda, it must have one. Source: D18, D23, D24, D31.
    """
    event = event_alone(tx, event_id)
    limits = {key: details.pop(key) for key in LIMITS if key in details}
    speaker_ids = details.pop("speaker_ids", [])
    known_speakers(tx, speaker_ids)
    location, initial = located(tx, details, onsite=event.onsite)
    session = Session(
        **details | {"location": location}, session_id=uuid4(), event_id=event.event_id
    )
    _check_fits(event, session, at=at)
    target = Target(
        target_id=session.session_id,
        event_id=event.event_id,
        starts_at=session.starts_at,
        taken=0,
        demand=0,
        cleared=0,
        sequence=0,
        open=event.own_agenda,
        **{"capacity": initial, **limits},
    )
    check_limits(event, target, session.name)
    store.add_session(tx.sql, session)
    store.add_target(tx.sql, target)
    store.set_speakers(tx.sql, session.session_id, speaker_ids)
    tell_queue(tx, event, target, session)
    return session.session_id


def _check_fits(event: Event, session: Session, *, at: datetime) -> None:
    check_times(session.starts_at, session.ends_at, at=at)
    if session.starts_at < event.starts_at or session.ends_at > event.ends_at:
        msg = f"starts_at: {session.name} has to be within the event."
        raise InvalidRequest(msg)


def session_alone(tx: Tx, session_id: UUID) -> tuple[Event, Session]:
    """Find a session that is about to change, with its event locked.

    Raises:
        SessionNotFound, EventCancelled: as they say.
    """
    found = store.find_session(tx.sql, session_id)
    if found is None:
        raise SessionNotFound(str(session_id))
    event = event_alone(tx, found.event_id)
    session = store.find_session(tx.sql, session_id)
    if session is None or session.cancelled_at is not None:
        raise EventCancelled(found.name)
    return event, session


def change_session(tx: Tx, session_id: UUID, changes: Values, *, at: datetime) -> UUID:
    """Change a session; give its event's id. Source: D25, D30, D31."""
    event, session = session_alone(tx, session_id)
    limits = {key: changes.pop(key) for key in LIMITS if key in changes}
    speaker_ids = changes.pop("speaker_ids", None)
    after = replace(session, **changes)
    if {"starts_at", "ends_at"} & changes.keys():
        _check_fits(event, after, at=at)
    target = target_for_update(tx, session_id)
    if changes.keys() & {*PLACES, "location"}:
        values = asdict(after) | {"location": changes.get("location", "")}
        location, initial = located(tx, values, onsite=event.onsite)
        after = replace(after, location=location)
        changes["location"] = location
        if target.capacity is None and initial is not None:
            limits.setdefault("capacity", initial)
    if "starts_at" in changes:
        limits["starts_at"] = after.starts_at
    if limits:
        check_limits(event, replace(target, **limits), target_name(event, after))
    target = change_limits(tx, target, limits, at=at)
    store.change_session(tx.sql, session_id, changes)
    if speaker_ids is not None:
        known_speakers(tx, speaker_ids)
        store.set_speakers(tx.sql, session_id, speaker_ids)
    tell_queue(tx, event, target, after)
    if any(getattr(session, key) != getattr(after, key) for key in _SHOWN):
        Teller(tx, event).everybody_changed(at=at, session_id=session_id)
    return event.event_id


def cancel_session(tx: Tx, session_id: UUID, *, at: datetime) -> UUID:
    """Call a session off; give its event's id.

    Whoever had chosen only this one is registered no longer; the others are told what is left.
    """
    found = store.find_session(tx.sql, session_id)
    if found is None:
        raise SessionNotFound(str(session_id))
    if found.cancelled_at is not None:
        return found.event_id
    event, session = session_alone(tx, session_id)
    store.change_session(tx.sql, session_id, {"cancelled_at": at})
    teller = Teller(tx, event)
    places = store.places_of_event(tx.sql, event.event_id)
    for row in store.live_registrations(tx.sql, event.event_id, lock=True):
        own = places.get(row.registration_id, [])
        left = [place for place in own if place.target_id != session_id]
        if not teller.concerned(row, own, session_id):
            continue
        for place in own:
            if place.target_id == session_id:
                store.end_place(tx.sql, place.place_id, at=at, by="staff", spot_id=None)
        gone = teller.called_off(row, left, session)
        if left:
            teller.changed(row, left, called_off=gone, at=at)
        else:
            teller.ended(row, event_cancelled=False, called_off=gone, at=at)
            end_registration(tx, row, by="staff", at=at)
    target = target_for_update(tx, session_id)
    close_seats(tx, target, at=at)
    tell_queue(tx, event, replace(target, open=False), session)
    return event.event_id
