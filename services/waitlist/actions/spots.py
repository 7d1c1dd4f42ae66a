"""A freed seat on its way to whoever is next."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from services.waitlist import store
from services.waitlist.actions.deciding import serve
from services.waitlist.actions.handing import claim_again
from services.waitlist.actions.targets import (
    AnyFreed,
    AnyGranted,
    AnyRefused,
    answered_target,
    cause_of,
    freed_target,
    granted_id,
    granted_occasion,
    named,
    occasion,
)
from services.waitlist.domain import (
    BEFORE_ALL,
    EntryState,
    GroupRule,
    Queue,
    Spot,
    SpotState,
    after_refusal,
)
from shared.contracts import Values
from shared.contracts.errors import (
    EntryNotFound,
    QueueNotFound,
)
from shared.contracts.waitlist import (
    SpotAllocated,
    SpotDeclined,
    WaitlistLeft,
)
from shared.db import Tx

CLAIMED = (SpotState.CLAIMING, SpotState.HANDING_BACK)


def request_freed_spot(tx: Tx, freed: AnyFreed, *, at: datetime) -> None:
    """Ask for a freed seat in the name of whoever is next, if anyone waits."""
    if freed.spot_id is None:
        return
    target = freed_target(freed)
    queue, seen = store.queue_for_spot(tx.sql, target.source, target.target_id, freed.spot_id)
    if queue is None:
        raise QueueNotFound(str(target.target_id))
    if not seen:
        serve(tx, queue, [Spot(freed.spot_id, BEFORE_ALL, at, cause=cause_of(freed))], at=at)


# -- granted ------------------------------------------------------------------------------------


def allocate_spot(tx: Tx, granted: AnyGranted, *, at: datetime) -> None:
    """Give the seat to the person it was asked for, or hand it back if they have left."""
    ids = (granted.entry_id, granted.spot_id)
    queue, entry = None, store.entry_for_spot(tx.sql, *ids, single=True)
    if entry is None:
        target = answered_target(granted)
        queue = store.queue_for_update(tx.sql, target.source, target.target_id)
        entry = store.entry_for_spot(tx.sql, *ids)
    if entry is None:
        raise EntryNotFound(str(granted.entry_id))
    if entry.spot_entry_id != granted.entry_id or entry.spot_state not in CLAIMED:
        return  # heard before
    if queue is not None:
        _allocate_to_group(tx, queue, entry, granted, at=at)
    elif entry.state == EntryState.CLAIMING:
        store.note_grant(tx.writes, granted.entry_id, EntryState.ALLOCATED, ended_at=at)
        _tell(tx, entry, granted, [], at=at)
    elif entry.state == EntryState.LEAVING:
        store.take_back(tx.writes, granted.entry_id, EntryState.LEFT, spots=1, ended_at=at)
        _hand_back(tx, entry, granted, at=at)


def _allocate_to_group(
    tx: Tx, queue: Queue, entry: Any, granted: AnyGranted, *, at: datetime
) -> None:
    """Note one of a group's seats; tell them when they have all, or of each as it comes.

    The queue is locked, and with it all that becomes of a group.
    """
    if entry.spot_state == SpotState.HANDING_BACK:
        _seat_back(tx, queue, entry, at=at)
        _hand_back(tx, entry, granted, at=at)
        return
    complete = entry.granted + 1 == entry.quantity
    state = EntryState.ALLOCATED if complete else EntryState(entry.state)
    store.note_grant(tx.writes, entry.entry_id, state, ended_at=at if complete else None)
    if complete or queue.group_rule is GroupRule.SPLIT:
        before = store.spots_of(tx.sql, entry.entry_id, SpotState.GRANTED)
        _tell(tx, entry, granted, before, at=at)
    else:
        _note(tx, entry, granted, SpotState.GRANTED, "granted", "the_group_wants_more", at=at)


def _note(
    tx: Tx,
    entry: Any,
    granted: AnyGranted,
    state: SpotState,
    outcome: str,
    reason: str,
    *,
    at: datetime,
) -> None:
    store.note_booking(tx.writes, granted.spot_id, state, granted_id(granted), at=at)
    which = (granted.spot_id, entry.queue_id, entry.entry_id)
    store.record_decision(tx.writes, *which, outcome, reason, at=at)


def _tell(tx: Tx, entry: Any, granted: AnyGranted, before: Any, *, at: datetime) -> None:
    """Say that somebody has a seat, and with it those granted before to their group."""
    _note(tx, entry, granted, SpotState.ALLOCATED, "allocated", "granted", at=at)
    for spot in before:
        store.set_spot(tx.writes, spot.spot_id, SpotState.ALLOCATED, at=at)
        which = (spot.spot_id, entry.queue_id, entry.entry_id)
        store.record_decision(tx.writes, *which, "allocated", "granted", at=at)
    target = answered_target(granted)
    tx.emit(
        SpotAllocated(
            spot_id=granted.spot_id,
            entry_id=granted.entry_id,
            source=target.source,
            target_id=target.target_id,
            person_id=granted.person_id,
            booking_id=before[0].booking_id if before else granted_id(granted),
            allocated_at=at,
            seats=len(before) + 1,
            **granted_occasion(granted),
        )
    )


def _hand_back(tx: Tx, entry: Any, granted: AnyGranted, *, at: datetime) -> None:
    _note(tx, entry, granted, SpotState.DECLINED, "declined", "left_meanwhile", at=at)
    target = answered_target(granted)
    ids: Values = {"spot_id": granted.spot_id, "entry_id": granted.entry_id}
    ids |= {"source": target.source, "target_id": target.target_id}
    tx.emit(SpotDeclined(**ids, booking_id=granted_id(granted), declined_at=at))


# -- refused ------------------------------------------------------------------------------------


def put_back(tx: Tx, refused: AnyRefused, *, at: datetime) -> None:
    """Put an entry back in its old place or end it, and ask for the next if the seat is open."""
    target = answered_target(refused)
    queue = store.queue_for_update(tx.sql, target.source, target.target_id)
    entry = store.find_entry(tx.sql, refused.entry_id, lock=True)
    if queue is None or entry is None:
        raise EntryNotFound(str(refused.entry_id))
    row = store.find_spot(tx.sql, refused.spot_id)
    if row is None or row.entry_id != refused.entry_id or row.state not in CLAIMED:
        return  # an old answer: the spot is not asked for in this name any more
    store.record_decision(
        tx.writes, row.spot_id, queue.queue_id, entry.entry_id, "refused", refused.reason, at=at
    )
    queue, stays = _after_refusal(tx, queue, entry, row, refused, at=at)
    spot = Spot(row.spot_id, row.passed_to, row.seen_at, row.overruled, row.cause)
    if not refused.still_open:
        store.keep_spot(tx.writes, spot, queue.queue_id, SpotState.CLOSED, at=at)
        fresh = []
    else:
        passed_to = max(row.passed_to, entry.position) if stays else row.passed_to
        fresh = [replace(spot, passed_to=passed_to)]
    if fresh or queue.pooled:
        tx.flush()  # the next in line is read behind what was just decided
        serve(tx, store.queue_by_id(tx.sql, queue.queue_id), fresh, at=at)


def _after_refusal(
    tx: Tx, queue: Queue, entry: Any, spot: Any, refused: AnyRefused, *, at: datetime
) -> tuple[Queue, bool]:
    """Say where an entry stands now; give the queue, and whether the entry stays on the list."""
    state = EntryState(entry.state)
    if spot.state == SpotState.HANDING_BACK:
        return _seat_back(tx, queue, entry, at=at), False
    new = after_refusal(state, refused.reason)
    if new is EntryState.WAITING and queue.over(at):
        new = EntryState.LAPSED  # nobody waits on a list that has closed
    if new is EntryState.WAITING:
        if state is EntryState.CLAIMING:
            store.count_change(tx.writes, queue.queue_id, joins=0, waiting=1)
        given = 0
        if refused.reason == "not_paid":
            given = release_seats(tx, queue, entry, without=spot.spot_id, at=at)
            store.note_passed(tx.writes, entry.entry_id, refused.reason, at=at)
        else:
            queue = claim_again(tx, queue, entry)
        store.take_back(tx.writes, entry.entry_id, new, spots=1 + given, given=given)
        return queue, True
    if state is EntryState.WAITING:
        store.count_change(tx.writes, queue.queue_id, joins=0, waiting=-1)
    given = release_seats(tx, queue, entry, without=spot.spot_id, at=at)
    store.take_back(tx.writes, entry.entry_id, new, spots=1 + given, given=given, ended_at=at)
    left = {**named(queue, entry), **occasion(queue)}
    tx.emit(WaitlistLeft(**left, reason=_WHY_LEFT[new], left_at=at))
    return queue, False


def _seat_back(tx: Tx, queue: Queue, entry: Any, *, at: datetime) -> Queue:
    """Note that a seat a group gave up while it was asked for is not asked for any more."""
    state, ended = EntryState(entry.state), entry.ended_at
    if state in {EntryState.CLAIMING, EntryState.WAITING}:  # it is on the list for all its seats
        store.count_change(
            tx.writes, queue.queue_id, joins=0, waiting=int(state is EntryState.CLAIMING)
        )
        # No new claim: it was passed over for what it could not pay, and waits for other seats.
        state = EntryState.WAITING
    elif state is EntryState.LEAVING and entry.asked == 1:
        state, ended = EntryState.LEFT, at
    store.take_back(tx.writes, entry.entry_id, state, spots=1, ended_at=ended)
    return queue


_WHY_LEFT: dict[EntryState, Any] = {
    EntryState.HAS_BOOKING: "has_booking",
    EntryState.NOT_ELIGIBLE: "not_eligible",
    EntryState.LAPSED: "list_closed",
    EntryState.LEFT: "left",
}


def release_seats(
    tx: Tx, queue: Queue, entry: Any, *, without: UUID | None = None, at: datetime
) -> int:
    """Give up the seats of a group that it has not been told of; give how many were granted.

    Those still asked for are handed back as soon as they are granted.
    """
    if entry.quantity == 1:
        return 0
    given = 0
    for spot in store.spots_of(tx.sql, entry.entry_id, SpotState.GRANTED, SpotState.CLAIMING):
        if spot.spot_id == without:
            continue
        which = (spot.spot_id, queue.queue_id, entry.entry_id)
        if spot.state == SpotState.CLAIMING:
            store.set_spot(tx.writes, spot.spot_id, SpotState.HANDING_BACK, at=at)
            continue
        given += 1
        store.set_spot(tx.writes, spot.spot_id, SpotState.DECLINED, at=at)
        store.record_decision(tx.writes, *which, "declined", "the_group_wants_none", at=at)
        ids: Values = {"spot_id": spot.spot_id, "entry_id": entry.entry_id}
        ids |= {"source": queue.source, "target_id": queue.target_id}
        tx.emit(SpotDeclined(**ids, booking_id=spot.booking_id, declined_at=at))
    return given
