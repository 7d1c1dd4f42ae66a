"""Queues and who is in them."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID, uuid4

from services.waitlist import store
from services.waitlist.domain import (
    EntryState,
    Policy,
)
from shared.contracts import Values
from shared.contracts.booking import (
    PlaceRequested,
    SessionChanged,
    SessionScheduled,
)
from shared.contracts.errors import (
    AlreadyWaiting,
    EntryNotFound,
    QueueNotFound,
    WaitlistClosed,
    WaitlistFull,
)
from shared.contracts.waitlist import (
    WaitlistJoined,
    WaitlistLeft,
)
from shared.db import Tx

Source = Literal["booking", "events"]


BOOKING: Source = "booking"


def keep_queue(tx: Tx, session: SessionScheduled | SessionChanged, *, at: datetime) -> None:
    """Open the queue of a session, or set its limits, if this is news."""
    store.keep_queue(
        tx.writes,
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
    store.count_change(tx.writes, queue.queue_id, joins=1, waiting=1)
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
    if store.find_entry(tx.sql, wish.entry_id) is not None:
        return  # on the list already, by this very wish
    try:
        join(tx, BOOKING, wish.session_id, wish.person_id, at=at, entry_id=wish.entry_id)
    except tuple(reasons) as exc:
        left = named(wish.entry_id, BOOKING, wish.session_id, wish.person_id)
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
        store.set_entry(tx.writes, entry_id, state, ended_at=at)
        store.count_change(tx.writes, queue.queue_id, joins=0, waiting=-1)
        left = named(entry_id, queue.source, queue.target_id, found.person_id)
        tx.emit(WaitlistLeft(**left, reason="left", left_at=at))
    elif state is EntryState.CLAIMING:
        state = EntryState.LEAVING
        store.set_entry(tx.writes, entry_id, state)
    return found._asdict() | {"state": state.value}


def named(entry_id: UUID, source: str, target_id: UUID, person_id: UUID) -> Values:
    """Give the ids that name an entry, as facts about it have them."""
    ids: Values = {"entry_id": entry_id, "target_id": target_id, "person_id": person_id}
    return {**ids, "source": source}
