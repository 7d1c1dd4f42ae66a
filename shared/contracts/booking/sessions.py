"""What booking says of sessions."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from shared.contracts import Fact


@dataclass(frozen=True, kw_only=True)
class QueueLimits:
    """What a session's waiting list must know of the session, as of `sequence`."""

    session_id: UUID
    name: str
    starts_at: datetime  # UTC
    waiting_list_size: int  # 0: no waiting list
    waiting_list_closes_at: datetime  # UTC; nobody joins or is chosen from then on
    sequence: int  # counts the changes of this session; the higher one is newer
    ends_at: datetime | None = None  # UTC
    time_zone: str = ""  # IANA name of the studio's zone
    location: str = ""
    staff: str = ""
    capacity: int = 0  # how many seats there are
    classification: Literal["regular", "marketing"] = "regular"
    cancelled: bool = False  # nobody joins or is chosen any more
    over_capacity: int = 0  # how many more seats are taken, or with the list, than there are
    drops_waiting: bool = False  # those who wait are told that the list is no more (Q10 to Q12)


@dataclass(frozen=True, kw_only=True)
class Occasion:
    """What a message must say about the session it is about."""

    session_name: str
    starts_at: datetime  # UTC
    time_zone: str  # IANA name of the studio's zone
    location: str
    staff: str
    ends_at: datetime | None = None  # UTC


@dataclass(frozen=True, kw_only=True)
class OccasionIfKnown:
    """The same, in a fact that was first said without it: empty where it is not known."""

    session_name: str = ""
    starts_at: datetime | None = None  # UTC
    ends_at: datetime | None = None  # UTC
    time_zone: str = ""  # IANA name of the studio's zone
    location: str = ""
    staff: str = ""


@dataclass(frozen=True, kw_only=True)
class SessionScheduled(QueueLimits, Fact, version=1, about="session_id"):
    """A session was put on the timetable.

    Heard by: waitlist (opens its queue).
    """


@dataclass(frozen=True, kw_only=True)
class SessionChanged(QueueLimits, Fact, version=1, about="session_id"):
    """A session is no longer as it was put on the timetable.

    Heard by: waitlist (keeps its queue's limits), notify (reminds by the name of today).
    """


@dataclass(frozen=True, kw_only=True)
class SessionCancelled(Occasion, Fact, version=1, about="session_id"):
    """A session does not take place. Every booking of it is cancelled with a fact of its own.

    Heard by: waitlist (ends its queue).
    """

    session_id: UUID
    reason: str  # as staff wrote it for those concerned; may be empty
    sequence: int  # counts the changes of this session; the higher one is newer
    cancelled_at: datetime  # UTC
