"""The facts booking says."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from shared.contracts import Fact

CANCEL_LINK = "cancel-booking"
"""The purpose of a link that names a booking and lets its holder cancel it."""
CANCEL_PATH = "/cancel/{token}"
"""Where booking's pages answer such a link."""


@dataclass(frozen=True, kw_only=True)
class Contact:
    """Who a person is and how to reach them, as of `sequence`."""

    person_id: UUID
    kind: Literal["lead", "client", "member"]
    name: str
    email: str | None
    phone: str | None  # E.164
    language: str  # ISO 639-1, lower case
    sequence: int  # counts the changes of this person; the higher one is newer


@dataclass(frozen=True, kw_only=True)
class QueueLimits:
    """What a session's waiting list must know of the session, as of `sequence`."""

    session_id: UUID
    name: str
    starts_at: datetime  # UTC
    waiting_list_size: int  # 0: no waiting list
    waiting_list_closes_at: datetime  # UTC; nobody joins or is chosen from then on
    sequence: int  # counts the changes of this session; the higher one is newer


@dataclass(frozen=True, kw_only=True)
class Occasion:
    """What a message must say about the session it is about."""

    session_name: str
    starts_at: datetime  # UTC
    time_zone: str  # IANA name of the studio's zone
    location: str
    staff: str


@dataclass(frozen=True, kw_only=True)
class PersonRegistered(Contact, Fact, version=1, about="person_id"):
    """A person became known: a lead, a client or a member.

    Heard by: notify (keeps the contact data), loyalty (keeps the name), ranking (keeps the name and
    language).
    """


@dataclass(frozen=True, kw_only=True)
class PersonChanged(Contact, Fact, version=1, about="person_id"):
    """A person's contact data are no longer what they were.

    Heard by: notify (keeps the contact data), loyalty (keeps the name), ranking (keeps the name and
    language).
    """


@dataclass(frozen=True, kw_only=True)
class SessionScheduled(QueueLimits, Fact, version=1, about="session_id"):
    """A session was put on the timetable.

    Heard by: waitlist (opens its queue).
    """


@dataclass(frozen=True, kw_only=True)
class SessionChanged(QueueLimits, Fact, version=1, about="session_id"):
    """A session is no longer as it was put on the timetable.

    Heard by: waitlist (keeps its queue's limits).
    """


@dataclass(frozen=True, kw_only=True)
class BookingConfirmed(Occasion, Fact, version=1, about="session_id"):
    """A person has a place, booked by themselves or by staff.

    Heard by: loyalty (notes that they have booked), notify (confirms it, with a link to cancel).
    """

    booking_id: UUID
    session_id: UUID
    person_id: UUID
    booked_at: datetime  # UTC


@dataclass(frozen=True, kw_only=True)
class BookingCancelled(Fact, version=1, about="session_id"):
    """A person gave up a confirmed place.

    Heard by: waitlist (asks for the place), loyalty (gives back the points of a treat).
    """

    booking_id: UUID
    session_id: UUID
    person_id: UUID
    spot_id: UUID | None  # the seat on its way to the waiting list; None: simply free
    cancelled_at: datetime  # UTC
    cancelled_by: Literal["staff", "link", "waitlist"]


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
    reason: Literal["already_booked", "not_eligible", "session_started", "spot_closed"]
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
