"""A freed seat on its way to whoever is next."""

from datetime import datetime
from typing import Any
from uuid import UUID

from services.waitlist import store
from services.waitlist.actions.queues import BOOKING, named
from services.waitlist.domain import (
    EntryState,
    Queue,
    SpotState,
    after_refusal,
    choose_next,
)
from shared.contracts import Values
from shared.contracts.booking import (
    BookingCancelled,
    SpotFreed,
    SpotGranted,
    SpotRefused,
)
from shared.contracts.errors import (
    EntryNotFound,
    QueueNotFound,
)
from shared.contracts.waitlist import (
    SpotAllocated,
    SpotDeclined,
    SpotRequested,
    SpotReturned,
    WaitlistJoined,
    WaitlistLeft,
)
from shared.db import Tx


def request_freed_spot(tx: Tx, freed: BookingCancelled | SpotFreed, *, at: datetime) -> None:
    """Ask for a freed seat in the name of whoever is next, if anyone waits."""
    if freed.spot_id is None:
        return
    queue, seen = store.queue_for_spot(tx.sql, BOOKING, freed.session_id, freed.spot_id)
    if queue is None:
        raise QueueNotFound(str(freed.session_id))
    if not seen:
        _request(tx, queue, freed.spot_id, at=at)


def _request(tx: Tx, queue: Queue, spot_id: UUID, *, at: datetime) -> None:
    choice = choose_next(queue, store.head_of_queue(tx.sql, queue.queue_id), at=at)
    entry = choice.entry
    target: Values = {"spot_id": spot_id, "source": queue.source, "target_id": queue.target_id}
    decide: Values = {"reason": choice.rule.value, "at": at}
    which = (tx.writes, spot_id, queue.queue_id)
    if entry is None:
        store.keep_spot(*which, SpotState.RETURNED, entry_id=None, at=at)
        store.record_decision(*which, None, "returned", **decide)
        tx.emit(SpotReturned(**target, queue_version=queue.version, returned_at=at))
        return
    store.set_entry(tx.writes, entry.entry_id, EntryState.CLAIMING)
    store.count_change(tx.writes, queue.queue_id, joins=0, waiting=-1)
    who = entry.entry_id
    store.keep_spot(*which, SpotState.CLAIMING, entry_id=who, at=at)
    store.record_decision(*which, who, "requested", **decide)
    tx.emit(SpotRequested(**target, entry_id=who, person_id=entry.person_id, requested_at=at))


def allocate_spot(tx: Tx, granted: SpotGranted, *, at: datetime) -> None:
    """Give the seat to the person it was asked for, or hand it back if they have left."""
    entry = store.find_entry(tx.sql, granted.entry_id, lock=True)
    if entry is None:
        raise EntryNotFound(str(granted.entry_id))
    spot: Values = {"spot_id": granted.spot_id, "entry_id": granted.entry_id}
    target: Values = {"source": BOOKING, "target_id": granted.session_id}
    decide = (tx.writes, granted.spot_id, entry.queue_id, granted.entry_id)
    if entry.state == EntryState.CLAIMING:
        store.set_entry(tx.writes, granted.entry_id, EntryState.ALLOCATED, ended_at=at)
        store.set_spot(tx.writes, granted.spot_id, SpotState.ALLOCATED)
        store.record_decision(*decide, "allocated", "granted", at=at)
        tx.emit(
            SpotAllocated(
                **spot,
                **target,
                person_id=granted.person_id,
                booking_id=granted.booking_id,
                allocated_at=at,
                session_name=granted.session_name,
                starts_at=granted.starts_at,
                time_zone=granted.time_zone,
                location=granted.location,
                staff=granted.staff,
            )
        )
    elif entry.state == EntryState.LEAVING:
        store.set_entry(tx.writes, granted.entry_id, EntryState.LEFT, ended_at=at)
        store.set_spot(tx.writes, granted.spot_id, SpotState.DECLINED)
        store.record_decision(*decide, "declined", "left_meanwhile", at=at)
        tx.emit(SpotDeclined(**spot, **target, booking_id=granted.booking_id, declined_at=at))


def put_back(tx: Tx, refused: SpotRefused, *, at: datetime) -> None:
    """Put an entry back in its old place or end it, and ask for the next if the seat is open."""
    queue = store.queue_for_update(tx.sql, BOOKING, refused.session_id)
    entry = store.find_entry(tx.sql, refused.entry_id, lock=True)
    if queue is None or entry is None:
        raise EntryNotFound(str(refused.entry_id))
    spot = store.find_spot(tx.sql, refused.spot_id)
    if spot is None or (spot.state, spot.entry_id) != (SpotState.CLAIMING, refused.entry_id):
        return  # an old answer: the spot is not asked for in this name any more
    state = after_refusal(EntryState(entry.state), refused.reason)
    decide = (tx.writes, refused.spot_id, queue.queue_id, refused.entry_id)
    store.record_decision(*decide, "refused", refused.reason, at=at)
    if state is EntryState.WAITING:
        _wait_again(tx, queue, entry)
        queue = store.queue_by_id_for_update(tx.sql, queue.queue_id)
    else:
        store.set_entry(tx.writes, refused.entry_id, state, ended_at=at)
        left = named(refused.entry_id, BOOKING, refused.session_id, refused.person_id)
        tx.emit(WaitlistLeft(**left, reason=_WHY_LEFT[state], left_at=at))
    if refused.still_open:
        tx.flush()  # the next in line is read behind what was just decided
        _request(tx, queue, refused.spot_id, at=at)
    else:
        store.set_spot(tx.writes, refused.spot_id, SpotState.CLOSED)


_WHY_LEFT: dict[EntryState, Any] = {
    EntryState.HAS_BOOKING: "has_booking",
    EntryState.NOT_ELIGIBLE: "not_eligible",
    EntryState.LAPSED: "list_closed",
    EntryState.LEFT: "left",
}


def _wait_again(tx: Tx, queue: Queue, entry: Any) -> None:
    """Put an entry back in line; a new version tells booking that somebody waits after all."""
    store.set_entry(tx.writes, entry.entry_id, EntryState.WAITING)
    store.count_change(tx.writes, queue.queue_id, joins=1, waiting=1)
    joined = named(entry.entry_id, queue.source, queue.target_id, entry.person_id)
    tx.emit(WaitlistJoined(**joined, queue_version=queue.version + 1, joined_at=entry.joined_at))
