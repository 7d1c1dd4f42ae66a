"""What another policy would have made of a period, beside what happened."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from services.waitlist import store
from services.waitlist.domain import (
    WENT_ROUND,
    Behaviour,
    EntryState,
    Joined,
    OfferState,
    Outcome,
    Policy,
    Rules,
    SpotState,
    Told,
    replay,
)
from shared.contracts import Values

LISTS = 1000
"""How many lists a replay takes in at most; it says when there are more."""
ACCEPT_PERCENT = 70
ANSWER_AFTER = timedelta(hours=2)
"""What people are taken to do where they were never asked."""
_GAVE_UP = {EntryState.LEFT.value, EntryState.REMOVED.value, EntryState.HAS_BOOKING.value}


def replay_policy(
    sql: Any,
    *,
    since: datetime,
    until: datetime,
    policy: Policy,
    invitations: int,
    answer_minutes: int,
    accept_percent: int | None,
    answer_after_minutes: int | None,
    pay_percent: int | None,
) -> Values:
    """Run the recorded joins and freed seats of a period under another policy.

    The lists are those that closed in the period. A seat that came round again counts once, one
    beyond the capacity not at all. How people answer is taken from their recorded
    answers in it, or from the caller; the reply says which, and on how many answers it rests.
    """
    found = store.queues_of_period(sql, since=since, until=until, limit=LISTS + 1)
    queues = found[:LISTS]
    ids = [queue.queue_id for queue in queues]
    entries = _by_queue(store.entries_in(sql, ids))
    spots = _by_queue(store.spots_in(sql, ids))
    offers = _by_queue(store.offers_in(sql, ids))
    refused = store.refusals_in(sql, ids)
    people, assumed = _behaviour(offers, refused, accept_percent, answer_after_minutes, pay_percent)
    rules = Rules(policy, invitations, timedelta(minutes=answer_minutes))
    happened, replayed = Outcome(), Outcome()
    for queue in queues:
        key = queue.queue_id
        told = _told(queue, entries.get(key, []), spots.get(key, []))
        happened.add(_happened(entries.get(key, []), spots.get(key, []), offers.get(key, [])))
        replayed.add(replay(told, rules, people))
    policies = sorted({queue.policy for queue in queues})
    return {
        "queues": len(queues),
        "complete": len(found) <= LISTS,
        "happened": {"policy": ", ".join(policies), **happened.figures()},
        "replayed": {"policy": policy.value, **replayed.figures()},
        "assumed": assumed,
    }


def _by_queue(rows: Sequence[Any]) -> dict[Any, list[Any]]:
    found: dict[Any, list[Any]] = {}
    for row in rows:
        found.setdefault(row.queue_id, []).append(row)
    return found


def _told(queue: Any, entries: Sequence[Any], spots: Sequence[Any]) -> Told:
    joined = [
        Joined(one.entry_id, one.joined_at, one.ended_at if one.state in _GAVE_UP else None, seat)
        for one in sorted(entries, key=lambda one: (one.joined_at, one.position))
        for seat in range(1, one.quantity + 1)
    ]
    return Told(joined, [spot.seen_at for spot in _seats(spots)], queue.closes_at)


def _seats(spots: Sequence[Any]) -> list[Any]:
    """Give each seat once: as the spot as which it first came free.

    Where more were allocated, there were seats free before the list began.
    """
    new = [spot for spot in spots if spot.cause not in WENT_ROUND]
    again = [spot for spot in spots if spot.cause in WENT_ROUND]
    filled = sum(spot.state == SpotState.ALLOCATED for spot in spots)
    found_free = [spot for spot in again if spot.state == SpotState.ALLOCATED]
    return sorted([*new, *found_free[: max(0, filled - len(new))]], key=lambda spot: spot.seen_at)


def _happened(entries: Sequence[Any], spots: Sequence[Any], offers: Sequence[Any]) -> Outcome:
    """Read off the records how the seats fared."""
    joined = {one.entry_id: one for one in entries}
    outcome = Outcome(freed=len(_seats(spots)), messages=len(offers))
    for spot in spots:
        entry = joined.get(spot.entry_id)
        if spot.state == SpotState.ALLOCATED and entry is not None and spot.ended_at is not None:
            who = Joined(entry.entry_id, entry.joined_at)
            outcome.fill(who, spot.seen_at, spot.ended_at)
    return outcome


def _behaviour(
    offers: Mapping[Any, Sequence[Any]],
    refused: tuple[int, int],
    accept_percent: int | None,
    answer_after_minutes: int | None,
    pay_percent: int | None,
) -> tuple[Behaviour, Values]:
    """Say how people are taken to answer, and on how many of their answers that rests."""
    made = [one for some in offers.values() for one in some]
    over = {OfferState.ACCEPTED.value, OfferState.DECLINED.value, OfferState.EXPIRED.value}
    answered = [one for one in made if one.state in over and not one.announced]
    took = [one for one in made if one.state == OfferState.ACCEPTED and one.closed_at]
    accepts = accept_percent
    if accepts is None:
        invited = [one for one in answered if one.state == OfferState.ACCEPTED]
        accepts = round(100 * len(invited) / len(answered)) if answered else ACCEPT_PERCENT
    after = ANSWER_AFTER
    if answer_after_minutes is not None:
        after = timedelta(minutes=answer_after_minutes)
    elif took:
        after = timedelta(
            seconds=median((one.closed_at - one.offered_at).total_seconds() for one in took)
        )
    unpaid, asked = refused
    pays = pay_percent
    if pays is None:
        pays = round(100 * (asked - unpaid) / asked) if asked else 100
    assumed = {
        "accept_percent": accepts,
        "answer_after_minutes": round(after.total_seconds() / 60),
        "pay_percent": pays,
        "answers": len(answered),
        "payments": asked,
    }
    return Behaviour(accepts, after, pays), assumed
