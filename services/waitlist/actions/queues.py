"""Queues: opening them, setting their limits, and how their seats find new holders."""

from datetime import datetime
from uuid import UUID, uuid4

from services.waitlist import store
from services.waitlist.actions.deciding import serve
from services.waitlist.actions.handing import claim_again, give_back
from services.waitlist.actions.offers import withdraw_offers
from services.waitlist.actions.targets import BOOKING, EVENTS, Source
from services.waitlist.domain import LARGEST_GROUP, GroupRule, Policy, Queue, Rule, SpotState
from shared.contracts import Values
from shared.contracts.booking import SessionCancelled, SessionChanged, SessionScheduled
from shared.contracts.errors import QueueNotFound
from shared.contracts.events import EventQueueChanged, EventQueueOpened
from shared.db import Tx

CLAIMED_AT_ONCE = 100
"""How many free seats are claimed at once at most where a rule has changed, or staff ask."""
Opened = SessionScheduled | EventQueueOpened
Changed = SessionChanged | EventQueueChanged


def keep_queue(tx: Tx, limits: Opened | Changed, *, at: datetime) -> None:
    """Open the queue of a session or event, or set its limits, if this is news.

    Where the session was moved, what was offered is taken back and offered anew; where it does
    not take place, or its list was given up, those who wait are told.

    Source: Q10 to Q12, D8, D9.
    """
    values = _values(limits)
    if isinstance(limits, SessionScheduled | EventQueueOpened):
        store.keep_queue(tx.writes, values, at=at)
        return
    source, target_id = values["source"], values["target_id"]
    before = store.queue_for_update(tx.sql, source, target_id)
    store.keep_queue(tx.writes, values, at=at)
    tx.flush()
    queue = store.queue_for_update(tx.sql, source, target_id)
    if queue is None or (before is not None and before.sequence >= limits.sequence):
        return  # an older word
    drops = isinstance(limits, SessionChanged) and limits.drops_waiting
    if limits.cancelled or drops:
        store.set_queue(tx.sql, queue.queue_id, dropping=True)
        tx.wake("work_through")
        return
    if before is not None and before.starts_at not in {None, queue.starts_at}:
        withdraw_offers(tx, queue, at=at)
    elif before is not None and before.capacity < min(queue.capacity, LARGEST_GROUP):
        _look_again(tx, queue, at=at)  # a group may have been too large for what was known
    elif isinstance(limits, SessionChanged) and queue.pooled:
        _fit_capacity(tx, queue, limits.over_capacity, at=at)


def _fit_capacity(tx: Tx, queue: Queue, excess: int, *, at: datetime) -> None:
    """Give kept seats back that there are no more, and decide anew about the others.

    What is offered or announced stays so: who was promised a chance keeps it.
    """
    pooled = store.spots_in_hand(tx.sql, queue.queue_id, SpotState.POOLED, limit=max(1, excess))
    gone = pooled[:excess]
    for spot in gone:
        give_back(tx, queue, spot, Rule.CAPACITY_LOWERED, at=at)
    store.count_hand(tx.writes, queue.queue_id, pooled=-len(gone))
    head = store.next_in_line(tx.sql, queue.queue_id)
    if gone and head is not None:  # by now somebody may have cancelled, and there are enough
        claim_again(tx, queue, head, seats=len(gone))
    tx.flush()
    serve(tx, store.queue_by_id(tx.sql, queue.queue_id), at=at)


def _values(limits: Opened | Changed) -> Values:
    values: Values = {
        "queue_id": uuid4(),
        "name": limits.name,
        "size": limits.waiting_list_size,
        "closes_at": limits.waiting_list_closes_at,
        "sequence": limits.sequence,
        "cancelled": limits.cancelled,
        "starts_at": limits.starts_at,
        "ends_at": limits.ends_at,
        "time_zone": limits.time_zone,
        "location": limits.location,
        "capacity": 0,
    }
    if isinstance(limits, EventQueueOpened | EventQueueChanged):
        return values | {
            "source": EVENTS,
            "target_id": limits.target_id,
            "staff": "",
            "policy": limits.policy,
            "invitations": limits.invitations,
            "answer_minutes": limits.answer_minutes,
        }
    marketing = limits.classification == "marketing"
    return values | {
        "source": BOOKING,
        "target_id": limits.session_id,
        "staff": limits.staff,
        "capacity": limits.capacity,
        "policy": (Policy.ASSIGN if marketing else Policy.ANNOUNCE).value,  # Q46
        "invitations": 1,
        "answer_minutes": 24 * 60,
    }


def end_queue(tx: Tx, cancelled: SessionCancelled) -> None:
    """Have nobody join or be chosen any more, and those who wait told: there is no session."""
    if store.find_queue(tx.sql, BOOKING, cancelled.session_id) is None:
        raise QueueNotFound(str(cancelled.session_id))
    store.cancel_queue(tx.writes, BOOKING, cancelled.session_id, cancelled.sequence)
    tx.wake("work_through")


def set_policy(
    tx: Tx,
    source: Source,
    target_id: UUID,
    *,
    policy: Policy,
    invitations: int,
    answer_minutes: int,
    group_rule: GroupRule,
    at: datetime,
) -> Queue:
    """Choose how freed seats find new holders; it counts from the next decision on.

    What was offered or announced before stays good until it is answered or its time is over: who
    was promised a chance keeps it. Seats that were kept are decided about anew.

    Source: Q46, D27, D36.
    """
    queue = _queue(tx, source, target_id)
    chosen = {"policy": policy.value, "group_rule": group_rule.value, "invitations": invitations}
    chosen |= {"answer_minutes": answer_minutes, "chosen": True}
    store.set_queue(tx.sql, queue.queue_id, **chosen)
    return _look_again(tx, queue, at=at)


def change_queue(
    tx: Tx, source: Source, target_id: UUID, changes: Values, *, at: datetime
) -> Queue:
    """Close a list to those who want to join, or open it from a time on; pause it, or resume.

    While a list is paused nobody is chosen; freed seats are kept for it.
    """
    queue = _queue(tx, source, target_id)
    if changes:
        store.set_queue(tx.sql, queue.queue_id, **changes)
    return _look_again(tx, queue, at=at)


def _queue(tx: Tx, source: Source, target_id: UUID) -> Queue:
    queue = store.queue_for_update(tx.sql, source, target_id)
    if queue is None:
        raise QueueNotFound(str(target_id))
    return queue


def _look_again(tx: Tx, queue: Queue, *, at: datetime) -> Queue:
    """Decide about kept seats, and have booking look for free ones: a rule has changed."""
    head = store.next_in_line(tx.sql, queue.queue_id)
    if head is not None:
        seats = store.seats_wanted(tx.sql, queue.queue_id, limit=CLAIMED_AT_ONCE)
        claim_again(tx, queue, head, seats=seats)
    if queue.pooled:
        tx.flush()
        serve(tx, store.queue_by_id(tx.sql, queue.queue_id), at=at)
    tx.flush()
    return store.queue_by_id(tx.sql, queue.queue_id)
