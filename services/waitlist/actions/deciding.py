"""What becomes of the seats in the list's hands: who is asked for, invited or told.

Every function here runs with the queue locked.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import uuid4

from services.waitlist import store
from services.waitlist.actions.targets import joined, named, sure_occasion
from services.waitlist.domain import (
    AFTER_ALL,
    BEFORE_ALL,
    LARGEST_GROUP,
    Choice,
    EntryState,
    GroupRule,
    OfferState,
    Policy,
    Queue,
    Rule,
    Spot,
    SpotState,
    Step,
    Waiting,
    choose_next,
)
from shared.contracts import Values
from shared.contracts.waitlist import SpotOffered, SpotRequested, SpotReturned, WaitlistJoined
from shared.db import Tx

TELL = "work_through"
"""The timer that tells everybody of an announced seat."""
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
            _decide(tx, queue, spot, head, "kept", choice.rule, at=at)
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


def _decide(
    tx: Tx,
    queue: Queue,
    spot: Spot,
    entry: Waiting | None,
    outcome: str,
    rule: Rule,
    *,
    at: datetime,
) -> None:
    who = entry.entry_id if entry else None
    store.record_decision(tx.writes, spot.spot_id, queue.queue_id, who, outcome, rule.value, at=at)


def request(
    tx: Tx,
    queue: Queue,
    entry: Waiting,
    spots: Sequence[Spot],
    rule: Rule,
    *,
    at: datetime,
) -> None:
    """Ask for seats in somebody's name; they wait no more when all they want are asked for."""
    all_asked = len(spots) == entry.wanted
    state = EntryState.CLAIMING if all_asked else EntryState.WAITING
    store.ask_for(tx.writes, entry.entry_id, state, len(spots))
    if all_asked:
        store.count_change(tx.writes, queue.queue_id, joins=0, waiting=-1)
    for number, spot in enumerate(spots, entry.seats + 1):
        seat = number if entry.quantity > 1 else 1
        store.keep_spot(
            tx.writes,
            spot,
            queue.queue_id,
            SpotState.CLAIMING,
            entry_id=entry.entry_id,
            seat=seat,
            at=at,
        )
        _decide(tx, queue, spot, entry, "requested", rule, at=at)
        tx.emit(
            SpotRequested(
                spot_id=spot.spot_id,
                **named(queue, entry),
                requested_at=at,
                pay=queue.policy is Policy.ASSIGN_IF_PAID and rule is not Rule.STAFF,
                seat=seat,
                overruled=rule is Rule.STAFF,
            )
        )


def invite(
    tx: Tx,
    queue: Queue,
    entries: Sequence[Waiting],
    spots: Sequence[Spot],
    rule: Rule,
    *,
    at: datetime,
    minutes: int | None = None,
) -> None:
    """Ask people whether they want seats; the first to accept has them."""
    lead = spots[0]
    for spot in spots:
        store.keep_spot(
            tx.writes, spot, queue.queue_id, SpotState.OFFERED, lead_id=lead.spot_id, at=at
        )
    for entry in entries:
        store.set_entry(tx.writes, entry.entry_id, EntryState.OFFERED)
        _decide(tx, queue, lead, entry, "invited", rule, at=at)
        by_staff = rule is Rule.STAFF
        until = queue.answer_by(at, minutes)
        offer(tx, queue, entry, lead, seats=len(spots), until=until, by_staff=by_staff, at=at)


def offer(
    tx: Tx,
    queue: Queue,
    entry: Any,
    lead: Spot,
    *,
    seats: int,
    until: datetime,
    announced: bool = False,
    by_staff: bool = False,
    at: datetime,
) -> None:
    """Make an offer to one entry, and tell; it takes the place of an announcement to them."""
    if not announced and (queue.announced or queue.hushing):
        earlier = store.open_offer_of(tx.sql, entry.entry_id)
        if earlier is not None:
            store.close_offer(tx.writes, earlier.offer_id, OfferState.WITHDRAWN, at=at)
    details: Values = {"offer_id": uuid4(), "spot_id": lead.spot_id, "announced": announced}
    details |= {"seats": seats, "answer_by": until, "offered_at": at}
    store.add_offer(
        tx.writes,
        **details,
        queue_id=queue.queue_id,
        entry_id=entry.entry_id,
        person_id=entry.person_id,
        by_staff=by_staff,
    )
    tx.emit(SpotOffered(**details, **named(queue, entry), **sure_occasion(queue)))


def announce(tx: Tx, queue: Queue, spots: Sequence[Spot], *, at: datetime) -> None:
    """Put seats up for whoever is first to take one; a timer tells everybody who waits.

    Source: Q46.
    """
    for spot in spots:
        store.keep_spot(tx.writes, spot, queue.queue_id, SpotState.ANNOUNCED, at=at)
        _decide(tx, queue, spot, None, "announced", Rule.TOLD_EVERYBODY, at=at)
    news: Values = {"announced_until": queue.answer_by(at)}
    if not queue.announced:
        news |= {"told_to": BEFORE_ALL, "telling": True}
    store.set_queue(tx.sql, queue.queue_id, **news)
    store.count_hand(tx.writes, queue.queue_id, announced=len(spots))
    tx.wake(TELL)


def give_back(tx: Tx, queue: Queue, spot: Spot, rule: Rule, *, at: datetime) -> None:
    """Let a seat go to everyone: nobody waits, or all who do have had their chance at it."""
    state = SpotState.CLOSED if spot.overruled else SpotState.RETURNED
    store.keep_spot(tx.writes, spot, queue.queue_id, state, at=at)
    _decide(tx, queue, spot, None, state.value, rule, at=at)
    if spot.overruled:
        return  # there is no seat behind it
    if queue.waiting:
        store.note_cleared(tx.writes, queue.queue_id)
    tx.emit(
        SpotReturned(
            spot_id=spot.spot_id,
            source=queue.source,  # type: ignore[arg-type]  # one of the contract's two
            target_id=queue.target_id,
            queue_version=queue.version,
            returned_at=at,
        )
    )


def claim_again(tx: Tx, queue: Queue, entry: Any, *, seats: int = 1) -> Queue:
    """Say that somebody has a new claim to a seat, so that none stays free beside them.

    With them so many `seats` are claimed again as there are free ones.

    Without it a seat that went back while they were asked for another one would be lost to them.
    """
    version = queue.version + 1
    store.count_change(tx.writes, queue.queue_id, joins=1, waiting=0)
    tx.emit(WaitlistJoined(**joined(queue, entry, version=version, seats=seats)))
    return replace(queue, version=version)
