"""What is done with a seat once it is decided: asked for, offered, announced or given back.

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
    BEFORE_ALL,
    EntryState,
    OfferState,
    Policy,
    Queue,
    Rule,
    Spot,
    SpotState,
    Waiting,
)
from shared.contracts import Values
from shared.contracts.waitlist import SpotOffered, SpotRequested, SpotReturned, WaitlistJoined
from shared.db import Tx

TELL = "work_through"
"""The timer that tells everybody of an announced seat."""


def waiting_of(entry: Any) -> Waiting:
    """Give an entry's row as somebody who waits."""
    return Waiting(
        entry.entry_id,
        entry.person_id,
        entry.joined_at,
        entry.position,
        entry.quantity,
        entry.wanted,
        entry.asked,
        entry.seats,
        entry.asks_first,
    )


def decide(
    tx: Tx,
    queue: Queue,
    spot: Spot,
    entry: Waiting | None,
    outcome: str,
    rule: Rule,
    *,
    at: datetime,
) -> None:
    """Write down what was decided about a spot, by which rule."""
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
        decide(tx, queue, spot, entry, "requested", rule, at=at)
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
        decide(tx, queue, lead, entry, "invited", rule, at=at)
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
        decide(tx, queue, spot, None, "announced", Rule.TOLD_EVERYBODY, at=at)
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
    decide(tx, queue, spot, None, state.value, rule, at=at)
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

    Without it a seat that went back while they were asked for another one would be lost to them.
    With them others may want the free seats, too: `seats` is for how many there are takers.
    """
    version = queue.version + 1
    store.count_change(tx.writes, queue.queue_id, joins=1, waiting=0)
    tx.emit(WaitlistJoined(**joined(queue, entry, version=version, seats=seats)))
    return replace(queue, version=version)
