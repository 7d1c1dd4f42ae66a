"""What a session is, and whom it is for."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from services.booking.domain.people import PersonKind


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


class AttendanceMode(StrEnum):
    """How attendance is found out."""

    AUTOMATIC = "automatic"  # whoever has a place when the session starts has attended
    ROLL_CALL = "roll_call"  # staff mark it


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
