"""Registering for the whole event or for its sessions, and the passes that decide it.

Whoever changes either has the event's row alone, so that passes and agendas of one's own exclude
each other also where two people edit at once. Source: D19, D20, D21, Di2.
"""

from dataclasses import replace
from datetime import datetime
from uuid import UUID, uuid4

from services.events import store
from services.events.actions.seats import close_seats, event_alone, target_for_update
from services.events.actions.telling import Teller, tell_queues
from services.events.domain import Event
from shared.config import settings
from shared.contracts import Values
from shared.contracts.errors import (
    InvalidRequest,
)
from shared.contracts.event_errors import (
    PassesDefined,
    PassNotFound,
    RegistrationsExist,
)
from shared.contracts.events import SessionRegistrationDisabled
from shared.db import Tx
from shared.money import card_fault


def set_own_agenda(tx: Tx, event_id: UUID, *, own_agenda: bool, at: datetime) -> None:
    """Let registrants create their own agenda, or have them come to the whole event.

    Raises:
        PassesDefined: the event has passes (D19).
        RegistrationsExist: people are registered for the whole event, and nobody knows for which
            sessions; the other way round everybody keeps their place, in the whole event.

    Source: D2, D5, D18.
    """
    event = event_alone(tx, event_id)
    if event.own_agenda == own_agenda:
        return
    if not own_agenda:
        _register_for_the_whole(tx, event, at=at)
        return
    if store.has_passes(tx.sql, event_id):
        msg = f"{event.name} has passes, and each opens a fixed choice of sessions"
        raise PassesDefined(msg)
    if registered := store.count_registrations(tx.sql, event_id):
        msg = f"{registered} people are registered for the whole of {event.name}"
        raise RegistrationsExist(msg)
    store.change_event(tx.sql, event_id, {"own_agenda": True})
    for session in store.list_sessions(tx.sql, event_id):
        if session.cancelled_at is None:
            store.change_target(tx.sql, session.session_id, {"open": True})
    close_seats(tx, target_for_update(tx, event_id), at=at)
    tell_queues(tx, replace(event, own_agenda=True))


def _register_for_the_whole(tx: Tx, event: Event, *, at: datetime) -> None:
    """Turn agendas into registrations for the whole event; nobody loses their place.

    There may then be more people than the event has seats; until enough have cancelled, no seat
    comes free.
    """
    after = replace(event, own_agenda=False)
    store.change_event(tx.sql, event.event_id, {"own_agenda": False})
    targets = store.targets_of_event(tx.sql, event.event_id, lock=True)
    places = store.places_of_event(tx.sql, event.event_id)
    registered = store.live_registrations(tx.sql, event.event_id, lock=True)
    for target in targets.values():
        if target.target_id != event.event_id:
            close_seats(tx, target, at=at)
    ids = {"event_id": event.event_id, "target_id": event.event_id}
    for row in registered:
        for place in places.get(row.registration_id, ()):
            store.end_place(tx.sql, place.place_id, at=at, by="level", spot_id=None)
        store.add_place(
            tx.sql,
            {
                **ids,
                "place_id": uuid4(),
                "registration_id": row.registration_id,
                "person_id": row.person_id,
                "since": row.registered_at,
            },
        )
    seats = {"open": True, "taken": len(registered)}
    store.change_target(tx.sql, event.event_id, seats)
    tell_queues(tx, after)
    Teller(tx, after).everybody_changed(at=at)


def define_pass(tx: Tx, event_id: UUID, details: Values, *, at: datetime) -> Values:
    """Define a pass; where registrants created their own agenda, they no longer do.

    Returns:
        The pass, and in `session_registration_disabled` whether that was switched off by it.

    Source: D4, D11, D13, D21.
    """
    event = event_alone(tx, event_id)
    session_ids = details.pop("session_ids")
    details["currency"] = details["currency"] or settings().currency
    _check_online(details["online"], details["price_minor"], details["currency"])
    _check_sessions(tx, event_id, session_ids)
    values = {
        **details,
        "pass_id": uuid4(),
        "event_id": event_id,
        "withdrawn_at": None,
    }
    store.add_pass(tx.sql, values, session_ids)
    if event.own_agenda:
        _register_for_the_whole(tx, event, at=at)
        disabled = SessionRegistrationDisabled(
            event_id=event_id, pass_id=values["pass_id"], disabled_at=at
        )
        tx.emit(disabled)
    else:
        tell_queues(tx, event)
    return _shown(tx, values["pass_id"]) | {"session_registration_disabled": event.own_agenda}


def _check_sessions(tx: Tx, event_id: UUID, session_ids: list[UUID]) -> None:
    known = {one.session_id for one in store.list_sessions(tx.sql, event_id)}
    for session_id in session_ids:
        if session_id not in known:
            msg = f"session_ids: {session_id} is no session of this event."
            raise InvalidRequest(msg)


def _check_online(online: object, price_minor: int, currency: str) -> None:
    if online and not price_minor:
        msg = "online: Only a pass with a price can be paid for online."
        raise InvalidRequest(msg)
    if online and (fault := card_fault(price_minor, currency)):
        msg = f"price_minor: {fault}"
        raise InvalidRequest(msg)


def _shown(tx: Tx, pass_id: UUID) -> Values:
    found = store.find_pass(tx.sql, pass_id)
    if found is None:
        raise PassNotFound(str(pass_id))
    return {
        "pass_id": found.pass_id,
        "event_id": found.event_id,
        "name": found.name,
        "price_minor": found.price_minor,
        "currency": found.currency,
        "online": found.online,
        "quantity": found.quantity,
        "sold": found.sold,
        "available": found.available,
        "session_ids": sorted(found.session_ids),
        "withdrawn_at": found.withdrawn_at,
    }


def _pass_alone(tx: Tx, pass_id: UUID) -> tuple[Event, store.Pass]:
    found = store.find_pass(tx.sql, pass_id)
    if found is None:
        raise PassNotFound(str(pass_id))
    event = event_alone(tx, found.event_id)
    return event, store.find_pass(tx.sql, pass_id) or found


def change_pass(tx: Tx, pass_id: UUID, changes: Values, *, at: datetime) -> Values:
    """Change a pass; those who hold it keep it at the price they got it for.

    Where it opens other sessions than before, they are told.
    """
    event, found = _pass_alone(tx, pass_id)
    session_ids = changes.pop("session_ids", None)
    quantity = changes.get("quantity")
    if quantity is not None and quantity < found.sold:
        msg = f"quantity: {found.sold} are held already; it cannot be lower."
        raise InvalidRequest(msg)
    if changes.keys() & {"online", "price_minor"}:
        now = {"online": found.online, "price_minor": found.price_minor} | changes
        _check_online(now["online"], now["price_minor"], found.currency)
    store.change_pass(tx.sql, pass_id, changes)
    if session_ids is not None:
        _check_sessions(tx, found.event_id, session_ids)
        store.open_sessions(tx.sql, pass_id, session_ids)
        if found.session_ids != set(session_ids):
            Teller(tx, event).everybody_changed(at=at, pass_id=pass_id)
    return _shown(tx, pass_id)


def withdraw_pass(tx: Tx, pass_id: UUID, *, at: datetime) -> Values:
    """Hand a pass out no more; those who hold it keep it."""
    event, found = _pass_alone(tx, pass_id)
    if found.withdrawn_at is None:
        store.change_pass(tx.sql, pass_id, {"withdrawn_at": at})
        tell_queues(tx, event)
    return _shown(tx, pass_id)
