"""What becomes of a freed seat, and by which rule."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from services.waitlist.domain.queues import EntryState, GroupRule, Policy, Queue, Waiting


class SpotState(StrEnum):
    """What became of a freed seat."""

    POOLED = "pooled"  # with the list, in nobody's name
    OFFERED = "offered"  # some are asked whether they want it
    ANNOUNCED = "announced"  # all are told; the first to take it has it
    CLAIMING = "claiming"  # asked for in somebody's name
    HANDING_BACK = "handing_back"  # the same, for somebody who does not want it any more
    GRANTED = "granted"  # a group's, which is told when it has all its seats
    ALLOCATED = "allocated"
    RETURNED = "returned"
    DECLINED = "declined"
    CLOSED = "closed"


class OfferState(StrEnum):
    """What became of an offer."""

    OPEN = "open"
    ACCEPTED = "accepted"
    TAKEN = "taken"  # somebody else was quicker
    DECLINED = "declined"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    LEFT = "left"


class Rule(StrEnum):
    """Why a decision was taken as it was."""

    FIRST_COME = "first_come_first_served"
    FIRST_THAT_FITS = "first_group_that_fits"
    NOBODY_WAITS = "nobody_waits"
    ALL_PASSED = "all_were_passed_over"
    ENOUGH = "more_seats_than_are_wanted"
    LIST_CLOSED = "list_closed"
    CAPACITY_LOWERED = "capacity_lowered"
    LIST_PAUSED = "list_paused"
    KEPT_FOR_GROUP = "kept_until_a_group_has_enough"
    TOLD_EVERYBODY = "everybody_is_told"
    ACCEPTED = "accepted_the_offer"
    FIRST_TO_TAKE = "first_to_take_it"
    STAFF = "staff_decided"


class Step(StrEnum):
    """What is done next with a freed seat."""

    REQUEST = "request"
    INVITE = "invite"
    ANNOUNCE = "announce"
    KEEP = "keep"
    RETURN = "return"


WENT_ROUND = frozenset({"seat_was_free", "list_asked_again", "handed_back"})
"""Causes of spots whose seat had come free, and come to the list, before."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A freed seat in the list's hands; up to position `passed_to` all had their chance at it."""

    spot_id: UUID
    passed_to: int
    seen_at: datetime
    overruled: bool = False
    cause: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """What to do, for whom (None: nobody), and by which rule."""

    step: Step
    entry: Waiting | None
    rule: Rule


def choose_next(queue: Queue, head: Waiting | None, *, seats: int, at: datetime) -> Choice:
    """Choose what becomes of freed seats.

    Args:
        queue: the queue, locked.
        head: the first in line that has not had their chance; under the rule `best_fit` the first
            for whom the seats suffice, if there is one.
        seats: how many freed seats the head may have; >= 1.
        at: now (UTC).

    Source: Q46, Q47 (the first in the queue has the seat), D27.
    """
    if head is None or queue.over(at):
        passed = Rule.ALL_PASSED if queue.waiting > 0 else Rule.NOBODY_WAITS
        return Choice(Step.RETURN, None, passed if head is None else Rule.LIST_CLOSED)
    if queue.paused:
        return Choice(Step.KEEP, None, Rule.LIST_PAUSED)
    if queue.policy is Policy.ANNOUNCE:
        return Choice(Step.ANNOUNCE, None, Rule.TOLD_EVERYBODY)
    if head.wanted > seats and queue.group_rule is not GroupRule.SPLIT:
        return Choice(Step.KEEP, head, Rule.KEPT_FOR_GROUP)
    fits = queue.group_rule is GroupRule.BEST_FIT and head.quantity > 1
    asked = queue.policy is Policy.OFFER or head.asks_first
    rule = Rule.FIRST_THAT_FITS if fits else Rule.FIRST_COME
    return Choice(Step.INVITE if asked else Step.REQUEST, head, rule)


def after_refusal(state: EntryState, reason: str) -> EntryState:
    """Say where an entry stands when the seat asked for in its name was refused.

    One who could not pay stays on the list and is tried again for the next seat.

    Args:
        state: `claiming`, `leaving`, or `waiting` where a group's other seats are still wanted.
        reason: booking's or events' reason.

    Source: Q46.
    """
    if state is EntryState.LEAVING:
        return EntryState.LEFT
    ends = {
        "already_booked": EntryState.HAS_BOOKING,
        "not_eligible": EntryState.NOT_ELIGIBLE,
        "session_started": EntryState.LAPSED,
    }
    return ends.get(reason, EntryState.WAITING)
