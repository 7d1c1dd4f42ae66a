"""What events does with events themselves."""

from dataclasses import asdict, replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from services.events import store
from services.events.actions.checkouts import close_checkouts
from services.events.actions.limits import LIMITS, change_limits, check_limits
from services.events.actions.seats import close_seats, event_alone, target_for_update
from services.events.actions.telling import Teller, tell_queue, tell_queues
from services.events.actions.venues import PLACES, located
from services.events.domain import Event, Format, RegistrationState, Target
from shared.config import settings
from shared.contracts import Values
from shared.contracts.errors import (
    InvalidRequest,
)
from shared.contracts.event_errors import (
    EventNotFound,
    OnSiteOnly,
)
from shared.db import Tx

_SHOWN = ("name", "starts_at", "ends_at", "time_zone", "location")
"""What those who are registered are told of when it changes."""


def create_event(tx: Tx, details: Values, *, at: datetime) -> UUID:
    """Set an event up; give its id.

    Source: D6, D10, D18 (basic settings first), D31.
    """
    limits = {key: details.pop(key) for key in LIMITS if key in details}
    check_times(details["starts_at"], details["ends_at"], at=at)
    details["time_zone"] = details["time_zone"] or settings().studio_time_zone
    kind: Format = details["format"]
    location, initial = located(tx, details, onsite=kind is Format.ONSITE)
    event = Event(
        **details | {"location": location},
        event_id=uuid4(),
        own_agenda=False,
        created_at=at,
    )
    _check_policy(tx, event)
    target = Target(
        target_id=event.event_id,
        event_id=event.event_id,
        starts_at=event.starts_at,
        taken=0,
        demand=0,
        cleared=0,
        sequence=0,
        open=True,
        **{"capacity": initial, **limits},
    )
    check_limits(event, target, event.name)
    store.add_event(tx.sql, event)
    store.add_target(tx.sql, target)
    tell_queue(tx, event, target, None)
    return event.event_id


def check_times(starts_at: datetime, ends_at: datetime, *, at: datetime) -> None:
    """Refuse what begins in the past or ends before it begins."""
    if starts_at <= at:
        msg = "starts_at: Must be in the future."
        raise InvalidRequest(msg)
    if ends_at <= starts_at:
        msg = "ends_at: Must be after starts_at."
        raise InvalidRequest(msg)


def _check_policy(tx: Tx, event: Event) -> None:
    if event.auto_register and store.has_passes(tx.sql, event.event_id):
        msg = "auto_register: Only for events without passes; with them, people are invited."
        raise InvalidRequest(msg)


def change_event(tx: Tx, event_id: UUID, changes: Values, *, at: datetime) -> None:
    """Change an event; seats that a higher capacity adds go to whoever waits first."""
    event = event_alone(tx, event_id)
    limits = {key: changes.pop(key) for key in LIMITS if key in changes}
    after = replace(event, **changes)
    if {"starts_at", "ends_at"} & changes.keys():
        check_times(after.starts_at, after.ends_at, at=at)
        _check_sessions_fit(tx, after)
    target = target_for_update(tx, event_id)
    if changes.keys() & {*PLACES, "location", "format"}:
        values = asdict(after) | {"location": changes.get("location", "")}
        location, initial = located(tx, values, onsite=after.onsite)
        if changes.keys() & {*PLACES, "location"}:
            after = replace(after, location=location)
            changes["location"] = location
        if target.capacity is None and initial is not None and changes.keys() & set(PLACES):
            limits.setdefault("capacity", initial)
    if "auto_register" in changes:
        _check_policy(tx, after)
    if "starts_at" in changes:
        limits["starts_at"] = after.starts_at
    check_limits(after, replace(target, **limits), after.name)
    if "format" in changes:
        _check_format(tx, after)
        changes["format"] = after.format.value
    change_limits(tx, target, limits, at=at)
    store.change_event(tx.sql, event_id, changes)
    tell_queues(tx, after)
    if any(getattr(event, key) != getattr(after, key) for key in _SHOWN):
        Teller(tx, after).everybody_changed(at=at)


def _check_sessions_fit(tx: Tx, event: Event) -> None:
    for session in store.list_sessions(tx.sql, event.event_id):
        inside = event.starts_at <= session.starts_at and session.ends_at <= event.ends_at
        if session.cancelled_at is None and not inside:
            msg = f"starts_at: {session.name} would be outside the event; move it first."
            raise InvalidRequest(msg)


def _check_format(tx: Tx, event: Event) -> None:
    """Refuse to move an event online while its sessions have seats to run out of."""
    if event.onsite:
        return
    for target in store.targets_of_event(tx.sql, event.event_id).values():
        limited = target.capacity is not None or target.waiting_list_size
        if limited and target.target_id != event.event_id:
            msg = f"format: take capacities and waiting lists from the sessions of {event.name}"
            raise OnSiteOnly(msg)


def cancel_event(tx: Tx, event_id: UUID, *, at: datetime) -> None:
    """Call an event off: nobody is registered any more, and everybody is told."""
    event = store.find_event(tx.sql, event_id, lock="alone")
    if event is None:
        raise EventNotFound(str(event_id))
    if event.cancelled_at is not None:
        return
    teller = Teller(tx, event)
    places = store.places_of_event(tx.sql, event_id)
    for row in store.live_registrations(tx.sql, event_id, lock=True):
        for place in places.get(row.registration_id, ()):
            store.end_place(tx.sql, place.place_id, at=at, by="staff", spot_id=None)
        teller.ended(row, event_cancelled=True, at=at)
        end_registration(tx, row, by="staff", at=at)
    for target in store.targets_of_event(tx.sql, event_id, lock=True).values():
        close_seats(tx, target, at=at)
    store.change_event(tx.sql, event_id, {"cancelled_at": at})
    tell_queues(tx, replace(event, cancelled_at=at))


def end_registration(tx: Tx, registration: Any, *, by: str, at: datetime) -> None:
    """Note that somebody is registered no longer; a pass they held can be had again.

    Nobody pays for it any more. What was paid goes back only when staff say so.
    """
    changes = {
        "state": RegistrationState.CANCELLED.value,
        "cancelled_at": at,
        "cancelled_by": by,
        "held_until": None,
        "sequence": registration.sequence + 1,
    }
    store.change_registration(tx.sql, registration.registration_id, changes)
    if registration.pass_id is not None:
        store.take_back_pass(tx.sql, registration.pass_id)
    close_checkouts(tx, registration.registration_id, at=at)
