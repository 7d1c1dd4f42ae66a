"""What somebody may choose of an event, and what of it is still to be had."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from services.events import store
from services.events.domain import Event, Session, Target, WaitingState, overlapping
from shared.contracts import Values
from shared.contracts.errors import (
    AlreadyWaiting,
    InvalidRequest,
    PersonNotFound,
    SessionFull,
    SessionNotFound,
    SessionStarted,
    WaitlistFull,
)
from shared.contracts.event_errors import (
    CapacityMissing,
    EventCancelled,
    EventFull,
    EventStarted,
    SessionsOverlap,
)
from shared.contracts.events import RegistrationRequested
from shared.db import Tx


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants of an event.

    Args:
        session_ids: at session level, the sessions; else none.
        or_wait: the targets they would wait for where there is no seat.
        overrule: staff's reason to go past the capacity; empty: nobody does.
        pass_id: with which pass.
    """

    session_ids: Collection[UUID] = ()
    or_wait: Collection[UUID] = ()
    overrule: str = ""
    pass_id: UUID | None = None


@dataclass(slots=True)
class Chosen:
    """What became of a wish: seats to take, seats to take beyond the capacity, lists to join."""

    seats: list[Target] = field(default_factory=list)
    beyond: list[Target] = field(default_factory=list)
    waits: list[Target] = field(default_factory=list)


def who_is(tx: Tx, person_id: UUID, *, settled: bool = False) -> Any:
    """Find what is known of a person, or of the one whose record theirs has become in the end.

    Give None where booking's word of them has not come yet: facts come in any order. `settled`
    keeps them from being merged or erased until the commit, so that what they get is not missed.
    """
    own_id = store.own_id(tx.sql, person_id, settled=settled)
    return store.find_person(tx.sql, own_id)


def known_person(tx: Tx, person_id: UUID, *, settled: bool = False) -> UUID:
    """Give the id of a person, or of the one whose record theirs has become.

    Raises:
        PersonNotFound: booking has said nothing of them, or they are to be forgotten.
    """
    found = who_is(tx, person_id, settled=settled)
    if found is None or found.erased:
        raise PersonNotFound(str(person_id))
    known: UUID = found.person_id
    return known


def wanted_sessions(tx: Tx, event: Event, wish: Wish) -> list[Session]:
    """Give the sessions that are wanted, if they are there to be had and fit together.

    Raises:
        InvalidRequest: sessions of an event people register for as a whole, or none of another; or
            they would wait for what they do not want.
        SessionNotFound, EventCancelled, SessionsOverlap: as they say.
    """
    wanted = set(wish.session_ids) if event.own_agenda else {event.event_id}
    if unknown := sorted(set(wish.or_wait) - wanted):
        msg = f"or_wait: {unknown[0]} is not among what is to be registered for."
        raise InvalidRequest(msg)
    if not event.own_agenda:
        if wish.session_ids:
            msg = "session_ids: People register for the whole of this event."
            raise InvalidRequest(msg)
        return []
    if not wish.session_ids:
        msg = "session_ids: Choose one session or more."
        raise InvalidRequest(msg)
    if wish.pass_id is not None:
        msg = "pass_id: There are no passes where registrants create their own agenda."
        raise InvalidRequest(msg)
    sessions = {one.session_id: one for one in store.list_sessions(tx.sql, event.event_id)}
    for session_id in wish.session_ids:
        if session_id not in sessions:
            raise SessionNotFound(str(session_id))
        if sessions[session_id].cancelled_at is not None:
            raise EventCancelled(sessions[session_id].name)
    chosen = [sessions[one] for one in dict.fromkeys(wish.session_ids)]
    check_overlaps(event, chosen)
    return chosen


def check_overlaps(event: Event, sessions: Collection[Session]) -> None:
    """Refuse sessions nobody can attend together, unless the event allows it."""
    if event.overlaps_allowed:
        return
    if pairs := overlapping(sessions):
        msg = "; ".join(f"{first.name} and {second.name}" for first, second in pairs)
        raise SessionsOverlap(msg)


def choose(
    targets: Mapping[UUID, Target],
    names: Mapping[UUID, str],
    wish: Wish,
    event: Event,
    *,
    at: datetime,
) -> Chosen:
    """Say how each wanted target is had: by a seat, beyond the capacity, or by waiting.

    It is all or nothing: where one has none of these, nothing is had.

    Args:
        targets: what is wanted, locked.
        names: of the targets, for people.
        wish: what they said.
        event: the event.
        at: now (UTC).

    Raises:
        SessionFull, EventFull: names what is full, and for which of them one may wait.
        SessionStarted, EventStarted, CapacityMissing: as they say.

    Source: D28, D29.
    """
    chosen, full = Chosen(), []
    for target_id, target in sorted(targets.items()):
        name = names[target_id]
        if target.started(at):
            raise (SessionStarted if event.own_agenda else EventStarted)(name)
        if event.onsite and event.own_agenda and target.capacity is None:
            msg = f"{name} has no capacity yet"
            raise CapacityMissing(msg)
        if target.has_room:
            chosen.seats.append(target)
        elif wish.overrule:
            chosen.beyond.append(target)
        elif target_id in wish.or_wait and target.list_is_open(at):
            chosen.waits.append(target)
        else:
            waitable = "one may wait for it" if target.list_is_open(at) else "no list is open"
            full.append(f"{name}: all {target.capacity} seats are taken, {waitable}")
    if full:
        raise (SessionFull if event.own_agenda else EventFull)("; ".join(full))
    return chosen


def request_place(
    tx: Tx,
    target: Target,
    person_id: UUID,
    *,
    name: str,
    pass_id: UUID | None,
    again: bool,
    at: datetime,
) -> Values:
    """Have somebody put on a list; refuse at once where the list is known to be full.

    waitlist decides; what events has heard of the list lets it say no without asking.

    Args:
        tx: the transaction.
        target: what they wait for, locked.
        person_id: who.
        name: of the target, for people.
        pass_id: the pass they want.
        again: whether who waits already is answered with their entry, and not turned down.
        at: now (UTC).

    Raises:
        AlreadyWaiting, WaitlistFull: as they say.
    """
    entry = store.find_waiting(tx.sql, target.target_id, person_id)
    if entry is not None and again:
        return {"target_id": target.target_id, "status": "waiting", "entry_id": entry.entry_id}
    if entry is not None:
        raise AlreadyWaiting(name)
    if store.count_waiting(tx.sql, target.target_id) >= target.waiting_list_size:
        msg = f"{name}: {target.waiting_list_size} people wait, and no more may"
        raise WaitlistFull(msg)
    ids: Values = {
        "entry_id": uuid4(),
        "event_id": target.event_id,
        "target_id": target.target_id,
        "person_id": person_id,
    }
    waiting = {**ids, "pass_id": pass_id, "since": at}
    store.note_waiting(tx.writes, waiting, WaitingState.REQUESTED)
    tx.emit(RegistrationRequested(**ids, requested_at=at))
    return {"target_id": target.target_id, "status": "waiting", "entry_id": ids["entry_id"]}
