"""The facts waitlist says.

A queue is named by its `source`, the service whose seats it queues for, and that service's
`target_id`: `("booking", session_id)`.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from shared.contracts import Fact
from shared.contracts.booking import Occasion


@dataclass(frozen=True, kw_only=True)
class SpotRequested(Fact, version=1, about="target_id"):
    """A freed seat is asked for in the name of whoever is next.

    Heard by: booking (grants or refuses it).
    """

    spot_id: UUID
    entry_id: UUID
    source: Literal["booking", "events"]
    target_id: UUID
    person_id: UUID
    requested_at: datetime  # UTC


@dataclass(frozen=True, kw_only=True)
class SpotReturned(Fact, version=1, about="target_id"):
    """Nobody waits for a freed seat.

    Heard by: booking (frees it for everyone).
    """

    spot_id: UUID
    source: Literal["booking", "events"]
    target_id: UUID
    queue_version: int  # how many had ever joined when nobody was found
    returned_at: datetime  # UTC


@dataclass(frozen=True, kw_only=True)
class SpotAllocated(Occasion, Fact, version=1, about="target_id"):
    """The person who waited has the seat.

    Heard by: loyalty (notes that they have booked), notify (tells them, with a link to cancel).
    """

    spot_id: UUID
    entry_id: UUID
    source: Literal["booking", "events"]
    target_id: UUID
    person_id: UUID
    booking_id: UUID
    allocated_at: datetime  # UTC


@dataclass(frozen=True, kw_only=True)
class SpotDeclined(Fact, version=1, about="target_id"):
    """A granted seat is handed back: the person had left the list in the meantime.

    Heard by: booking (cancels the booking, which frees the seat again).
    """

    spot_id: UUID
    entry_id: UUID
    source: Literal["booking", "events"]
    target_id: UUID
    booking_id: UUID
    declined_at: datetime  # UTC


@dataclass(frozen=True, kw_only=True)
class WaitlistJoined(Fact, version=1, about="target_id"):
    """Somebody waits. Said again for one who still waits, which is harmless.

    Heard by: booking (holds a free seat for the list).
    """

    entry_id: UUID
    source: Literal["booking", "events"]
    target_id: UUID
    person_id: UUID
    queue_version: int  # how many have ever joined
    joined_at: datetime  # UTC


@dataclass(frozen=True, kw_only=True)
class WaitlistLeft(Fact, version=1, about="target_id"):
    """Somebody waits no longer, without having been given a seat.

    Heard by: booking (takes them off the roster's waiting rows).
    """

    entry_id: UUID
    source: Literal["booking", "events"]
    target_id: UUID
    person_id: UUID
    reason: Literal[
        "left",
        "removed",
        "has_booking",
        "already_waiting",
        "list_full",
        "list_closed",
        "not_eligible",
    ]
    left_at: datetime  # UTC
