"""The facts waitlist says.

A queue is named by its `source`, the service whose seats it queues for, and that service's
`target_id`: `("booking", session_id)`.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from shared.contracts import Fact
from shared.contracts.booking import Erasure, Occasion, OccasionIfKnown

CLAIM_LINK = "claim-spot"
"""The purpose of a link that names an offer and lets its person accept or decline it."""
CLAIM_PATH = "/claim/{token}"
ENTRY_LINK = "show-entry"
"""The purpose of a link that names an entry: its place in line, its odds, and leaving."""
ENTRY_PATH = "/waiting/{token}"


@dataclass(frozen=True, kw_only=True)
class SpotRequested(Fact, version=1, about="target_id"):
    """A freed seat is asked for in the name of whoever is next.

    Heard by: booking (grants or refuses it), events (does so for its own).
    """

    spot_id: UUID
    entry_id: UUID
    source: Literal["booking", "events"]
    target_id: UUID
    person_id: UUID
    requested_at: datetime  # UTC
    pay: bool = False  # the seat must be paid for at once: by a credit, else by the saved card
    seat: int = 1  # which seat of a group's entry it is for, from 1
    overruled: bool = False  # staff gave it by hand, past those who waited longer


@dataclass(frozen=True, kw_only=True)
class SpotReturned(Fact, version=1, about="target_id"):
    """Nobody waits for a freed seat.

    Heard by: booking (frees it for everyone), events (does so for its own).
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
    booking_id: UUID  # for source "events": the registration
    allocated_at: datetime  # UTC
    seats: int = 1  # how many a group was given with it; the others' bookings have their own ids


@dataclass(frozen=True, kw_only=True)
class SpotDeclined(Fact, version=1, about="target_id"):
    """A granted seat is handed back: the person had left the list in the meantime.

    Heard by: booking (cancels the booking, which frees the seat again), events (takes the place
    back).
    """

    spot_id: UUID
    entry_id: UUID
    source: Literal["booking", "events"]
    target_id: UUID
    booking_id: UUID
    declined_at: datetime  # UTC


@dataclass(frozen=True, kw_only=True)
class WaitlistJoined(OccasionIfKnown, Fact, version=1, about="target_id"):
    """Somebody waits. Said again for one who still waits, which is harmless.

    Heard by: booking (holds a free seat for the list), notify (tells them, once), events (does as
    booking does).
    """

    entry_id: UUID
    source: Literal["booking", "events"]
    target_id: UUID
    person_id: UUID
    queue_version: int  # how many have ever joined
    joined_at: datetime  # UTC
    place: int = 0  # in line, from 1; 0: not shown
    quantity: int = 1  # how many seats they want together
    needs_answer: bool = False  # they are to be asked, not assigned
    seats: int = 1  # how many free seats the list has takers for, as far as this fact knows


@dataclass(frozen=True, kw_only=True)
class WaitlistLeft(OccasionIfKnown, Fact, version=1, about="target_id"):
    """Somebody waits no longer, without having been given a seat.

    Heard by: booking (takes them off the roster's waiting rows), notify (tells them), events (takes
    them off its own).
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


@dataclass(frozen=True, kw_only=True)
class SpotOffered(Occasion, Fact, version=1, about="target_id"):
    """A freed seat is offered to somebody who waits, who is to take it by a link.

    Heard by: notify (sends the link), events (counts them among the invited).
    """

    offer_id: UUID  # an entry's part in the offer of one spot; the link names it
    spot_id: UUID
    entry_id: UUID
    source: Literal["booking", "events"]
    target_id: UUID
    person_id: UUID
    announced: bool  # everybody was told, and the first to take it has it
    seats: int  # how many seats are offered together
    answer_by: datetime  # UTC; from then on the offer is void
    offered_at: datetime  # UTC


@dataclass(frozen=True, kw_only=True)
class OfferClosed(Fact, version=1, about="target_id"):
    """An offer can no longer be taken.

    Heard by: notify (does not send it any more, and tells those who tried in vain), events (counts
    them among the invited no longer).
    """

    offer_id: UUID
    spot_id: UUID
    entry_id: UUID
    source: Literal["booking", "events"]
    target_id: UUID
    person_id: UUID
    reason: Literal["taken", "accepted", "declined", "expired", "withdrawn", "left"]
    closed_at: datetime  # UTC


@dataclass(frozen=True, kw_only=True)
class WaitlistRecordsErased(Erasure, Fact, version=1, about="person_id"):
    """waitlist has removed what it held of a person.

    Heard by: booking (notes it in the receipt).
    """
