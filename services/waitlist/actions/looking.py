"""What is shown of queues, entries and offers."""

from datetime import datetime
from typing import Any
from uuid import UUID

from services.waitlist import store
from services.waitlist.actions.targets import Source, occasion, shown
from services.waitlist.domain import IN_LINE, Queue, odds_of
from shared.contracts import Values
from shared.contracts.errors import (
    EntryNotFound,
    OfferNotFound,
    QueueNotFound,
)

LISTS = 200
"""On how many earlier lists, the newest, a chance is computed at most."""


def get_queue(sql: Any, source: Source, target_id: UUID) -> Queue:
    """Give a queue."""
    queue = store.find_queue(sql, source, target_id)
    if queue is None:
        raise QueueNotFound(str(target_id))
    return queue


def get_entry(sql: Any, entry_id: UUID) -> Values:
    """Give an entry, with its place in line from 1 while it waits, unless all are told at once."""
    entry = known_entry(sql, entry_id)
    queue = store.queue_by_id(sql, entry.queue_id)
    return shown(entry, place=place_of(sql, queue, entry))


def known_entry(sql: Any, entry_id: UUID) -> Any:
    """Find an entry.

    Raises:
        EntryNotFound: there is none with this id.
    """
    entry = store.find_entry(sql, entry_id)
    if entry is None:
        raise EntryNotFound(str(entry_id))
    return entry


def place_of(sql: Any, queue: Queue, entry: Any) -> int | None:
    """Give a place in line from 1; None where there is none, or nobody is told theirs."""
    if entry.state not in IN_LINE or not queue.shows_places:
        return None
    return store.position_of(sql, entry.queue_id, entry.position)


def show_entry(sql: Any, entry_id: UUID, *, at: datetime) -> Values:
    """Give what somebody who waits is shown: their place, their odds, and what it is about.

    The odds are this studio's own: the share of earlier lists that came down to this place with as
    much time left, and how many lists that rests on. Where all are told at once neither is shown.
    """
    entry = known_entry(sql, entry_id)
    queue = store.queue_by_id(sql, entry.queue_id)
    place = place_of(sql, queue, entry)
    waits = entry.state in IN_LINE and not queue.over(at)
    odds = None
    if place is not None and waits:
        history = store.freed_before_close(sql, queue.source, limit=LISTS)
        seats = store.seats_up_to(sql, entry.queue_id, entry.position)
        odds = odds_of(seats, queue.closes_at - at, history)
    news: Values = {"place": place, "closes_at": queue.closes_at, "odds": odds, "waits": waits}
    return shown(entry, **occasion(queue), **news)


def get_offer(sql: Any, offer_id: UUID, *, at: datetime) -> Values:
    """Give an offer, and whether it can still be taken."""
    made = store.find_offer(sql, offer_id)
    if made is None:
        raise OfferNotFound(str(offer_id))
    queue = store.queue_by_id(sql, made.queue_id)
    until = queue.announced_until if made.announced else made.answer_by
    open_now = made.state == "open" and until is not None and not queue.over(at) and at < until
    by = until or made.answer_by
    return shown(made, **occasion(queue), can_be_taken=open_now) | {"answer_by": by}
