"""booking's rules and value types; pure."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class PersonKind(StrEnum):
    """What somebody is to the studio."""

    LEAD = "lead"
    CLIENT = "client"
    MEMBER = "member"


class Classification(StrEnum):
    """Whom a session is for.

    Source: Q5 (a lead may book it only if it is classified as marketing).
    """

    REGULAR = "regular"
    MARKETING = "marketing"


class Arrangement(StrEnum):
    """Whether a session type makes one session for one client, or time slots to choose from.

    Source: B3, B4, B5.
    """

    SINGLE = "single"
    MULTI = "multi"


class BookingState(StrEnum):
    """Where a booking stands; a cancelled one stays on the roster (Q37)."""

    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"


class Attendance(StrEnum):
    """Whether a person came. Source: Q40, Q41."""

    ATTENDED = "attended"
    NO_SHOW = "no_show"


class AttendanceMode(StrEnum):
    """How attendance is found out."""

    AUTOMATIC = "automatic"  # whoever has a place when the session starts has attended
    ROLL_CALL = "roll_call"  # staff mark it


class VisitChange(StrEnum):
    """What marking a person's attendance means for the count of their visits."""

    RECORDED = "recorded"
    RETRACTED = "retracted"


class HoldKind(StrEnum):
    """For whom a seat is kept from others."""

    CHECKOUT = "checkout"  # somebody is about to confirm
    STAFF = "staff"  # reserved by staff
    WAITLIST = "waitlist"  # a spot: on its way to the waiting list


class HoldState(StrEnum):
    """How a hold ended, if it has; a spot ends in exactly one of these ways."""

    OPEN = "open"
    GRANTED = "granted"  # it became a booking
    RETURNED = "returned"  # nobody on the list wanted it
    ENDED = "ended"  # given up, lapsed or closed by staff or by the session's start


class WaitingState(StrEnum):
    """What booking has heard of somebody who wanted a place in a full session."""

    REQUESTED = "requested"
    WAITING = "waiting"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Session:
    """A session's seats, and what decides where a freed one goes.

    `taken` counts confirmed bookings and open holds. `demand` is the highest number of joins
    booking has heard of, `cleared` the highest at which the list has said that nobody waits.
    """

    session_id: UUID
    name: str
    classification: Classification
    starts_at: datetime
    ends_at: datetime
    time_zone: str
    staff: str
    location: str
    capacity: int
    taken: int
    waiting_list_size: int
    waiting_list_closes_at: datetime
    demand: int
    cleared: int
    sequence: int
    attendance: AttendanceMode = AttendanceMode.AUTOMATIC

    @property
    def has_waiting_list(self) -> bool:
        """Say whether people may wait for a seat here."""
        return self.waiting_list_size > 0

    @property
    def free(self) -> int:
        """Count the seats anybody may take; none where the session is over capacity."""
        return max(0, self.capacity - self.taken)

    def started(self, at: datetime) -> bool:
        """Say whether the session has begun at `at` (UTC)."""
        return at >= self.starts_at


def may_attend(kind: PersonKind, classification: Classification) -> bool:
    """Say whether a person of this kind may have a seat in a session so classified.

    Source: Q5.
    """
    return kind is not PersonKind.LEAD or classification is Classification.MARKETING


def visit_change(before: Attendance | None, after: Attendance | None) -> VisitChange | None:
    """Say whether a visit is to be counted, no longer to be counted, or neither.

    Args:
        before: how the booking was marked; None: not at all.
        after: how it is marked now; None: not at all, because it was cancelled.
    """
    if before is after:
        return None
    if after is Attendance.ATTENDED:
        return VisitChange.RECORDED
    return VisitChange.RETRACTED if before is Attendance.ATTENDED else None


def goes_to_list(session: Session, *, at: datetime) -> bool:
    """Say whether a seat that comes free now is held for the waiting list.

    Not without a list, unless people wait who joined before it was taken away; not once the
    session has started, for nobody could come any more; and not while more seats are taken than
    there are, for then no space has come free.

    Source: Q47, Qi1.
    """
    over_capacity = session.taken > session.capacity
    somebody_may_wait = session.has_waiting_list or asked_again(session)
    return somebody_may_wait and not session.started(at) and not over_capacity


def asked_again(session: Session) -> bool:
    """Say whether somebody has joined since the list last said that nobody waits."""
    return session.demand > session.cleared


def seats_gained(session: Session, capacity: int) -> int:
    """Count the seats that become free when the capacity is set to `capacity` (>= 0).

    Seats that were free before are not counted; seats that only end an excess are none.
    """
    return max(0, capacity - max(session.capacity, session.taken))
