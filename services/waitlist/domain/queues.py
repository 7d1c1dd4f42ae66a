"""What a queue is, and who of it is next."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class Policy(StrEnum):
    """How a freed seat finds its new holder."""

    ASSIGN = "assign"  # the first in line has it, and is told (Q47)


class EntryState(StrEnum):
    """Where somebody who joined a queue stands."""

    WAITING = "waiting"
    CLAIMING = "claiming"  # a seat is asked for in their name
    LEAVING = "leaving"  # left while a seat was asked for; what comes of it is handed back
    ALLOCATED = "allocated"
    LEFT = "left"
    HAS_BOOKING = "has_booking"  # got a place another way
    NOT_ELIGIBLE = "not_eligible"  # may not attend what they wait for
    LAPSED = "lapsed"  # the session started without them


class SpotState(StrEnum):
    """What became of a freed seat."""

    CLAIMING = "claiming"
    ALLOCATED = "allocated"
    RETURNED = "returned"
    DECLINED = "declined"
    CLOSED = "closed"


class Rule(StrEnum):
    """Why a decision was taken as it was."""

    FIRST_COME = "first_come_first_served"
    NOBODY_WAITS = "nobody_waits"
    LIST_CLOSED = "list_closed"


@dataclass(frozen=True, slots=True)
class Queue:
    """A queue: `version` counts the joins, `waiting` those who wait now."""

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

    def closed(self, at: datetime) -> bool:
        """Say whether nobody joins or is chosen any more at `at` (UTC)."""
        return self.size == 0 or at >= self.closes_at

    @property
    def full(self) -> bool:
        """Say whether the list has as many people as it takes."""
        return self.waiting >= self.size


@dataclass(frozen=True, slots=True)
class Waiting:
    """Somebody who waits, as far as choosing needs to know."""

    entry_id: UUID
    person_id: UUID
    joined_at: datetime


@dataclass(frozen=True, slots=True)
class Choice:
    """Who is next (None: nobody) and by which rule."""

    entry: Waiting | None
    rule: Rule


def choose_next(queue: Queue, head: Waiting | None, *, at: datetime) -> Choice:
    """Choose who gets a freed seat: whoever has waited longest, while the list is open.

    A list whose size was set to 0 still serves those who are on it.

    Args:
        queue: the queue, locked.
        head: the longest waiting entry, if anyone waits.
        at: now (UTC).

    Source: Q47 (the first in the queue has the seat).
    """
    if head is None:
        return Choice(None, Rule.NOBODY_WAITS)
    if at >= queue.closes_at:
        return Choice(None, Rule.LIST_CLOSED)
    return Choice(head, Rule.FIRST_COME)


def after_refusal(state: EntryState, reason: str) -> EntryState:
    """Say where an entry stands when the seat asked for in its name was refused.

    Args:
        state: `claiming` or `leaving`.
        reason: booking's reason.
    """
    if state is EntryState.LEAVING:
        return EntryState.LEFT
    ends = {
        "already_booked": EntryState.HAS_BOOKING,
        "not_eligible": EntryState.NOT_ELIGIBLE,
        "session_started": EntryState.LAPSED,
    }
    return ends.get(reason, EntryState.WAITING)
