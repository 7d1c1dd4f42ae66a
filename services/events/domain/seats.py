"""How seats are counted, and where one that comes free goes.

A target is what has seats: the event where people register for the whole of it, else each session.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID


class PlaceState(StrEnum):
    """Whether a place is somebody's."""

    LIVE = "live"
    CANCELLED = "cancelled"


class RegistrationState(StrEnum):
    """Where a registration stands."""

    AWAITING_PAYMENT = "awaiting_payment"  # its seats are kept until `held_until`
    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"


class SpotState(StrEnum):
    """How a seat that was held for the waiting list ended; in exactly one of these ways."""

    OPEN = "open"
    GRANTED = "granted"
    RETURNED = "returned"
    ENDED = "ended"


class WaitingState(StrEnum):
    """What events has heard of somebody who wanted a place where there was none."""

    REQUESTED = "requested"
    WAITING = "waiting"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Target:
    """The seats of an event or of a session, and what decides where a freed one goes.

    `capacity` None: as many as come. `taken` counts live places and open spots. `demand` is the
    highest number of joins events has heard of, `cleared` the highest at which the list has said
    that nobody waits. `sequence` counts what the waiting list was told; 0: it knows nothing of it.
    `open` says that seats are counted here: at this level, and not cancelled.
    """

    target_id: UUID
    event_id: UUID
    starts_at: datetime
    capacity: int | None
    taken: int
    waiting_list_size: int
    waiting_list_closes_minutes: int
    demand: int
    cleared: int
    sequence: int
    open: bool

    @property
    def closes_at(self) -> datetime:
        """Give when the waiting list closes (UTC)."""
        return self.starts_at - timedelta(minutes=self.waiting_list_closes_minutes)

    @property
    def has_room(self) -> bool:
        """Say whether anybody may take a seat."""
        return self.capacity is None or self.taken < self.capacity

    @property
    def over_capacity(self) -> bool:
        """Say whether staff have let in more people than there are seats."""
        return self.capacity is not None and self.taken > self.capacity

    def started(self, at: datetime) -> bool:
        """Say whether it has begun at `at` (UTC)."""
        return at >= self.starts_at

    def list_is_open(self, at: datetime) -> bool:
        """Say whether people may join its waiting list at `at` (UTC)."""
        return self.open and self.waiting_list_size > 0 and at < self.closes_at


def asked_again(target: Target) -> bool:
    """Say whether somebody has joined since the list last said that nobody waits."""
    return target.demand > target.cleared


def goes_to_list(target: Target, *, at: datetime) -> bool:
    """Say whether a seat that comes free now is held for the waiting list.

    Not without a list, unless somebody joined before it was taken away; not after the start; not
    where no seats are counted; and not while staff's exceptions fill more seats than there are, for
    then none has come free.

    Source: D29, Qi1.
    """
    somebody_may_wait = target.waiting_list_size > 0 or asked_again(target)
    given_out = target.open and not target.started(at)
    return somebody_may_wait and given_out and not target.over_capacity


def seats_gained(target: Target, capacity: int | None) -> int:
    """Count the seats that come free when the capacity is set to `capacity` (None: no limit).

    Seats that were free before are not counted, nor those that only end an excess. Where the limit
    goes, there is a seat for each of those who wait, and the list asks for it when they join.
    """
    if capacity is None or target.capacity is None:
        return 0
    return max(0, capacity - max(target.capacity, target.taken))
