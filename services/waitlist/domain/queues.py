"""What a queue is, and where somebody stands in it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

LARGEST_GROUP = 20
BEFORE_ALL = -(2**62)
"""A position before every place in line."""
AFTER_ALL = 2**62
"""A position behind every place in line."""
STEP = 2**20
"""How far apart those who join are put, so that staff can move others between them."""


class Policy(StrEnum):
    """How a freed seat finds its new holder; staff choose one for each queue, at any time.

    Source: Q46, Q47, D27, D36.
    """

    ASSIGN = "assign"  # the first in line has it, and is told (Q47)
    ASSIGN_IF_PAID = "assign_if_paid"  # the first in line who can pay for it at once
    OFFER = "offer"  # the first in line are asked; the first of them to accept has it
    ANNOUNCE = "announce"  # everybody is told; the first to take it has it


class GroupRule(StrEnum):
    """What becomes of a freed seat while a group that wants several together is first in line."""

    STRICT = "strict"  # seats are kept until they suffice; nobody overtakes the group
    BEST_FIT = "best_fit"  # the first in line for whom the seats suffice
    SPLIT = "split"  # the group is given seats one by one


class EntryState(StrEnum):
    """Where somebody who joined a queue stands."""

    WAITING = "waiting"
    OFFERED = "offered"  # waits, and is asked whether they want a seat
    CLAIMING = "claiming"  # a seat is asked for in their name
    LEAVING = "leaving"  # left while a seat was asked for; what comes of it is handed back
    ALLOCATED = "allocated"
    LEFT = "left"
    REMOVED = "removed"  # taken off the list by staff
    HAS_BOOKING = "has_booking"  # got a place another way
    NOT_ELIGIBLE = "not_eligible"  # may not attend what they wait for
    LAPSED = "lapsed"  # the list closed without them


LIVE = frozenset({EntryState.WAITING, EntryState.OFFERED, EntryState.CLAIMING, EntryState.LEAVING})
IN_LINE = frozenset({EntryState.WAITING, EntryState.OFFERED})


@dataclass(frozen=True, slots=True)
class Queue:
    """A queue: `version` counts who got a new claim to a seat, `waiting` those who wait now."""

    queue_id: UUID
    source: str
    target_id: UUID
    name: str
    policy: Policy
    size: int
    closes_at: datetime
    version: int
    waiting: int
    sequence: int
    chosen: bool = False
    invitations: int = 1
    answer_minutes: int = 1440
    group_rule: GroupRule = GroupRule.STRICT
    takes_joins: bool = True
    opens_at: datetime | None = None
    paused: bool = False
    cancelled: bool = False
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    time_zone: str = ""
    location: str = ""
    staff: str = ""
    pooled: int = 0
    announced: int = 0
    announced_until: datetime | None = None
    cleared: int = 0
    told_to: int = BEFORE_ALL
    telling: bool = False
    hushing: str | None = None
    dropping: bool = False
    ended_at: datetime | None = None
    capacity: int = 0  # 0: not known

    def over(self, at: datetime) -> bool:
        """Say whether nobody is chosen any more at `at` (UTC).

        A list whose size was set to 0 still serves those who are on it.
        """
        return self.cancelled or self.dropping or at >= self.closes_at

    def closed(self, at: datetime) -> bool:
        """Say whether nobody joins at `at` (UTC)."""
        early = self.opens_at is not None and at < self.opens_at
        return self.size == 0 or self.over(at) or not self.takes_joins or early

    @property
    def full(self) -> bool:
        """Say whether the list has as many people as it takes."""
        return self.waiting >= self.size

    @property
    def seats_most(self) -> int:
        """Give how many can be given seats together, if everybody else gave up their place."""
        return self.capacity or LARGEST_GROUP

    def can_seat(self, together: int) -> bool:
        """Say whether a group of so many fits in at all."""
        return together <= self.seats_most

    @property
    def shows_places(self) -> bool:
        """Say whether people are told their place in line; where the quickest wins it says nothing.

        Source: D27 and the neighbouring products (a place is hidden where all are told at once).
        """
        return self.policy is not Policy.ANNOUNCE

    def answer_by(self, at: datetime, minutes: int | None = None) -> datetime:
        """Say until when (UTC, excluded) an offer made at `at` can be taken."""
        return min(at + timedelta(minutes=minutes or self.answer_minutes), self.closes_at)


@dataclass(frozen=True, slots=True)
class Waiting:
    """Somebody who waits, as far as choosing needs to know.

    `wanted` seats are still to be asked for; `seats` were ever asked for.
    """

    entry_id: UUID
    person_id: UUID
    joined_at: datetime
    position: int = 0
    quantity: int = 1
    wanted: int = 1
    asked: int = 0
    seats: int = 0
    asks_first: bool = False


def position_between(before: int | None, behind: int | None) -> int | None:
    """Give a position between two places in line, or None where there is none left.

    Args:
        before: the position in front; None: nobody is in front.
        behind: the position behind; None: nobody is behind.
    """
    if before is None:
        return behind - STEP if behind is not None else STEP
    if behind is None:
        return before + STEP
    middle = (before + behind) // 2
    return middle if before < middle < behind else None
