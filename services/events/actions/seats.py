"""What every way a seat changes hands has in common.

Locks are taken in one order everywhere: the event's row (shared by those who take and free seats,
alone by those who change the event), a person, a registration, targets by id, a spot, a pass.
"""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID, uuid4

from services.events import store
from services.events.domain import (
    Event,
    SpotState,
    Target,
    WaitingState,
    asked_again,
    goes_to_list,
)
from shared.contracts import Values
from shared.contracts.errors import (
    SessionNotFound,
)
from shared.contracts.event_errors import (
    EventCancelled,
    EventNotFound,
)
from shared.contracts.events import EventSpotFreed, RegistrationCancelled
from shared.contracts.waitlist import SpotRequested, WaitlistJoined, WaitlistLeft
from shared.db import Tx

Reason = Literal["capacity_raised", "hold_ended", "seat_was_free", "list_asked_again"]
Canceller = Literal["staff", "link", "waitlist"]


def event_for_seats(tx: Tx, event_id: UUID) -> Event:
    """Find an event and keep it from changing until the commit; others may do so as well.

    Raises:
        EventNotFound: there is none with this id.
    """
    event = store.find_event(tx.sql, event_id, lock="share")
    if event is None:
        raise EventNotFound(str(event_id))
    return event


def event_alone(tx: Tx, event_id: UUID) -> Event:
    """Find an event that is about to change; nobody takes or frees its seats meanwhile.

    Raises:
        EventNotFound: there is none with this id.
        EventCancelled: it does not take place, so nothing of it changes any more.
    """
    event = store.find_event(tx.sql, event_id, lock="alone")
    if event is None:
        raise EventNotFound(str(event_id))
    if event.cancelled_at is not None:
        raise EventCancelled(event.name)
    return event


def target_for_update(tx: Tx, target_id: UUID) -> Target:
    """Lock the seats of an event or session until the commit.

    Raises:
        SessionNotFound: there are none.
    """
    target = store.target_for_update(tx.sql, target_id)
    if target is None:
        raise SessionNotFound(str(target_id))
    return target


def keep_spots(tx: Tx, target: Target, spot_ids: list[UUID], *, at: datetime) -> None:
    """Hold seats for the list; they lapse at the start, and never before."""
    store.add_spots(
        tx.writes,
        spot_ids,
        event_id=target.event_id,
        target_id=target.target_id,
        at=at,
        until=target.starts_at,
    )


def hold_for_list(tx: Tx, target: Target, seats: int, reason: Reason, *, at: datetime) -> None:
    """Hold seats that are counted as taken for the list, and tell it."""
    spot_ids = [uuid4() for _ in range(seats)]
    keep_spots(tx, target, spot_ids, at=at)
    for spot_id in spot_ids:
        tx.emit(
            EventSpotFreed(
                spot_id=spot_id,
                event_id=target.event_id,
                target_id=target.target_id,
                reason=reason,
                freed_at=at,
            )
        )


def free_or_ask_again(tx: Tx, target: Target, *, at: datetime) -> None:
    """Free a seat for everyone, or, if somebody has joined meanwhile, for the list again."""
    if asked_again(target) and goes_to_list(target, at=at):
        hold_for_list(tx, target, 1, "list_asked_again", at=at)
    else:
        store.give_seats(tx.sql, target.target_id)


def end_place(tx: Tx, place: Any, target: Target, *, by: Canceller, at: datetime) -> None:
    """Take somebody's seat from them; it goes to the waiting list first, if there is one.

    Args:
        tx: the transaction.
        place: the live place.
        target: whose seat it is, locked and as it is now.
        by: who gave it up.
        at: now (UTC).
    """
    spot_id = uuid4() if goes_to_list(target, at=at) else None
    store.end_place(tx.sql, place.place_id, at=at, by=by, spot_id=spot_id)
    if spot_id is None:
        store.give_seats(tx.sql, target.target_id)
    else:
        keep_spots(tx, target, [spot_id], at=at)
    tx.emit(
        RegistrationCancelled(
            registration_id=place.registration_id,
            event_id=place.event_id,
            target_id=place.target_id,
            person_id=place.person_id,
            spot_id=spot_id,
            cancelled_at=at,
            cancelled_by=by,
        )
    )


def give_up(tx: Tx, place: Any, target: Target, *, by: str, at: datetime) -> None:
    """Free a seat that was kept for somebody who has not paid; the waiting list comes first.

    Args:
        tx: the transaction.
        place: the live place.
        target: whose seat it is, locked and as it is now.
        by: why it ended.
        at: now (UTC).
    """
    store.end_place(tx.sql, place.place_id, at=at, by=by, spot_id=None)
    if goes_to_list(target, at=at):
        hold_for_list(tx, target, 1, "hold_ended", at=at)
    else:
        store.give_seats(tx.sql, target.target_id)


def close_seats(tx: Tx, target: Target, *, at: datetime) -> None:
    """Count seats here no longer: whatever was on its way to the list ends."""
    for spot in store.open_spots(tx.sql, target.event_id):
        if spot.target_id == target.target_id:
            store.end_spot(tx.writes, spot.spot_id, SpotState.ENDED, at=at)
    store.change_target(tx.sql, target.target_id, {"open": False, "taken": 0})


def note_entry(
    tx: Tx,
    heard: WaitlistJoined | WaitlistLeft | SpotRequested,
    event_id: UUID,
    state: WaitingState,
    *,
    at: datetime,
) -> None:
    """Note what has been heard of somebody who waits."""
    values: Values = {
        "entry_id": heard.entry_id,
        "event_id": event_id,
        "target_id": heard.target_id,
        "person_id": heard.person_id,
        "since": at,
    }
    store.note_waiting(tx.writes, values, state)
