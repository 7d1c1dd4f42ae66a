"""Offers: taking, declining, and what becomes of those nobody answers."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from services.waitlist import store
from services.waitlist.actions.deciding import serve
from services.waitlist.actions.entries import say_closed, seats_to_pass_on, wait_again
from services.waitlist.actions.handing import give_back, request, waiting_of
from services.waitlist.domain import (
    IN_LINE,
    GroupRule,
    OfferState,
    Queue,
    Rule,
    Spot,
    SpotState,
)
from shared.contracts import Values
from shared.contracts.errors import OfferGone, OfferNotFound
from shared.db import Tx


def accept_offer(tx: Tx, offer_id: UUID, *, at: datetime) -> Values:
    """Ask for the offered seats in the name of who accepts; the first to accept has them.

    Accepting again gives the same answer. Until the seats are granted nothing is promised.

    Raises:
        OfferNotFound: there is none with this id.
        OfferGone: it was taken, declined or withdrawn, or its time is over.
    """
    queue, made = _locked(tx, offer_id)
    if made.state == OfferState.ACCEPTED:
        return _answer(made, OfferState.ACCEPTED)
    entry = store.find_entry(tx.sql, made.entry_id, lock=True)
    until = queue.announced_until if made.announced else made.answer_by
    if made.state != OfferState.OPEN:
        raise OfferGone(made.state)
    if entry is None or entry.state not in IN_LINE:
        raise OfferGone(OfferState.WITHDRAWN)
    if until is None or at >= until or queue.over(at):
        raise OfferGone(OfferState.TAKEN if until is None else OfferState.EXPIRED)
    spots = _spots_for(tx, queue, made, entry)
    used, rest = spots[: entry.wanted], spots[entry.wanted :]
    store.close_offer(tx.writes, offer_id, OfferState.ACCEPTED, at=at)
    say_closed(tx, queue, made, OfferState.ACCEPTED, at=at)
    rule = Rule.ACCEPTED
    if made.announced:
        rest, rule = [], Rule.FIRST_TO_TAKE
        take_announced(tx, queue, len(used), OfferState.TAKEN)
    elif made.by_staff:
        rule = Rule.STAFF
    request(tx, queue, waiting_of(entry), used, rule, at=at)
    if not made.announced:
        queue = _close_others(tx, queue, made, OfferState.TAKEN, at=at)
    if rest or queue.pooled:
        tx.flush()
        serve(tx, store.queue_by_id(tx.sql, queue.queue_id), rest, at=at)
    return _answer(made, OfferState.ACCEPTED)


def _locked(tx: Tx, offer_id: UUID) -> tuple[Queue, Any]:
    found = store.find_offer(tx.sql, offer_id)
    if found is None:
        raise OfferNotFound(str(offer_id))
    queue = store.queue_by_id_for_update(tx.sql, found.queue_id)
    return queue, store.find_offer(tx.sql, offer_id)  # as it is now that nobody changes it


def _answer(made: Any, state: OfferState) -> Values:
    return {**made._asdict(), "state": state.value}


def _spots_for(tx: Tx, queue: Queue, made: Any, entry: Any) -> list[Spot]:
    """Give the seats an offer is of; of an announcement as many as the entry wants.

    Raises:
        OfferGone: there are none left, or fewer than a group wants.
    """
    if not made.announced:
        return store.spots_offered_with(tx.sql, queue.queue_id, made.spot_id)
    spots = store.spots_in_hand(
        tx.sql, queue.queue_id, SpotState.ANNOUNCED, limit=max(1, entry.wanted)
    )
    if not spots:
        raise OfferGone(OfferState.TAKEN)
    if len(spots) < entry.wanted and queue.group_rule is not GroupRule.SPLIT:
        msg = f"only {len(spots)} of {entry.wanted} seats are free"
        raise OfferGone(msg)
    return spots


def take_announced(tx: Tx, queue: Queue, spots: int, how: OfferState) -> None:
    """Count announced seats off; with the last one the announcement is over."""
    store.count_hand(tx.writes, queue.queue_id, announced=-spots)
    if queue.announced == spots:
        store.set_queue(
            tx.sql, queue.queue_id, announced_until=None, telling=False, hushing=how.value
        )
        tx.wake("work_through")


def _close_others(tx: Tx, queue: Queue, made: Any, how: OfferState, *, at: datetime) -> Queue:
    """Close the other invitations to a seat that is taken; who had them waits on."""
    for other in store.open_offers_for(tx.sql, queue.queue_id, made.spot_id):
        if other.offer_id == made.offer_id:
            continue
        store.close_offer(tx.writes, other.offer_id, how, at=at)
        say_closed(tx, queue, other, how, at=at)
        queue = wait_again(tx, queue, other, passed=None, at=at)
    return queue


def decline_offer(tx: Tx, offer_id: UUID, *, at: datetime) -> Values:
    """Turn an offer down, and stay on the list; the seat goes to the next.

    Raises:
        OfferNotFound: there is none with this id.
        OfferGone: it was answered otherwise before, or its time is over.
    """
    queue, made = _locked(tx, offer_id)
    if made.state == OfferState.OPEN:
        _pass_over(tx, queue, [made], OfferState.DECLINED, at=at)
    elif made.state != OfferState.DECLINED:
        raise OfferGone(made.state)
    return _answer(made, OfferState.DECLINED)


def _pass_over(
    tx: Tx, queue: Queue, offers: Sequence[Any], how: OfferState, *, at: datetime
) -> None:
    """Close offers; who had them waits on, and seats that nobody is asked about go on."""
    for made in offers:
        store.close_offer(tx.writes, made.offer_id, how, at=at)
        say_closed(tx, queue, made, how, at=at)
        which = (made.spot_id, queue.queue_id, made.entry_id)
        store.record_decision(tx.writes, *which, how.value, how.value, at=at)
        if not made.announced:
            wait_again(tx, queue, made, passed=how.value, at=at)
    leads = {made.spot_id: made for made in offers if not made.announced}
    if not leads:
        return
    tx.flush()
    freed: list[Spot] = []
    for lead_id in leads:
        if not store.open_offers_for(tx.sql, queue.queue_id, lead_id):
            freed += seats_to_pass_on(tx, queue, lead_id)
    if freed:
        serve(tx, store.queue_by_id(tx.sql, queue.queue_id), freed, at=at)


def expire_offers(tx: Tx, *, at: datetime, limit: int = 50) -> int:
    """Close the offers nobody has answered in time, and go on with their seats; give how many."""
    count = 0
    for queue in store.queues_with_offers_due(tx.sql, at=at, limit=limit):
        due = store.due_offers(tx.sql, queue.queue_id, at=at, limit=limit)
        _pass_over(tx, queue, due, OfferState.EXPIRED, at=at)
        count += len(due)
    for queue in store.queues_announced_in_vain(tx.sql, at=at, limit=limit):
        count += _end_announcement(tx, queue, at=at)
    return count


def _end_announcement(tx: Tx, queue: Queue, *, at: datetime) -> int:
    """Give announced seats back that nobody has taken in time."""
    spots = store.spots_in_hand(tx.sql, queue.queue_id, SpotState.ANNOUNCED, limit=1000)
    for spot in spots:
        give_back(tx, queue, spot, Rule.ALL_PASSED, at=at)
    take_announced(tx, queue, len(spots), OfferState.EXPIRED)
    return len(spots)


def withdraw_offers(tx: Tx, queue: Queue, *, at: datetime) -> Queue:
    """Take back all offers of a queue whose session was moved, and begin anew.

    What was offered is not what the seat is now; nobody is to accept a time they have not seen.
    """
    freed: dict[UUID, Spot] = {}
    for made in store.open_offers(tx.sql, queue.queue_id, announced=False, limit=1000):
        store.close_offer(tx.writes, made.offer_id, OfferState.WITHDRAWN, at=at)
        say_closed(tx, queue, made, OfferState.WITHDRAWN, at=at)
        queue = wait_again(tx, queue, made, passed=None, at=at)
        for spot in store.spots_offered_with(tx.sql, queue.queue_id, made.spot_id):
            freed[spot.spot_id] = spot
    announced = store.spots_in_hand(tx.sql, queue.queue_id, SpotState.ANNOUNCED, limit=1000)
    if announced:
        take_announced(tx, queue, len(announced), OfferState.WITHDRAWN)
        freed |= {spot.spot_id: spot for spot in announced}
    tx.flush()
    serve(tx, store.queue_by_id(tx.sql, queue.queue_id), list(freed.values()), at=at)
    return queue
