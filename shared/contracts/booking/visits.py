"""What booking says of who came."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.contracts import Fact


@dataclass(frozen=True, kw_only=True)
class Visit:
    """A booking somebody came on, or did not; `sequence` counts how often it was marked."""

    booking_id: UUID
    session_id: UUID
    person_id: UUID
    starts_at: datetime  # UTC; with `time_zone` it gives the day the visit counts on
    time_zone: str  # IANA name of the studio's zone
    sequence: int  # the higher one is newer, for one booking


@dataclass(frozen=True, kw_only=True)
class VisitRecorded(Visit, Fact, version=1, about="person_id"):
    """A person came to a session they had a place in.

    Heard by: loyalty (gives the points of a visit), ranking (counts it).
    """

    recorded_at: datetime  # UTC


@dataclass(frozen=True, kw_only=True)
class VisitRetracted(Visit, Fact, version=1, about="person_id"):
    """A visit that was recorded counts no longer: a no-show after all, or cancelled.

    Heard by: loyalty (takes back the points of the visit), ranking (counts it no longer).
    """

    retracted_at: datetime  # UTC
