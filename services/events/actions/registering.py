"""Registering somebody for an event or for sessions of it, and changing what they chose."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from services.events import store
from services.events.actions.checkouts import open_checkout
from services.events.actions.choosing import (
    Chosen,
    Wish,
    choose,
    known_person,
    request_place,
    wanted_sessions,
)
from services.events.actions.occasions import end_registration
from services.events.actions.seats import Canceller, end_place, event_for_seats, give_up
from services.events.actions.telling import Teller
from services.events.actions.tickets import Registrar, new_registration
from services.events.domain import HOLD, Event, RegistrationState
from shared.contracts import Values
from shared.contracts.errors import (
    InvalidRequest,
    SessionFull,
    SessionNotFound,
)
from shared.contracts.event_errors import (
    AlreadyRegistered,
    EventCancelled,
    PassNotFound,
    PassRequired,
    PassSoldOut,
    RegistrationCancelledAlready,
    RegistrationNotFound,
)
from shared.db import Tx


def register(
    tx: Tx,
    event_id: UUID,
    person_id: UUID,
    wish: Wish,
    *,
    by: Registrar,
    at: datetime,
    registration_id: UUID | None = None,
    online: bool = False,
) -> Values:
    """Register a person for an event, or for the sessions they chose: all or nothing.

    With a pass that is paid for online the seats are kept for a while, and whoever pays in time is
    registered.

    Args:
        tx: the transaction.
        event_id: the event.
        person_id: the person.
        wish: what they want, and where they would wait.
        by: who registers them.
        at: now (UTC).
        registration_id: the id it is to have; None: a new one.
        online: whether cards are taken; else everything is paid at the desk.

    Returns:
        `registration_id` (None where they only wait), of each target whether they are `registered`
        or `waiting`, and where it is to be paid online the `checkout`.

    Source: D5, D6, D7, D11, D13, D22, D27, D28, D29, D33, D35.
    """
    event = event_for_seats(tx, event_id)
    if event.cancelled_at is not None:
        raise EventCancelled(event.name)
    person_id = known_person(tx, person_id, settled=True)
    sessions = wanted_sessions(tx, event, wish)
    names = {one.session_id: one.name for one in sessions} or {event_id: event.name}
    held = _choose_pass(tx, event, wish.pass_id)
    ids = registration_id or uuid4()
    registration = new_registration(ids, event_id, person_id, held, by=by, at=at)
    # First of all, for somebody who registers twice at once waits here for themselves.
    if not store.add_registration(tx.sql, registration):
        raise AlreadyRegistered(event.name)
    targets = store.targets_for_update(tx.sql, names)
    chosen = choose(targets, names, wish, event, at=at)
    reply = _take(tx, chosen, registration, names, wish, again=by != "staff", at=at)
    if not (chosen.seats or chosen.beyond):
        store.drop_registration(tx.sql, ids)
        return {"registration_id": None, "places": reply, "checkout": None}
    if held is not None and not store.sell_pass(tx.sql, held.pass_id):
        raise PassSoldOut(held.name)
    checkout = None
    if online and held is not None and held.by_card:
        kept = {"state": RegistrationState.AWAITING_PAYMENT.value, "held_until": at + HOLD}
        store.change_registration(tx.sql, ids, kept)
        checkout = open_checkout(tx, event, store.find_registration(tx.sql, ids), at=at)
    else:
        confirm(tx, event, ids, at=at)
    return {"registration_id": ids, "places": reply, "checkout": checkout}


def _choose_pass(tx: Tx, event: Event, pass_id: UUID | None) -> store.Pass | None:
    passes = {one.pass_id: one for one in store.list_passes(tx.sql, event.event_id)}
    if pass_id is None:
        if any(one.withdrawn_at is None for one in passes.values()):
            msg = f"pass_id: {event.name} is entered with one of its passes"
            raise PassRequired(msg)
        return None
    if pass_id not in passes:
        raise PassNotFound(str(pass_id))
    if passes[pass_id].withdrawn_at is not None:
        raise PassSoldOut(passes[pass_id].name)
    return passes[pass_id]  # perhaps sold out, but whoever only waits takes none


def _take(
    tx: Tx,
    chosen: Chosen,
    registration: Values,
    names: Mapping[UUID, str],
    wish: Wish,
    *,
    again: bool,
    at: datetime,
) -> list[Values]:
    """Take the seats that were chosen, and join the lists; `again`: those joined before as well."""
    reply = []
    for target in (*chosen.seats, *chosen.beyond):
        beyond = target in chosen.beyond
        if not add_place(
            tx, registration, target.target_id, overruled=wish.overrule if beyond else None, at=at
        ):
            raise AlreadyRegistered(names[target.target_id])
        if beyond:
            store.add_seat_beyond(tx.sql, target.target_id)
        elif not store.take_seat(tx.sql, target.target_id, at=at):
            raise SessionFull(names[target.target_id])
        reply.append({"target_id": target.target_id, "status": "registered", "entry_id": None})
    for target in chosen.waits:
        who = registration["person_id"]
        name = names[target.target_id]
        more: Any = {"name": name, "pass_id": wish.pass_id, "again": again}
        reply.append(request_place(tx, target, who, **more, at=at))
    return reply


def add_place(
    tx: Tx,
    registration: Mapping[str, Any],
    target_id: UUID,
    *,
    at: datetime,
    overruled: str | None = None,
    place_id: UUID | None = None,
) -> bool:
    """Give a registration a seat that is counted as taken; False where its person has one."""
    values = {
        "place_id": place_id or uuid4(),
        "registration_id": registration["registration_id"],
        "event_id": registration["event_id"],
        "target_id": target_id,
        "person_id": registration["person_id"],
        "since": at,
        "overruled": overruled,
    }
    return store.add_place(tx.sql, values)


def confirm(tx: Tx, event: Event, registration_id: UUID, *, at: datetime) -> None:
    """Note that somebody is registered, and say so."""
    confirmed = {"state": RegistrationState.CONFIRMED.value, "held_until": None}
    store.change_registration(tx.sql, registration_id, confirmed)
    row = store.find_registration(tx.sql, registration_id)
    if row is not None:
        places = store.live_places(tx.sql, registration_id)
        Teller(tx, event).confirmed(row, places, at=at)


def registration_for_update(tx: Tx, registration_id: UUID) -> tuple[Event, Any]:
    """Lock a registration, and share its event.

    Raises:
        RegistrationNotFound: there is none with this id.
    """
    found = store.find_registration(tx.sql, registration_id)
    if found is None:
        raise RegistrationNotFound(str(registration_id))
    event = event_for_seats(tx, found.event_id)
    row = store.find_registration(tx.sql, registration_id, lock=True)
    return event, row


def change_agenda(
    tx: Tx, registration_id: UUID, wish: Wish, *, by: Canceller, at: datetime
) -> Values:
    """Give somebody the agenda they want now: all of it, or nothing changes.

    Sessions they keep stay theirs; new ones are taken before old ones are given up. Source: D2, D5.
    """
    event, row = registration_for_update(tx, registration_id)
    if row.state == RegistrationState.CANCELLED:
        raise RegistrationCancelledAlready(event.name)
    sessions = wanted_sessions(tx, event, wish)
    if not event.own_agenda:
        msg = "session_ids: People register for the whole of this event."
        raise InvalidRequest(msg)
    names = {one.session_id: one.name for one in sessions}
    before = {place.target_id: place for place in store.live_places(tx.sql, registration_id)}
    added, dropped = names.keys() - before.keys(), before.keys() - names.keys()
    targets = store.targets_for_update(tx.sql, added | dropped)
    chosen = choose({one: targets[one] for one in added}, names, wish, event, at=at)
    if not (chosen.seats or chosen.beyond or before.keys() & names.keys()):
        msg = "Only sessions to wait for would be left; keep one, or cancel the registration."
        raise SessionFull(msg)
    reply = _take(tx, chosen, row._asdict(), names, wish, again=by != "staff", at=at)
    for target_id in sorted(dropped):
        end_place(tx, before[target_id], targets[target_id], by=by, at=at)
    kept = [
        {"target_id": one, "status": "registered", "entry_id": None}
        for one in sorted(before.keys() & names.keys())
    ]
    if dropped or chosen.seats or chosen.beyond:
        places = store.live_places(tx.sql, registration_id)
        Teller(tx, event).changed(row, places, at=at)
    return {"registration_id": registration_id, "places": [*kept, *reply]}


def cancel_registration(
    tx: Tx,
    registration_id: UUID,
    *,
    by: Canceller,
    at: datetime,
    session_ids: list[UUID] | None = None,
) -> None:
    """Cancel a registration, or only some of its sessions; the last one ends it.

    Each seat goes to the waiting list first, if there is one. Cancelling again changes nothing.

    Raises:
        RegistrationNotFound: as it says.
        SessionNotFound: one of the sessions is none of this event.
        InvalidRequest: sessions of a registration for the whole event.
    """
    event, row = registration_for_update(tx, registration_id)
    if row.state == RegistrationState.CANCELLED:
        return
    if session_ids is not None and not event.own_agenda:
        msg = "session_ids: This is a registration for the whole event."
        raise InvalidRequest(msg)
    known = {one.session_id for one in store.list_sessions(tx.sql, event.event_id)}
    if unknown := sorted(set(session_ids or ()) - known):
        raise SessionNotFound(str(unknown[0]))
    if row.state == RegistrationState.AWAITING_PAYMENT:
        release(tx, row, by=by, at=at)
        return
    places = store.live_places(tx.sql, registration_id)
    ending = [one for one in places if session_ids is None or one.target_id in session_ids]
    left = [one for one in places if one not in ending]
    targets = store.targets_for_update(tx.sql, [one.target_id for one in ending])
    for place in ending:
        end_place(tx, place, targets[place.target_id], by=by, at=at)
    if ending and left:
        Teller(tx, event).changed(row, left, at=at)
    elif not left:
        if by != "waitlist":  # whoever was never told of a place is not told of its end
            Teller(tx, event).ended(row, event_cancelled=False, at=at)
        end_registration(tx, row, by=by, at=at)


def release(tx: Tx, row: Any, *, by: str, at: datetime) -> None:
    """End a locked registration whose payment is awaited; nobody was told of it, nobody is now."""
    places = store.live_places(tx.sql, row.registration_id)
    targets = store.targets_for_update(tx.sql, [one.target_id for one in places])
    for place in places:
        give_up(tx, place, targets[place.target_id], by=by, at=at)
    end_registration(tx, row, by=by, at=at)
