"""Who is in a queue: joining, leaving, and how they want to be served."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from services.waitlist import store
from services.waitlist.actions.deciding import serve
from services.waitlist.actions.handing import claim_again, offer
from services.waitlist.actions.spots import release_seats
from services.waitlist.actions.targets import (
    BOOKING,
    EVENTS,
    Source,
    joined,
    named,
    occasion,
    shown,
)
from services.waitlist.domain import (
    IN_LINE,
    STEP,
    EntryState,
    OfferState,
    Queue,
    Spot,
    SpotState,
    Waiting,
)
from shared.contracts import Values
from shared.contracts.booking import PlaceRequested
from shared.contracts.errors import (
    AlreadyWaiting,
    EntryEnded,
    EntryNotFound,
    InvalidRequest,
    QueueNotFound,
    WaitlistClosed,
    WaitlistFull,
)
from shared.contracts.events import RegistrationRequested
from shared.contracts.waitlist import OfferClosed, WaitlistJoined, WaitlistLeft
from shared.db import Tx


def join(
    tx: Tx,
    source: Source,
    target_id: UUID,
    person_id: UUID,
    *,
    quantity: int = 1,
    asks_first: bool = False,
    entry_id: UUID | None = None,
    at: datetime,
) -> Values:
    """Put a person, or a group in their name, at the end of a queue.

    Source: Q16, Qi3 (a full list takes nobody), D27.
    """
    queue = store.queue_for_update(tx.sql, source, target_id)
    if queue is None:
        raise QueueNotFound(str(target_id))
    if queue.closed(at):
        msg = f"{queue.name}: there is no waiting list, or it has closed"
        raise WaitlistClosed(msg)
    if queue.full:
        msg = f"{queue.name}: {queue.size} people wait, and no more may"
        raise WaitlistFull(msg)
    if not queue.can_seat(quantity):
        msg = f"quantity: {queue.name} has {queue.capacity} seats in all."
        raise InvalidRequest(msg)
    wish: Values = {"quantity": quantity, "asks_first": asks_first, "entry_id": entry_id}
    return put_in_line(tx, queue, person_id, **wish, at=at)


def put_in_line(
    tx: Tx,
    queue: Queue,
    person_id: UUID,
    *,
    quantity: int = 1,
    asks_first: bool = False,
    entry_id: UUID | None = None,
    at: datetime,
) -> Values:
    """Put somebody at the end of a locked queue, and serve the seats that were kept."""
    if quantity > 1 and queue.source == EVENTS:
        msg = "quantity: Everybody registers for an event in their own name; let each of them join."
        raise InvalidRequest(msg)
    version = queue.version + 1
    entry = Waiting(
        entry_id or uuid4(),
        person_id,
        at,
        position=version * STEP,
        quantity=quantity,
        wanted=quantity,
        asks_first=asks_first,
    )
    added = store.add_entry(
        tx.sql,
        entry_id=entry.entry_id,
        queue_id=queue.queue_id,
        person_id=person_id,
        position=entry.position,
        quantity=quantity,
        asks_first=asks_first,
        at=at,
    )
    if not added:
        raise AlreadyWaiting(queue.name)
    store.count_change(tx.writes, queue.queue_id, joins=1, waiting=1)
    place = queue.waiting + 1
    tx.emit(WaitlistJoined(**joined(queue, entry, version=version, place=place)))
    if queue.pooled:
        tx.flush()
        serve(tx, store.queue_by_id(tx.sql, queue.queue_id), at=at)
    elif queue.announced and queue.announced_until and not queue.telling and not queue.hushing:
        lead = store.spots_in_hand(tx.sql, queue.queue_id, SpotState.ANNOUNCED, limit=1)[0]
        until = queue.announced_until
        offer(tx, queue, entry, lead, seats=1, until=until, announced=True, at=at)
    return {
        "entry_id": entry.entry_id,
        "person_id": person_id,
        "state": EntryState.WAITING.value,
        "joined_at": at,
        "place": place if queue.shows_places else None,
        "position": entry.position,
        "quantity": quantity,
        "asks_first": asks_first,
    }


def join_requested(tx: Tx, wish: PlaceRequested | RegistrationRequested, *, at: datetime) -> None:
    """Put on the list whoever found no seat, or say why not.

    Source: Q20, D27.
    """
    reasons: dict[type[Exception], Any] = {
        WaitlistFull: "list_full",
        WaitlistClosed: "list_closed",
        AlreadyWaiting: "already_waiting",
    }
    if store.find_entry(tx.sql, wish.entry_id) is not None:
        return  # on the list already, by this very wish
    of_event = isinstance(wish, RegistrationRequested)
    source: Source = EVENTS if of_event else BOOKING
    target_id = wish.target_id if isinstance(wish, RegistrationRequested) else wish.session_id
    try:
        join(tx, source, target_id, wish.person_id, at=at, entry_id=wish.entry_id)
    except tuple(reasons) as exc:
        queue = store.find_queue(tx.sql, source, target_id)
        if queue is not None:
            left = {**named(queue, wish), **occasion(queue)}
            tx.emit(WaitlistLeft(**left, reason=reasons[type(exc)], left_at=at))


def leave(tx: Tx, entry_id: UUID, *, at: datetime) -> Values:
    """Take somebody off the list; one who has left stays as they are.

    While a seat is asked for in their name, it is handed back as soon as the answer comes.
    """
    queue, entry = locked(tx, entry_id)
    state = end_entry(tx, queue, entry, EntryState.LEFT, "left", at=at)
    return shown(entry, state=state.value)


def locked(tx: Tx, entry_id: UUID) -> tuple[Queue, Any]:
    """Lock an entry's queue, and then the entry."""
    found = store.find_entry(tx.sql, entry_id)
    if found is None:
        raise EntryNotFound(str(entry_id))
    queue = store.queue_by_id_for_update(tx.sql, found.queue_id)
    return queue, store.find_entry(tx.sql, entry_id, lock=True)


def end_entry(
    tx: Tx, queue: Queue, entry: Any, end: EntryState, reason: Any, *, at: datetime
) -> EntryState:
    """End an entry, the queue locked; give where it stands: `leaving` until all is answered."""
    state = EntryState(entry.state)
    if state is EntryState.CLAIMING and entry.quantity == 1:
        store.set_entry(tx.writes, entry.entry_id, EntryState.LEAVING)
        return EntryState.LEAVING
    if state not in IN_LINE and state is not EntryState.CLAIMING:
        return state
    freed = close_own_offer(tx, queue, entry, OfferState.LEFT, at=at)
    given = release_seats(tx, queue, entry, at=at)
    state = EntryState.LEAVING if entry.asked > entry.granted else end
    store.take_back(
        tx.writes,
        entry.entry_id,
        state,
        spots=given,
        given=given,
        ended_at=None if state is EntryState.LEAVING else at,
    )
    if entry.state != EntryState.CLAIMING:
        store.count_change(tx.writes, queue.queue_id, joins=0, waiting=-1)
    if state is not EntryState.LEAVING:
        left = {**named(queue, entry), **occasion(queue)}
        tx.emit(WaitlistLeft(**left, reason=reason, left_at=at))
    if freed or queue.pooled:
        tx.flush()
        serve(tx, store.queue_by_id(tx.sql, queue.queue_id), freed, at=at)
    return state


def close_own_offer(
    tx: Tx, queue: Queue, entry: Any, how: OfferState, *, at: datetime
) -> list[Spot]:
    """Close an entry's open offer; give the seats that are now offered to nobody."""
    found = store.open_offer_of(tx.sql, entry.entry_id)
    if found is None:
        return []
    store.close_offer(tx.writes, found.offer_id, how, at=at)
    say_closed(tx, queue, found, how, at=at)
    if found.announced:
        return []
    others = store.open_offers_for(tx.sql, queue.queue_id, found.spot_id)
    if any(one.offer_id != found.offer_id for one in others):
        return []
    return seats_to_pass_on(tx, queue, found.spot_id)


def seats_to_pass_on(tx: Tx, queue: Queue, lead_id: UUID) -> list[Spot]:
    """Give seats that are offered to nobody any more, to go on behind those who were asked."""
    passed_to = store.asked_up_to(tx.sql, lead_id)
    return [
        replace(spot, passed_to=max(spot.passed_to, passed_to))
        for spot in store.spots_offered_with(tx.sql, queue.queue_id, lead_id)
    ]


def say_closed(tx: Tx, queue: Queue, made: Any, how: OfferState, *, at: datetime) -> None:
    """Say that an offer can no longer be taken."""
    ids: Values = {"offer_id": made.offer_id, "spot_id": made.spot_id}
    reason: Any = how.value
    tx.emit(OfferClosed(**ids, **named(queue, made), reason=reason, closed_at=at))


def ask_first(tx: Tx, entry_id: UUID, *, asks_first: bool) -> Values:
    """Have a person asked before they are given a seat, or not; it counts from the next seat on.

    Source: D27, and the choice the product's registrants have.
    """
    _, entry = locked(tx, entry_id)
    if entry.state not in IN_LINE:
        msg = f"{entry_id} does not wait any more"
        raise EntryEnded(msg)
    store.change_entry(tx.sql, entry_id, asks_first=asks_first)
    return shown(entry, asks_first=asks_first)


def wait_again(tx: Tx, queue: Queue, entry: Any, *, passed: str | None, at: datetime) -> Queue:
    """Have an invited entry wait in its old place, the queue locked.

    Args:
        tx: the transaction.
        queue: the queue.
        entry: the entry, or its offer.
        passed: why they had their chance at this seat; None: they had not.
        at: now (UTC).
    """
    store.set_entry(tx.writes, entry.entry_id, EntryState.WAITING)
    if passed is not None:
        store.note_passed(tx.writes, entry.entry_id, passed, at=at)
        return queue
    return claim_again(tx, queue, store.find_entry(tx.sql, entry.entry_id))
