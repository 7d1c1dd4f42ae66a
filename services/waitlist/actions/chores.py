"""What is done by the clock, and in stretches where many are concerned."""

from datetime import datetime, timedelta
from uuid import UUID

from services.waitlist import store
from services.waitlist.actions.deciding import serve
from services.waitlist.actions.entries import end_entry, say_closed
from services.waitlist.actions.handing import give_back, offer
from services.waitlist.actions.offers import take_announced
from services.waitlist.actions.queues import CLAIMED_AT_ONCE
from services.waitlist.actions.targets import Source, joined
from services.waitlist.domain import (
    BEFORE_ALL,
    EntryState,
    OfferState,
    Queue,
    Rule,
    SpotState,
)
from shared.contracts import Values
from shared.contracts.errors import QueueNotFound
from shared.contracts.waitlist import WaitlistJoined
from shared.db import Tx

REMIND_AFTER = timedelta(seconds=60)
STRETCH = 200
"""How many entries a run tells or ends at most; the timer is woken for the rest."""


def remind(tx: Tx, *, at: datetime, limit: int = 200) -> int:
    """Tell booking again of queues where people have waited a while; give how many.

    The backstop: were a seat free beside a waiting list, booking would now offer it. Queues are
    left out whose people have all been passed over since the last of them got a claim.
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
    seats = store.seats_wanted(tx.sql, queue.queue_id, limit=CLAIMED_AT_ONCE)
    _say_who_waits(tx, queue, seats=seats)
    return {"waiting": queue.waiting}


def _say_who_waits(tx: Tx, queue: Queue, *, seats: int = 1) -> None:
    head = store.next_in_line(tx.sql, queue.queue_id)
    if head is not None:
        tx.emit(WaitlistJoined(**joined(queue, head, version=queue.version, seats=seats)))


def work_through(tx: Tx, *, at: datetime, limit: int = 20) -> int:
    """Go on with what is done in stretches: announcing, closing offers, ending entries."""
    queues = store.busy_queues(tx.sql, limit=limit)
    for queue in queues:
        if queue.dropping:
            _drop(tx, queue, at=at)
            continue
        if queue.hushing:
            _hush(tx, queue, OfferState(queue.hushing), at=at)
        else:
            _tell(tx, queue, at=at)
        tx.wake("work_through")
    return len(queues)


def _tell(tx: Tx, queue: Queue, *, at: datetime) -> None:
    """Tell the next who wait of an announced seat; its time begins when the first are told.

    Source: Q46.
    """
    lead = store.spots_in_hand(tx.sql, queue.queue_id, SpotState.ANNOUNCED, limit=1)
    found = store.untold(tx.sql, queue.queue_id, after=queue.told_to, limit=STRETCH)
    until = queue.announced_until
    if until is not None and queue.told_to == BEFORE_ALL:
        until = queue.answer_by(at)
        store.set_queue(tx.sql, queue.queue_id, announced_until=until)
    if not lead or until is None or not found:
        store.set_queue(tx.sql, queue.queue_id, telling=False)
        return
    for entry in found:
        if not entry.told:
            seats = {"seats": entry.wanted, "announced": True}
            offer(tx, queue, entry, lead[0], until=until, **seats, at=at)
    store.set_queue(
        tx.sql, queue.queue_id, told_to=found[-1].position, telling=len(found) == STRETCH
    )


def _hush(tx: Tx, queue: Queue, how: OfferState, *, at: datetime) -> None:
    """Close the offers of an announcement that is over."""
    found = store.open_offers(tx.sql, queue.queue_id, announced=True, limit=STRETCH)
    for made in found:
        store.close_offer(tx.writes, made.offer_id, how, at=at)
        say_closed(tx, queue, made, how, at=at)
    if len(found) < STRETCH:
        store.set_queue(tx.sql, queue.queue_id, hushing=None)


def end_queues(tx: Tx, *, at: datetime, limit: int = 20) -> int:
    """End the entries of lists that have closed, and tell those who had waited; give how many.

    Source: Q47 (until when).
    """
    queues = store.closing_queues(tx.sql, at=at, limit=limit)
    for queue in queues:
        if not queue.dropping:
            store.set_queue(tx.sql, queue.queue_id, dropping=True)
        _drop(tx, queue, at=at)
    return len(queues)


def _drop(tx: Tx, queue: Queue, *, at: datetime) -> None:
    """End the next entries of a list that is no more, and then give its seats back.

    A list that was given up before its time stays so until every seat that is asked for is
    answered: who is refused one then has nowhere to wait.
    """
    over = queue.cancelled or at >= queue.closes_at
    entries = store.list_waiting(tx.sql, queue.queue_id, after=BEFORE_ALL, limit=STRETCH)
    for entry in entries:
        tx.flush()
        queue = store.queue_by_id(tx.sql, queue.queue_id)
        end_entry(tx, queue, entry, EntryState.LAPSED, "list_closed", at=at)
    tx.flush()
    queue = store.queue_by_id(tx.sql, queue.queue_id)
    announced = store.spots_in_hand(tx.sql, queue.queue_id, SpotState.ANNOUNCED, limit=STRETCH)
    for spot in announced:
        give_back(tx, queue, spot, Rule.LIST_CLOSED, at=at)
    if announced:
        take_announced(tx, queue, len(announced), OfferState.WITHDRAWN)
    if queue.pooled:
        serve(tx, queue, at=at)
    if len(entries) == STRETCH or len(announced) == STRETCH:
        tx.wake("work_through")
    elif over or not store.is_claiming(tx.sql, queue.queue_id):
        ended = {"ended_at": at} if over else {}
        store.set_queue(tx.sql, queue.queue_id, dropping=False, **ended)
