"""What booking says of who has a seat."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from shared.contracts import Fact
from shared.contracts.booking.sessions import Occasion, OccasionIfKnown


@dataclass(frozen=True, kw_only=True)
class BookingConfirmed(Occasion, Fact, version=1, about="session_id"):
    """A person has a place, booked by themselves or by staff.

    Heard by: loyalty (notes that they have booked), notify (confirms it, with a link to cancel).
    """

    booking_id: UUID
    session_id: UUID
    person_id: UUID
    booked_at: datetime  # UTC
    sequence: int = 0  # counts the changes of this booking; the higher one is newer
    price_minor: int = 0  # minor units of `currency`
    balance_minor: int = 0  # what is still to be paid; >= 0
    currency: str = ""  # ISO 4217, lower case; empty: nothing was ever to be paid


@dataclass(frozen=True, kw_only=True)
class BookingCancelled(OccasionIfKnown, Fact, version=1, about="session_id"):
    """A person gave up a confirmed place.

    Heard by: waitlist (asks for the place), loyalty (gives back the points of a treat),
    notify (confirms it).
    """

    booking_id: UUID
    session_id: UUID
    person_id: UUID
    spot_id: UUID | None  # the seat on its way to the waiting list; None: simply free
    cancelled_at: datetime  # UTC
    cancelled_by: Literal["staff", "link", "waitlist"]
    session_cancelled: bool = False  # the whole session does not take place
    doubled: bool = False  # they keep another place in it: two records of theirs were merged
    sequence: int = 0  # counts the changes of this booking; the higher one is newer


@dataclass(frozen=True, kw_only=True)
class SpotFreed(Fact, version=1, about="session_id"):
    """A seat came free without a cancellation and is held for the waiting list.

    Heard by: waitlist (asks for the place).
    """

    spot_id: UUID
    session_id: UUID
    reason: Literal["capacity_raised", "hold_ended", "seat_was_free", "list_asked_again"]
    freed_at: datetime  # UTC


@dataclass(frozen=True, kw_only=True)
class SpotGranted(Occasion, Fact, version=1, about="session_id"):
    """The seat that was asked for in somebody's name is theirs.

    Heard by: waitlist (allocates it).
    """

    spot_id: UUID
    entry_id: UUID
    booking_id: UUID
    session_id: UUID
    person_id: UUID
    granted_at: datetime  # UTC


@dataclass(frozen=True, kw_only=True)
class SpotRefused(Fact, version=1, about="session_id"):
    """The seat that was asked for could not be given to that person.

    Heard by: waitlist (puts the entry back or ends it, and asks for the next).
    """

    spot_id: UUID
    entry_id: UUID
    session_id: UUID
    person_id: UUID
    reason: Literal["already_booked", "not_eligible", "session_started", "spot_closed", "not_paid"]
    still_open: bool  # whether the seat may be asked for in another name
    refused_at: datetime  # UTC


@dataclass(frozen=True, kw_only=True)
class PlaceRequested(Fact, version=1, about="session_id"):
    """Somebody wanted a place in a full session and is to be put on its waiting list.

    Heard by: waitlist (puts them on the list).
    """

    entry_id: UUID
    session_id: UUID
    person_id: UUID
    requested_at: datetime  # UTC


@dataclass(frozen=True, kw_only=True)
class BookingMoved(Occasion, Fact, version=1, about="from_session_id"):
    """A confirmed place is at another time: staff moved the booking, or the session itself.

    The seat in the session it came from is freed exactly as by a cancellation. Where the session
    itself was moved, both sessions are the same one and no seat comes free.

    Heard by: waitlist (asks for the place that came free), notify (tells them the new time).
    """

    booking_id: UUID
    from_session_id: UUID
    session_id: UUID  # where the place is now; the occasion is this one's
    person_id: UUID
    spot_id: UUID | None  # the seat on its way to the waiting list of `from_session_id`
    moved_from: datetime  # UTC, when it would have started
    moved_at: datetime  # UTC
    sequence: int  # counts the changes of this booking; the higher one is newer


@dataclass(frozen=True, kw_only=True)
class ConfirmationRequested(Occasion, Fact, version=1, about="session_id"):
    """A place is reserved for a person, who is to confirm it and pay by a link.

    Said again where the session is at another time or place before they have.

    Heard by: notify (sends the link).

    Source: B29, B54.
    """

    hold_id: UUID
    session_id: UUID
    person_id: UUID
    amount_minor: int  # what is to be paid to confirm, minor units of `currency`; 0: nothing
    currency: str  # ISO 4217, lower case
    expires_at: datetime | None  # UTC; None: held until it is released
    requested_at: datetime  # UTC


@dataclass(frozen=True, kw_only=True)
class ReservationCancelled(Occasion, Fact, version=1, about="session_id"):
    """The session of a place that somebody was asked to confirm does not take place.

    Heard by: notify (tells them, and sends no more of what asks them).

    Source: Q22.
    """

    hold_id: UUID
    session_id: UUID
    person_id: UUID
    ended_at: datetime  # UTC
