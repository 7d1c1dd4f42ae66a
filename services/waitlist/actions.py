"""What waitlist does, one verb per function; each runs in the transaction it is given."""

from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID, uuid4

from services.waitlist import store
from services.waitlist.domain import (
    EntryState,
    Policy,
    Queue,
    SpotState,
    after_refusal,
    choose_next,
)
from shared.contracts import Values
from shared.contracts.booking import (
    BookingCancelled,
    PlaceRequested,
    SessionChanged,
    SessionScheduled,
    SpotFreed,
    SpotGranted,
    SpotRefused,
)
from shared.contracts.errors import (
    AlreadyWaiting,
    EntryNotFound,
    QueueNotFound,
    SpotNotFound,
    WaitlistClosed,
    WaitlistFull,
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

Source = Literal["booking", "events"]
BOOKING: Source = "booking"
REMIND_AFTER = timedelta(seconds=60)
"""How long people wait before booking is told again that somebody does."""

# -- queues and entries --------------------------------------------------------------------------


def keep_queue(tx: Tx, session: SessionScheduled | SessionChanged, *, at: datetime) -> None:
    """Open the queue of a session, or set its limits, if this is news."""
    store.keep_queue(
        tx.sql,
        {
            "queue_id": uuid4(),
            "source": BOOKING,
            "target_id": session.session_id,
            "name": session.name,
            "policy": Policy.ASSIGN.value,
            "size": session.waiting_list_size,
            "closes_at": session.waiting_list_closes_at,
            "sequence": session.sequence,
            "reminded_at": at,
        },
    )


def join(
    tx: Tx,
    source: Source,
    target_id: UUID,
    person_id: UUID,
    *,
    at: datetime,
    entry_id: UUID | None = None,
) -> Values:
    """Put a person at the end of a queue.

    Source: Q16, Qi3 (a full list takes nobody).
    """
    queue = store.queue_for_update(tx.sql, source, target_id)
    if queue is None:
        raise QueueNotFound(str(target_id))
    if queue.closed(at):
        msg = f"{queue.name}: there is no waiting list, or it has closed"
        raise WaitlistClosed(msg)
    entry: Values = {"entry_id": entry_id or uuid4(), "person_id": person_id}
    if queue.full:
        msg = f"{queue.name}: {queue.size} people wait, and no more may"
        raise WaitlistFull(msg)
    version = queue.version + 1
    if not store.add_entry(tx.sql, **entry, queue_id=queue.queue_id, position=version, at=at):
        raise AlreadyWaiting(queue.name)
    store.count_change(tx.sql, queue.queue_id, joins=1, waiting=1)
    tx.emit(
        WaitlistJoined(
            **entry, source=source, target_id=target_id, queue_version=version, joined_at=at
        )
    )
    return {**entry, "state": EntryState.WAITING.value, "joined_at": at, "place": queue.waiting + 1}


def join_requested(tx: Tx, wish: PlaceRequested, *, at: datetime) -> None:
    """Put on the list whoever booking found no seat for, or say why not."""
    reasons: dict[type[Exception], Any] = {
        WaitlistFull: "list_full",
        WaitlistClosed: "list_closed",
        AlreadyWaiting: "already_waiting",
    }
    try:
        join(tx, BOOKING, wish.session_id, wish.person_id, at=at, entry_id=wish.entry_id)
    except tuple(reasons) as exc:
        left = _left(wish.entry_id, BOOKING, wish.session_id, wish.person_id)
        tx.emit(WaitlistLeft(**left, reason=reasons[type(exc)], left_at=at))


def leave(tx: Tx, entry_id: UUID, *, at: datetime) -> Values:
    """Take somebody off the list; one who has left stays as they are.

    While a seat is asked for in their name, it is handed back as soon as the answer comes.
    """
    found = store.find_entry(tx.sql, entry_id)
    if found is None:
        raise EntryNotFound(str(entry_id))
    queue = store.queue_by_id_for_update(tx.sql, found.queue_id)
    entry = store.find_entry(tx.sql, entry_id, lock=True)
    state = EntryState(entry.state if entry else found.state)
    if state is EntryState.WAITING:
        state = EntryState.LEFT
        store.set_entry(tx.sql, entry_id, state, ended_at=at)
        store.count_change(tx.sql, queue.queue_id, joins=0, waiting=-1)
        left = _left(entry_id, queue.source, queue.target_id, found.person_id)
        tx.emit(WaitlistLeft(**left, reason="left", left_at=at))
    elif state is EntryState.CLAIMING:
        state = EntryState.LEAVING
        store.set_entry(tx.sql, entry_id, state)
    return found._asdict() | {"state": state.value}


def _left(entry_id: UUID, source: str, target_id: UUID, person_id: UUID) -> Values:
    ids: Values = {"entry_id": entry_id, "target_id": target_id, "person_id": person_id}
    return {**ids, "source": source}


# -- a seat on its way ---------------------------------------------------------------------------


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
    if entry is None:
        store.keep_spot(tx.sql, spot_id, queue.queue_id, SpotState.RETURNED, entry_id=None, at=at)
        store.record_decision(tx.sql, spot_id, queue.queue_id, None, "returned", **decide)
        tx.emit(SpotReturned(**target, queue_version=queue.version, returned_at=at))
        return
    store.set_entry(tx.sql, entry.entry_id, EntryState.CLAIMING)
    store.count_change(tx.sql, queue.queue_id, joins=0, waiting=-1)
    who = entry.entry_id
    store.keep_spot(tx.sql, spot_id, queue.queue_id, SpotState.CLAIMING, entry_id=who, at=at)
    store.record_decision(tx.sql, spot_id, queue.queue_id, who, "requested", **decide)
    tx.emit(SpotRequested(**target, entry_id=who, person_id=entry.person_id, requested_at=at))


def allocate_spot(tx: Tx, granted: SpotGranted, *, at: datetime) -> None:
    """Give the seat to the person it was asked for, or hand it back if they have left."""
    entry = store.find_entry(tx.sql, granted.entry_id, lock=True)
    if entry is None:
        raise EntryNotFound(str(granted.entry_id))
    spot: Values = {"spot_id": granted.spot_id, "entry_id": granted.entry_id}
    target: Values = {"source": BOOKING, "target_id": granted.session_id}
    decide = (tx.sql, granted.spot_id, entry.queue_id, granted.entry_id)
    if entry.state == EntryState.CLAIMING:
        store.set_entry(tx.sql, granted.entry_id, EntryState.ALLOCATED, ended_at=at)
        store.set_spot(tx.sql, granted.spot_id, SpotState.ALLOCATED)
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
        store.set_entry(tx.sql, granted.entry_id, EntryState.LEFT, ended_at=at)
        store.set_spot(tx.sql, granted.spot_id, SpotState.DECLINED)
        store.record_decision(*decide, "declined", "left_meanwhile", at=at)
        tx.emit(SpotDeclined(**spot, **target, booking_id=granted.booking_id, declined_at=at))


def put_back(tx: Tx, refused: SpotRefused, *, at: datetime) -> None:
    """Put an entry back in its old place or end it, and ask for the next if the seat is open."""
    queue = store.queue_for_update(tx.sql, BOOKING, refused.session_id)
    entry = store.find_entry(tx.sql, refused.entry_id, lock=True)
    if queue is None or entry is None:
        raise EntryNotFound(str(refused.entry_id))
    if entry.state not in {EntryState.CLAIMING, EntryState.LEAVING}:
        return
    state = after_refusal(EntryState(entry.state), refused.reason)
    decide = (tx.sql, refused.spot_id, queue.queue_id, refused.entry_id)
    store.record_decision(*decide, "refused", refused.reason, at=at)
    if state is EntryState.WAITING:
        _wait_again(tx, queue, entry)
        queue = store.queue_by_id_for_update(tx.sql, queue.queue_id)
    else:
        store.set_entry(tx.sql, refused.entry_id, state, ended_at=at)
        left = _left(refused.entry_id, BOOKING, refused.session_id, refused.person_id)
        tx.emit(WaitlistLeft(**left, reason=_WHY_LEFT[state], left_at=at))
    if refused.still_open:
        _request(tx, queue, refused.spot_id, at=at)
    else:
        store.set_spot(tx.sql, refused.spot_id, SpotState.CLOSED)


_WHY_LEFT: dict[EntryState, Any] = {
    EntryState.HAS_BOOKING: "has_booking",
    EntryState.NOT_ELIGIBLE: "not_eligible",
    EntryState.LAPSED: "list_closed",
    EntryState.LEFT: "left",
}


def _wait_again(tx: Tx, queue: Queue, entry: Any) -> None:
    """Put an entry back in line; a new version tells booking that somebody waits after all."""
    store.set_entry(tx.sql, entry.entry_id, EntryState.WAITING)
    store.count_change(tx.sql, queue.queue_id, joins=1, waiting=1)
    joined = _left(entry.entry_id, queue.source, queue.target_id, entry.person_id)
    tx.emit(WaitlistJoined(**joined, queue_version=queue.version + 1, joined_at=entry.joined_at))


# -- looking after -------------------------------------------------------------------------------


def remind(tx: Tx, *, at: datetime, limit: int = 200) -> int:
    """Tell booking again of queues where people have waited a while; give how many.

    The backstop: were a seat free beside a waiting list, booking would now offer it.
    """
    queues = store.queues_to_remind(tx.sql, at=at, before=at - REMIND_AFTER, limit=limit)
    for queue in queues:
        _say_who_waits(tx, queue)
    return len(queues)


def review_queue(tx: Tx, source: Source, target_id: UUID) -> Values:
    """Have booking look again whether a seat is free for the list; safe at any time.

    Source: Q25, Qi4.
    """
    queue = store.queue_for_update(tx.sql, source, target_id)
    if queue is None:
        raise QueueNotFound(str(target_id))
    _say_who_waits(tx, queue)
    return {"waiting": queue.waiting}


def _say_who_waits(tx: Tx, queue: Queue) -> None:
    head = store.head_of_queue(tx.sql, queue.queue_id)
    if head is not None:
        joined = _left(head.entry_id, queue.source, queue.target_id, head.person_id)
        tx.emit(WaitlistJoined(**joined, queue_version=queue.version, joined_at=head.joined_at))


# -- looking -------------------------------------------------------------------------------------


def get_queue(sql: Any, source: Source, target_id: UUID) -> Queue:
    """Give a queue."""
    queue = store.find_queue(sql, source, target_id)
    if queue is None:
        raise QueueNotFound(str(target_id))
    return queue


def get_entry(sql: Any, entry_id: UUID) -> Values:
    """Give an entry, with its place in line from 1 while it waits."""
    entry = store.find_entry(sql, entry_id)
    if entry is None:
        raise EntryNotFound(str(entry_id))
    waits = entry.state == EntryState.WAITING
    place = store.position_of(sql, entry.queue_id, entry.position) if waits else None
    return entry._asdict() | {"place": place}


def explain_spot(sql: Any, spot_id: UUID) -> Values:
    """Give what became of a freed seat, decision by decision, each with its reason."""
    spot = store.find_spot(sql, spot_id)
    if spot is None:
        raise SpotNotFound(str(spot_id))
    return spot._asdict() | {"decisions": store.list_decisions(sql, spot_id)}
