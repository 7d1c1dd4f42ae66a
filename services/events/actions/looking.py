"""What is shown of events, registrations and lists."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from services.events import store
from services.events.domain import Event, Session, Target, overlapping, policy
from shared.contracts import Values
from shared.contracts.errors import (
    InvalidRequest,
    SessionNotFound,
)
from shared.contracts.event_errors import (
    EventNotFound,
    RegistrationNotFound,
)


def _limits(target: Target, *, at: datetime) -> Values:
    return {
        "capacity": target.capacity,
        "taken": target.taken,
        "free": None if target.capacity is None else max(0, target.capacity - target.taken),
        "full": not target.has_room,
        "counts": target.open,
        "waiting_list_size": target.waiting_list_size,
        "waiting_list_closes_at": target.closes_at,
        "may_wait": not target.has_room and target.list_is_open(at),
    }


def list_events(sql: Any, *, after: UUID | None, **wanted: Any) -> list[Event]:
    """List the events that start in a time, a page at a time."""
    last = store.find_event(sql, after) if after else None
    if after is not None and last is None:
        msg = "after: No event has this id."
        raise InvalidRequest(msg)
    return store.list_events(sql, after=last, **wanted)


def get_event(sql: Any, event_id: UUID, *, at: datetime) -> Values:
    """Give an event with its schedule, its passes, and what of it is still to be had.

    `own_agenda` is left out where passes are defined, as the setting is not shown then (D20).
    `lacking_capacity` lists the sessions that need a capacity before anybody can register (D25).
    A session that has no seat left is `full` (D26).
    """
    event = store.find_event(sql, event_id)
    if event is None:
        raise EventNotFound(str(event_id))
    targets = store.targets_of_event(sql, event_id)
    passes = store.list_passes(sql, event_id)
    has_passes = any(one.withdrawn_at is None for one in passes)
    speakers = defaultdict(list)
    for row in store.speakers_of_event(sql, event_id):
        speakers[row.session_id].append(row)
    sessions = [
        _asdict(one)
        | _limits(targets[one.session_id], at=at)
        | {"speakers": speakers[one.session_id]}
        for one in store.list_sessions(sql, event_id)
    ]
    shown = _asdict(event) | _limits(targets[event_id], at=at)
    if has_passes:
        del shown["own_agenda"]
    lacking = [
        one["session_id"]
        for one in sessions
        if event.own_agenda and event.onsite and one["capacity"] is None and not one["cancelled_at"]
    ]
    return shown | {
        "policy": policy(event.auto_register, has_passes=has_passes).value,
        "registration_level": "session" if event.own_agenda else "event",
        "registered": store.count_registrations(sql, event_id),
        "sessions": sessions,
        "passes": passes,
        "lacking_capacity": lacking,
    }


def _asdict(shown: Any) -> Values:
    return {name: getattr(shown, name) for name in shown.__dataclass_fields__}


def event_and_target(sql: Any, event_id: UUID, session_id: UUID | None) -> tuple[Event, UUID]:
    """Find an event, and what of it is asked about: a session, or the event itself."""
    event = store.find_event(sql, event_id)
    if event is None:
        raise EventNotFound(str(event_id))
    if session_id is None:
        return event, event_id
    session = store.find_session(sql, session_id)
    if session is None or session.event_id != event_id:
        raise SessionNotFound(str(session_id))
    return event, session_id


def get_session(sql: Any, session_id: UUID, *, at: datetime) -> Values:
    """Give a session with its seats and speakers."""
    session = store.find_session(sql, session_id)
    if session is None:
        raise SessionNotFound(str(session_id))
    shown = get_event(sql, session.event_id, at=at)["sessions"]
    found: Values = next(one for one in shown if one["session_id"] == session_id)
    return found


def get_registration(sql: Any, registration_id: UUID) -> Values:
    """Give a registration with its places, what its person waits for, and its payments."""
    row = store.find_registration(sql, registration_id)
    if row is None:
        raise RegistrationNotFound(str(registration_id))
    person = store.find_person(sql, row.person_id)
    places = store.live_places(sql, registration_id)
    waiting = store.waiting_of_person(sql, row.event_id, row.person_id)
    return row._asdict() | {
        "name": person.name if person else "",
        "email": person.email if person else None,
        "due_minor": max(0, row.price_minor - row.paid_minor),
        "session_ids": [one.target_id for one in places if one.target_id != row.event_id],
        "places": places,
        "waiting": waiting,
        "payments": store.list_payments(sql, registration_id),
        "refunds": store.refunds_of(sql, registration_id),
    }


def list_registrations(
    sql: Any,
    event_id: UUID,
    session_id: UUID | None,
    *,
    cancelled: bool,
    nothing_left: bool = False,
    limit: int,
    offset: int,
) -> Values:
    """List who is registered: for an event, all with a place in any part of it; for a session, its.

    With `nothing_left`, only those of whose pass every session was called off: they stay
    registered, and whether they get their money back is for staff to say.

    Where people register for the whole event, only the event has a list; where they choose, the
    event's list says which sessions each has. Who gave a session up is `cancelled` in its list.

    Source: D15, D16, D17, D29 (who was let in beyond the capacity shows), D32, D34.
    """
    event, target_id = event_and_target(sql, event_id, session_id)
    target = store.find_target(sql, target_id)
    rows: Sequence[Any] = (
        []
        if session_id is not None and not event.own_agenda
        else store.list_registrations(
            sql,
            event_id,
            session_id,
            cancelled=cancelled,
            nothing_left=nothing_left,
            limit=limit,
            offset=offset,
        )
    )
    whole = session_id is None and event.own_agenda
    have = store.places_of(sql, [row.registration_id for row in rows]) if whole else {}
    rows = [row._asdict() | {"session_ids": have.get(row.registration_id, ())} for row in rows]
    return {
        "event_id": event_id,
        "session_id": session_id,
        "registration_level": "session" if event.own_agenda else "event",
        "capacity": target.capacity if target else None,
        "taken": target.taken if target else 0,
        "full": not target.has_room if target else False,
        "over_capacity": target.over_capacity if target else False,
        "waiting": store.count_waiting(sql, target_id),
        "rows": rows,
    }


def list_waiting(
    sql: Any, event_id: UUID, session_id: UUID | None, *, limit: int, offset: int, at: datetime
) -> list[Any]:
    """List who waits for an event or a session, longest first, and who is invited."""
    _, target_id = event_and_target(sql, event_id, session_id)
    return list(store.list_waiting(sql, target_id, at=at, limit=limit, offset=offset))


def check_agenda(
    sql: Any, event_id: UUID, session_ids: Collection[UUID], person_id: UUID | None, *, at: datetime
) -> Values:
    """Say of each wanted session whether there is a seat, a list, or neither, and what overlaps.

    Looking changes nothing and keeps no seat. Source: D26, D27, D28.
    """
    event = store.find_event(sql, event_id)
    if event is None:
        raise EventNotFound(str(event_id))
    sessions = {one.session_id: one for one in store.list_sessions(sql, event_id)}
    targets = store.targets_of_event(sql, event_id)
    rows: list[Values] = []
    for session_id in dict.fromkeys(session_ids):
        if session_id not in sessions:
            raise SessionNotFound(str(session_id))
        if event.cancelled_at is not None:
            status = "cancelled"
        else:
            status = _status(sql, sessions[session_id], targets[session_id], person_id, at=at)
        name = sessions[session_id].name
        rows.append({"session_id": session_id, "name": name, "status": status})
    chosen = [sessions[row["session_id"]] for row in rows]
    pairs = [] if event.overlaps_allowed else overlapping(chosen)
    return {
        "sessions": rows,
        "overlaps": [[first.session_id, second.session_id] for first, second in pairs],
    }


def _status(
    sql: Any, session: Session, target: Target, person_id: UUID | None, *, at: datetime
) -> str:
    """Say what is to be had of a session, by a person if one is named."""
    if session.cancelled_at is not None:
        return "cancelled"
    if target.started(at):
        return "started"
    if person_id is not None and store.has_place(sql, session.session_id, person_id):
        return "registered"
    if person_id is not None and store.find_waiting(sql, session.session_id, person_id):
        return "waiting"
    if target.has_room:
        return "free"
    return "may_wait" if target.list_is_open(at) else "full"
