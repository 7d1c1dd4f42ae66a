"""A freed seat between events and the waiting list, in the protocol booking keeps as well."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from services.events import store
from services.events.actions.granting import SOURCE
from services.events.actions.registering import cancel_registration
from services.events.actions.seats import (
    event_for_seats,
    free_or_ask_again,
    hold_for_list,
    note_entry,
    target_for_update,
)
from services.events.domain import (
    PlaceState,
    SpotState,
    Target,
    WaitingState,
    goes_to_list,
)
from shared.contracts.errors import (
    SessionNotFound,
    SpotNotFound,
)
from shared.contracts.waitlist import (
    OfferClosed,
    SpotDeclined,
    SpotOffered,
    SpotReturned,
    WaitlistJoined,
    WaitlistLeft,
)
from shared.db import Tx


def _target_of(tx: Tx, target_id: UUID) -> Target:
    """Lock a target, sharing its event first."""
    found = store.find_target(tx.sql, target_id)
    if found is None:
        raise SessionNotFound(str(target_id))
    event_for_seats(tx, found.event_id)
    return target_for_update(tx, target_id)


def free_returned_seat(tx: Tx, returned: SpotReturned, *, at: datetime) -> None:
    """Free the seat nobody waits for, unless somebody has joined in the meantime.

    What the list has cleared is noted even where the spot is closed: else a join that came before
    an old "nobody waits" could be taken for one that came after it.
    """
    if returned.source != SOURCE:
        return
    target = _target_of(tx, returned.target_id)
    target = replace(target, cleared=max(target.cleared, returned.queue_version))
    store.note_queue(tx.sql, target, seats=0)
    spot = store.find_spot(tx.sql, returned.spot_id, lock=True)
    if spot is None or spot.state is not SpotState.OPEN:
        return
    store.end_spot(tx.writes, spot.spot_id, SpotState.RETURNED, at=at)
    free_or_ask_again(tx, target, at=at)


def hold_free_seat(tx: Tx, joined: WaitlistJoined, *, at: datetime) -> None:
    """Hold the free seats there are takers for, for the list that somebody has joined."""
    if joined.source != SOURCE:
        return
    target = _target_of(tx, joined.target_id)
    target = replace(target, demand=max(target.demand, joined.queue_version))
    note_entry(tx, joined, target.event_id, WaitingState.WAITING, at=joined.joined_at)
    room = joined.seats if target.capacity is None else target.capacity - target.taken
    seats = max(0, min(room, joined.seats)) if goes_to_list(target, at=at) else 0
    store.note_queue(tx.sql, target, seats=seats)
    if seats:
        hold_for_list(tx, target, seats, "seat_was_free", at=at)


def drop_waiting(tx: Tx, left: WaitlistLeft) -> None:
    """Count somebody among those who wait no longer."""
    if left.source != SOURCE:
        return
    target = store.find_target(tx.sql, left.target_id)
    event_id = target.event_id if target else left.target_id
    note_entry(tx, left, event_id, WaitingState.GONE, at=left.left_at)


def note_offer(tx: Tx, offered: SpotOffered) -> None:
    """Count somebody among the invited. Source: D42, D44."""
    if offered.source == SOURCE:
        ids = (offered.offer_id, offered.entry_id)
        store.keep_offer(tx.writes, *ids, offered.answer_by, closed=False)


def close_offer(tx: Tx, closed: OfferClosed) -> None:
    """Count somebody among the invited no longer."""
    if closed.source == SOURCE:
        store.keep_offer(tx.writes, closed.offer_id, closed.entry_id, None, closed=True)


def take_back_place(tx: Tx, declined: SpotDeclined, *, at: datetime) -> None:
    """Cancel the place of a seat that was handed back, which frees it for the next."""
    if declined.source != SOURCE:
        return
    place = store.find_place(tx.sql, declined.entry_id)
    if place is None or place.state != PlaceState.LIVE:
        return
    event = event_for_seats(tx, place.event_id)
    only = [place.target_id] if event.own_agenda else None
    cancel_registration(tx, place.registration_id, session_ids=only, by="waitlist", at=at)


def close_spot(tx: Tx, spot_id: UUID, *, at: datetime) -> str:
    """Take a spot back from the waiting list, by an operator's decision; give its state.

    The seat goes to the list again if somebody has joined that the list has not cleared.
    """
    found = store.find_spot(tx.sql, spot_id)
    if found is None:
        raise SpotNotFound(str(spot_id))
    target = _target_of(tx, found.target_id)
    spot = store.find_spot(tx.sql, spot_id, lock=True) or found
    if spot.state is not SpotState.OPEN:
        return spot.state.value
    store.end_spot(tx.writes, spot_id, SpotState.ENDED, at=at)
    free_or_ask_again(tx, target, at=at)
    return SpotState.ENDED.value


def end_lapsed_spots(tx: Tx, *, at: datetime, limit: int = 100) -> int:
    """End the spots whose event or session has started; give how many there were."""
    ended = 0
    for row in store.lapsed_spots(tx.sql, at=at, limit=limit):
        target = _target_of(tx, row.target_id)
        spot = store.find_spot(tx.sql, row.spot_id, lock=True)
        if spot is not None and spot.state is SpotState.OPEN:
            store.end_spot(tx.writes, spot.spot_id, SpotState.ENDED, at=at)
            store.give_seats(tx.sql, target.target_id)
            ended += 1
    return ended
