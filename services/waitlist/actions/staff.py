"""What staff do to a queue by hand; each is written down with its reason, and shown."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from services.waitlist import store
from services.waitlist.actions.deciding import serve
from services.waitlist.actions.entries import close_own_offer, end_entry, locked, put_in_line
from services.waitlist.actions.handing import claim_again, invite, request, waiting_of
from services.waitlist.actions.offers import take_announced
from services.waitlist.actions.targets import Source, shown
from services.waitlist.domain import (
    BEFORE_ALL,
    IN_LINE,
    STEP,
    EntryState,
    OfferState,
    Queue,
    Rule,
    Spot,
    SpotState,
    position_between,
)
from shared.contracts import Values
from shared.contracts.errors import (
    EntryEnded,
    InvalidRequest,
    NoSeatFree,
    QueueNotFound,
    WaitlistClosed,
)
from shared.db import Tx


def _write_down(
    tx: Tx, queue: Queue, action: str, *, reason: str, by: str, at: datetime, **more: Any
) -> Values:
    values = {"override_id": uuid4(), "action": action, "reason": reason, "by": by, "done_at": at}
    store.record_override(tx.writes, **values, queue_id=queue.queue_id, **more)
    return values


def add_entry(
    tx: Tx,
    source: Source,
    target_id: UUID,
    person_id: UUID,
    *,
    quantity: int,
    asks_first: bool,
    place: int | None,
    reason: str,
    by: str,
    at: datetime,
) -> Values:
    """Put a person on the list by hand: also where it is full, and at any place.

    Source: D40.
    """
    queue = store.queue_for_update(tx.sql, source, target_id)
    if queue is None:
        raise QueueNotFound(str(target_id))
    if queue.over(at):
        msg = f"{queue.name}: the list has closed for good"
        raise WaitlistClosed(msg)
    wish: Values = {"quantity": quantity, "asks_first": asks_first}
    made = put_in_line(tx, queue, person_id, **wish, at=at)
    which = {"entry_id": made["entry_id"]}
    _write_down(tx, queue, "added", reason=reason, by=by, at=at, **which)
    if place is not None:
        tx.flush()
        return move_entry(tx, made["entry_id"], place=place, reason=reason, by=by, at=at)
    return made


def remove_entry(tx: Tx, entry_id: UUID, *, reason: str, by: str, at: datetime) -> Values:
    """Take a person off the list by hand; one who is off it stays as they are.

    Source: D41.
    """
    queue, entry = locked(tx, entry_id)
    state = end_entry(tx, queue, entry, EntryState.REMOVED, "removed", at=at)
    if state != entry.state:
        _write_down(tx, queue, "removed", reason=reason, by=by, at=at, entry_id=entry_id)
    return shown(entry, state=state.value)


def move_entry(tx: Tx, entry_id: UUID, *, place: int, reason: str, by: str, at: datetime) -> Values:
    """Give somebody who waits another place in line, counted from 1.

    Those it overtakes are counted, and each is told of it where their entry is explained.
    """
    queue, entry = _in_line(tx, entry_id)
    old = store.position_of(tx.sql, queue.queue_id, entry.position)
    before, behind = store.neighbours(tx.sql, queue.queue_id, place, without=entry_id)
    if behind is None:
        position: int | None = (queue.version + 1) * STEP
    else:
        position = position_between(before, behind)
    if position is None:
        msg = "place: Too many were put there; move the one who stands there first."
        raise InvalidRequest(msg)
    store.change_entry(tx.sql, entry_id, position=position)
    new = store.position_of(tx.sql, queue.queue_id, position)
    _write_down(
        tx,
        queue,
        "moved",
        reason=reason,
        by=by,
        at=at,
        entry_id=entry_id,
        from_position=entry.position,
        to_position=position,
        overtaken=max(0, old - new),
    )
    queue = claim_again(tx, queue, entry)
    if queue.pooled:
        tx.flush()
        serve(tx, store.queue_by_id(tx.sql, queue.queue_id), at=at)
    return shown(entry, position=position, place=new)


def _in_line(tx: Tx, entry_id: UUID) -> tuple[Queue, Any]:
    queue, entry = locked(tx, entry_id)
    if entry.state not in IN_LINE:
        msg = f"the entry is {entry.state}"
        raise EntryEnded(msg)
    return queue, entry


def _seats_for(
    tx: Tx,
    queue: Queue,
    entry: Any,
    freed: list[Spot],
    *,
    over_capacity: bool,
    at: datetime,
) -> tuple[list[Spot], list[Spot]]:
    """Give the seats staff want to give by hand, and those of `freed` that are not needed.

    Raises:
        NoSeatFree: fewer are with the list than are wanted, and capacity is not overruled.
    """
    wanted = entry.wanted
    pooled = store.spots_in_hand(tx.sql, queue.queue_id, SpotState.POOLED, limit=wanted)
    announced = store.spots_in_hand(tx.sql, queue.queue_id, SpotState.ANNOUNCED, limit=wanted)
    free = [*freed, *pooled, *announced]
    if len(free) < wanted:
        if not over_capacity:
            msg = (
                f"{len(free)} of {wanted} freed seats are with the list; with over_capacity they "
                "have a seat that is free, or one beyond the capacity"
            )
            raise NoSeatFree(msg)
        own = [Spot(uuid4(), BEFORE_ALL, at, overruled=True, cause="staff") for _ in range(wanted)]
        return own, freed
    used = free[:wanted]
    store.count_hand(tx.writes, queue.queue_id, pooled=-sum(spot in pooled for spot in used))
    if shown := sum(spot in announced for spot in used):
        take_announced(tx, queue, shown, OfferState.TAKEN)
    return used, freed[wanted:]


def move_to_attending(
    tx: Tx, entry_id: UUID, *, over_capacity: bool, reason: str, by: str, at: datetime
) -> Values:
    """Have somebody who waits given a seat by hand, past those who have waited longer.

    A seat that is with the list already is used first. Where there is none, staff may overrule the
    capacity: booking gives a free seat if there is one after all, and else one too many.

    Source: Q39, D29, D43.
    """
    queue, entry = locked(tx, entry_id)
    if entry.state in {EntryState.CLAIMING, EntryState.ALLOCATED}:
        return shown(entry)  # a seat is theirs, or asked for in their name, already
    if entry.state not in IN_LINE:
        msg = f"the entry is {entry.state}"
        raise EntryEnded(msg)
    freed = close_own_offer(tx, queue, entry, OfferState.WITHDRAWN, at=at)
    how: Values = {"over_capacity": over_capacity, "at": at}
    spots, rest = _seats_for(tx, queue, entry, freed, **how)
    _note_overtaking(tx, queue, entry, spots, "move_to_attending", reason=reason, by=by, at=at)
    request(tx, queue, waiting_of(entry), spots, Rule.STAFF, at=at)
    _serve_rest(tx, queue, rest, at=at)
    return shown(entry, state=EntryState.CLAIMING.value)


def invite_entry(
    tx: Tx,
    entry_id: UUID,
    *,
    over_capacity: bool,
    answer_minutes: int | None,
    reason: str,
    by: str,
    at: datetime,
) -> Values:
    """Have somebody who waits asked by hand whether they want a seat, before their turn.

    Source: D42.
    """
    queue, entry = _in_line(tx, entry_id)
    if entry.state == EntryState.OFFERED:
        return shown(entry)  # is asked already
    if queue.over(at):
        msg = f"{queue.name}: the list has closed"
        raise WaitlistClosed(msg)
    spots, _ = _seats_for(tx, queue, entry, [], over_capacity=over_capacity, at=at)
    _note_overtaking(tx, queue, entry, spots, "invited", reason=reason, by=by, at=at)
    who = [waiting_of(entry)]
    tx.flush()
    queue = store.queue_by_id(tx.sql, queue.queue_id)
    invite(tx, queue, who, spots, Rule.STAFF, minutes=answer_minutes, at=at)
    return shown(entry, state=EntryState.OFFERED.value)


def _note_overtaking(
    tx: Tx,
    queue: Queue,
    entry: Any,
    spots: list[Spot],
    action: str,
    *,
    reason: str,
    by: str,
    at: datetime,
) -> None:
    place = store.position_of(tx.sql, queue.queue_id, entry.position)
    _write_down(
        tx,
        queue,
        action,
        reason=reason,
        by=by,
        at=at,
        entry_id=entry.entry_id,
        spot_id=spots[0].spot_id,
        from_position=entry.position,
        to_position=BEFORE_ALL,
        overtaken=place - 1,
    )


def _serve_rest(tx: Tx, queue: Queue, rest: list[Spot], *, at: datetime) -> None:
    if rest:
        tx.flush()
        serve(tx, store.queue_by_id(tx.sql, queue.queue_id), rest, at=at)
