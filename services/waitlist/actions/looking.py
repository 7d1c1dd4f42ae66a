"""What is shown of queues, entries and spots, and why things came as they did."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from services.waitlist import store
from services.waitlist.actions.targets import Source, occasion, shown
from services.waitlist.domain import BEFORE_ALL, IN_LINE, Queue, odds_of
from shared.contracts import Values
from shared.contracts.errors import (
    EntryNotFound,
    OfferNotFound,
    QueueNotFound,
    SpotNotFound,
)

LISTS = 200
"""On how many earlier lists, the newest, a chance is computed at most."""
SHOWN = 100
"""How many rows of one kind an explanation has at most."""


def get_queue(sql: Any, source: Source, target_id: UUID) -> Queue:
    """Give a queue."""
    queue = store.find_queue(sql, source, target_id)
    if queue is None:
        raise QueueNotFound(str(target_id))
    return queue


def get_entry(sql: Any, entry_id: UUID) -> Values:
    """Give an entry, with its place in line from 1 while it waits, unless all are told at once."""
    entry = _entry(sql, entry_id)
    queue = store.queue_by_id(sql, entry.queue_id)
    return shown(entry, place=_place(sql, queue, entry))


def _entry(sql: Any, entry_id: UUID) -> Any:
    entry = store.find_entry(sql, entry_id)
    if entry is None:
        raise EntryNotFound(str(entry_id))
    return entry


def _place(sql: Any, queue: Queue, entry: Any) -> int | None:
    if entry.state not in IN_LINE or not queue.shows_places:
        return None
    return store.position_of(sql, entry.queue_id, entry.position)


def show_entry(sql: Any, entry_id: UUID, *, at: datetime) -> Values:
    """Give what somebody who waits is shown: their place, their odds, and what it is about.

    The odds are this studio's own: the share of earlier lists that came down to this place with as
    much time left, and how many lists that rests on. Where all are told at once neither is shown.
    """
    entry = _entry(sql, entry_id)
    queue = store.queue_by_id(sql, entry.queue_id)
    place = _place(sql, queue, entry)
    waits = entry.state in IN_LINE and not queue.over(at)
    odds = None
    if place is not None and waits:
        history = store.freed_before_close(sql, queue.source, limit=LISTS)
        odds = odds_of(place, queue.closes_at - at, history)
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


# -- why ----------------------------------------------------------------------------------------


def explain_decision(sql: Any, spot_id: UUID) -> Values:
    """Give what became of a freed seat: each decision with its rule, and who was considered.

    For each time it was asked for or offered, those who stood further ahead at that moment are
    listed with why they were passed over.
    """
    spot = store.find_spot(sql, spot_id)
    if spot is None:
        raise SpotNotFound(str(spot_id))
    decisions = store.list_decisions(sql, spot_id)
    queue = store.queue_by_id(sql, spot.queue_id)
    why: dict[UUID, str] = {}
    told = []
    for one in decisions:
        row = shown(one, passed_over=[])
        if one.entry_id is not None and one.outcome in {"requested", "invited"}:
            row["passed_over"] = list(_passed_over(sql, one, why))
        elif one.entry_id is not None and one.outcome not in {"allocated", "granted"}:
            why[one.entry_id] = one.reason
        told.append(row)
    overrides = store.overrides_for(sql, spot_id)
    offers = store.offers_for(sql, spot_id, limit=SHOWN)
    named = {"policy": queue.policy.value, "target_id": queue.target_id, "source": queue.source}
    return shown(spot, **named, decisions=told, overrides=overrides, offers=offers)


def _passed_over(sql: Any, decision: Any, why: dict[UUID, str]) -> Iterator[Values]:
    chosen = store.find_entry(sql, decision.entry_id)
    if chosen is None:
        return
    ahead = store.ahead_of(
        sql, decision.queue_id, chosen.position, at=decision.decided_at, limit=SHOWN
    )
    by_staff = decision.reason == "staff_decided"
    for entry in ahead:
        otherwise = "overruled_by_staff" if by_staff else "asked_about_another_seat"
        reason = why.get(entry.entry_id, otherwise)
        yield {"entry_id": entry.entry_id, "reason": reason}


def explain_entry(sql: Any, entry_id: UUID, *, at: datetime) -> Values:
    """Give all that was decided about an entry, and which of staff's decisions overtook it."""
    entry = _entry(sql, entry_id)
    queue = store.queue_by_id(sql, entry.queue_id)
    until = entry.ended_at or at
    history = store.overrides_of(
        sql, queue.queue_id, since=entry.joined_at, until=until, limit=1000
    )
    own = [one for one in history if one.entry_id == entry_id]
    overtaken = [
        one
        for one in history
        if one.entry_id != entry_id
        and one.from_position is not None
        and one.to_position < _position_then(entry, own, one.done_at) < one.from_position
    ]
    return shown(
        entry,
        place=_place(sql, queue, entry),
        policy=queue.policy.value,
        group_rule=queue.group_rule.value,
        source=queue.source,
        target_id=queue.target_id,
        decisions=store.decisions_about(sql, entry_id, limit=SHOWN),
        offers=store.offers_of(sql, entry_id, limit=SHOWN),
        overrides=own[:SHOWN],
        overtaken_by=overtaken[:SHOWN],
    )


def _position_then(entry: Any, own: list[Any], then: datetime) -> int:
    """Give the position an entry had at an instant: that before the first of its later moves."""
    for one in own:
        moved = one.to_position is not None and one.to_position != BEFORE_ALL
        if moved and one.done_at > then:
            return int(one.from_position)
    return int(entry.position)
