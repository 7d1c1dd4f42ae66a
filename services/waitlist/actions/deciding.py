"""What becomes of the seats in the list's hands: who is asked for, invited or told.

Every function here runs with the queue locked.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from services.waitlist import store
from services.waitlist.actions.handing import announce, decide, give_back, invite, request
from services.waitlist.domain import (
    AFTER_ALL,
    BEFORE_ALL,
    LARGEST_GROUP,
    Choice,
    GroupRule,
    Policy,
    Queue,
    Rule,
    Spot,
    SpotState,
    Step,
    Waiting,
    choose_next,
)
from shared.db import Tx

_NOTED = 100
_AT_ONCE = 100


def serve(tx: Tx, queue: Queue, fresh: Sequence[Spot] = (), *, at: datetime) -> None:
    """Find holders for the seats in the list's hands, until each has one or has to wait.

    Args:
        tx: the transaction, with the queue locked.
        queue: as it is in the database, with everything flushed where seats are pooled.
        fresh: seats that are not among the pooled ones yet.
        at: now (UTC).
    """
    for spot in fresh:
        if spot.overruled:  # staff's own, for one person; there is no seat behind it
            give_back(tx, queue, spot, Rule.STAFF, at=at)
    fresh = [spot for spot in fresh if not spot.overruled]
    stored: list[Spot] = []
    if queue.pooled:
        stored = store.spots_in_hand(tx.sql, queue.queue_id, SpotState.POOLED, limit=_AT_ONCE)
    pool, kept = [*stored, *fresh], 0
    while pool:
        lead = min(pool, key=lambda spot: spot.passed_to)
        in_hand = queue.pooled - len(stored) + kept
        choice, takes = _choose(tx, queue, lead, pool, in_hand, at=at)
        done = _carry_out(tx, queue, choice, lead, takes, at=at)
        if choice.step is Step.KEEP:
            kept += len(done)
        if choice.step is Step.ANNOUNCE:
            queue = replace(queue, announced=queue.announced + len(done))
        pool = [spot for spot in pool if spot not in done]
        if pool:
            tx.flush()  # the next in line is read behind what was just decided
            queue = replace(queue, waiting=store.queue_by_id(tx.sql, queue.queue_id).waiting)
    store.count_hand(tx.writes, queue.queue_id, pooled=kept - len(stored))
    if len(stored) == _AT_ONCE and kept < _AT_ONCE:
        tx.flush()
        serve(tx, store.queue_by_id(tx.sql, queue.queue_id), at=at)


def _choose(
    tx: Tx, queue: Queue, lead: Spot, pool: list[Spot], kept: int, *, at: datetime
) -> tuple[Choice, list[Spot]]:
    """Choose what becomes of a seat, and of those that go with it; `kept` others are in hand."""
    head = _head(tx, queue, lead, len(pool), at=at)
    takes = [spot for spot in pool if head is None or spot.passed_to < head.position]
    if head is None and lead.passed_to > BEFORE_ALL:
        head, takes = _skipped(tx, queue, lead), pool
    choice = choose_next(queue, head, seats=len(takes), at=at)
    if choice.step not in {Step.KEEP, Step.ANNOUNCE}:
        return choice, takes
    in_hand = queue.announced if choice.step is Step.ANNOUNCE else kept
    takes = takes[: _wanted_besides(tx, queue, in_hand, len(takes))]
    return (choice if takes else Choice(Step.RETURN, None, Rule.ENOUGH)), takes


def _wanted_besides(tx: Tx, queue: Queue, in_hand: int, more: int) -> int:
    """Say how many seats, of so many more, have takers besides those that are in hand.

    Nobody else could have those that nobody here wants.
    """
    wanted = store.seats_wanted(tx.sql, queue.queue_id, limit=in_hand + more)
    return max(0, min(more, wanted - in_hand))


def _head(tx: Tx, queue: Queue, lead: Spot, seats: int, *, at: datetime) -> Waiting | None:
    """Give the first in line; a group for which there will never be seats is passed over."""
    head = store.next_in_line(tx.sql, queue.queue_id, after=lead.passed_to)
    splits = queue.group_rule is GroupRule.SPLIT
    if head is not None and not splits and not queue.can_seat(head.wanted):
        most = queue.seats_most
        head = store.next_in_line(tx.sql, queue.queue_id, after=lead.passed_to, seats=most)
        before = AFTER_ALL if head is None else head.position
        _note_too_large(tx, queue, lead, before, most, at=at)
    if head is None or head.wanted <= seats or queue.group_rule is not GroupRule.BEST_FIT:
        return head
    fits = store.next_in_line(tx.sql, queue.queue_id, after=lead.passed_to, seats=seats)
    return fits or head


def _skipped(tx: Tx, queue: Queue, lead: Spot) -> Waiting | None:
    """Give whoever a seat went past without a chance at it, before it goes to everyone."""
    splits = queue.group_rule is GroupRule.SPLIT
    return store.first_skipped(
        tx.sql,
        queue.queue_id,
        lead.spot_id,
        up_to=lead.passed_to,
        wanted=LARGEST_GROUP if splits else queue.seats_most,
    )


def _carry_out(
    tx: Tx, queue: Queue, choice: Choice, lead: Spot, takes: list[Spot], *, at: datetime
) -> list[Spot]:
    """Do what was chosen; give the spots it was done with."""
    head = choice.entry
    if choice.step is Step.RETURN:
        give_back(tx, queue, lead, choice.rule, at=at)
        return [lead]
    if choice.step is Step.ANNOUNCE:
        announce(tx, queue, takes, at=at)
        return takes
    if head is None or choice.step is Step.KEEP:
        for spot in takes:
            store.keep_spot(tx.writes, spot, queue.queue_id, SpotState.POOLED, at=at)
            decide(tx, queue, spot, head, "kept", choice.rule, at=at)
        return takes
    spots = takes[: head.wanted]
    if choice.rule is Rule.FIRST_THAT_FITS or queue.group_rule is GroupRule.BEST_FIT:
        _note_too_large(tx, queue, spots[0], head.position, len(takes), at=at)
    if choice.step is Step.INVITE:
        invite(tx, queue, _invited(tx, queue, head, lead, len(spots)), spots, choice.rule, at=at)
    else:
        request(tx, queue, head, spots, choice.rule, at=at)
    return spots


def _invited(tx: Tx, queue: Queue, head: Waiting, lead: Spot, seats: int) -> list[Waiting]:
    if queue.policy is not Policy.OFFER or queue.invitations == 1:
        return [head]
    found = store.next_that_fit(
        tx.sql, queue.queue_id, after=lead.passed_to, seats=seats, limit=queue.invitations
    )
    return found or [head]  # under `split` the first wants more than there is


def _note_too_large(
    tx: Tx, queue: Queue, spot: Spot, before: int, seats: int, *, at: datetime
) -> None:
    passed = store.too_large(
        tx.sql,
        queue.queue_id,
        after=spot.passed_to,
        before=before,
        seats=seats,
        limit=_NOTED,
    )
    for entry in passed:
        store.record_decision(
            tx.writes, spot.spot_id, queue.queue_id, entry.entry_id, "passed", "wants_more", at=at
        )
