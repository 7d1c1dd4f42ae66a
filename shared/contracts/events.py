"""The facts events says.

A *target* is what has seats and a queue: the event itself, or one of its sessions where people
choose their own agenda. Its seats travel exactly as booking's do.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from shared.contracts import Fact
from shared.contracts.booking import Erasure, Letter, Occasion

REGISTRATION_LINK = "my-registration"
"""The purpose of a link that names a registration: ticket, agenda, changing and cancelling it."""
REGISTRATION_PATH = "/registrations/{token}"
EVENT_PATH = "/events/{event_id}"
"""Where everybody sees an event and registers; no signature needed."""


@dataclass(frozen=True, kw_only=True)
class EventQueueLimits:
    """What a target's waiting list must know of it, as of `sequence`."""

    target_id: UUID
    event_id: UUID
    name: str  # of the event, or of the event and its session
    starts_at: datetime  # UTC
    ends_at: datetime  # UTC
    time_zone: str  # IANA name
    location: str
    waiting_list_size: int  # 0: no waiting list
    waiting_list_closes_at: datetime  # UTC; nobody joins or is chosen from then on
    policy: Literal["assign", "offer"]  # register automatically, or invite
    invitations: int  # how many are invited for a seat; >= 1
    answer_minutes: int  # how long an invitation is good; >= 1
    cancelled: bool  # nobody joins or is chosen any more
    sequence: int  # counts the changes; the higher one is newer


@dataclass(frozen=True, kw_only=True)
class EventQueueOpened(EventQueueLimits, Fact, version=1, about="target_id"):
    """An event or one of its sessions can be waited for.

    Heard by: waitlist (opens its queue).
    """


@dataclass(frozen=True, kw_only=True)
class EventQueueChanged(EventQueueLimits, Fact, version=1, about="target_id"):
    """What the waiting list of an event or session must know is no longer as it was.

    Heard by: waitlist (keeps its queue's limits).
    """


@dataclass(frozen=True, kw_only=True)
class RegistrationRequested(Fact, version=1, about="target_id"):
    """Somebody wanted a place where there is none and is to be put on the waiting list.

    Heard by: waitlist (puts them on the list).
    """

    entry_id: UUID
    event_id: UUID
    target_id: UUID
    person_id: UUID
    requested_at: datetime  # UTC


@dataclass(frozen=True, kw_only=True)
class RegistrationCancelled(Fact, version=1, about="target_id"):
    """A person gave up their place in an event or in one session of it.

    Heard by: waitlist (asks for the place).
    """

    registration_id: UUID
    event_id: UUID
    target_id: UUID
    person_id: UUID
    spot_id: UUID | None  # the seat on its way to the waiting list; None: simply free
    cancelled_at: datetime  # UTC
    cancelled_by: Literal["staff", "link", "waitlist"]


@dataclass(frozen=True, kw_only=True)
class EventSpotFreed(Fact, version=1, about="target_id"):
    """A seat came free without a cancellation and is held for the waiting list.

    Heard by: waitlist (asks for the place).
    """

    spot_id: UUID
    event_id: UUID
    target_id: UUID
    reason: Literal["capacity_raised", "hold_ended", "seat_was_free", "list_asked_again"]
    freed_at: datetime  # UTC


@dataclass(frozen=True, kw_only=True)
class EventSpotGranted(Occasion, Fact, version=1, about="target_id"):
    """The seat that was asked for in somebody's name is theirs.

    Heard by: waitlist (allocates it).
    """

    spot_id: UUID
    entry_id: UUID
    registration_id: UUID
    event_id: UUID
    target_id: UUID
    person_id: UUID
    granted_at: datetime  # UTC


@dataclass(frozen=True, kw_only=True)
class EventSpotRefused(Fact, version=1, about="target_id"):
    """The seat that was asked for could not be given to that person.

    Heard by: waitlist (puts the entry back or ends it, and asks for the next).
    """

    spot_id: UUID
    entry_id: UUID
    event_id: UUID
    target_id: UUID
    person_id: UUID
    reason: Literal["already_booked", "not_eligible", "session_started", "spot_closed"]
    still_open: bool  # whether the seat may be asked for in another name
    refused_at: datetime  # UTC


@dataclass(frozen=True, kw_only=True)
class Registration(Occasion):
    """What a message must say about somebody's registration; the occasion is the event."""

    registration_id: UUID
    event_id: UUID
    person_id: UUID
    agenda: str
    """A line for each chosen session, in order of time; empty: the whole event.

    `2031-03-30 01:30-03:30 Clay, Room 9`, on the clock of `time_zone`; what ends on another day
    has that day before its end. notify reads it, and writes it in the reader's language.
    """
    ticket: str  # what the QR code on the ticket says
    price_minor: int  # minor units of `currency`; 0: free
    paid_minor: int
    currency: str  # ISO 4217, lower case; empty: free
    sequence: int  # counts the changes of this registration; the higher one is newer


@dataclass(frozen=True, kw_only=True)
class RegistrationConfirmed(Registration, Fact, version=1, about="event_id"):
    """A person is registered.

    Heard by: notify (confirms it, with the ticket).
    """

    confirmed_at: datetime  # UTC


@dataclass(frozen=True, kw_only=True)
class RegistrationChanged(Registration, Fact, version=1, about="event_id"):
    """A person's agenda, or when or where it takes place, is no longer as it was.

    Heard by: notify (sends it anew).
    """

    changed_at: datetime  # UTC
    called_off: str = ""
    """What they had and does not take place, in lines as the agenda's; empty: it was not that."""


@dataclass(frozen=True, kw_only=True)
class RegistrationEnded(Registration, Fact, version=1, about="event_id"):
    """A person is registered no longer: everything they had was cancelled.

    Heard by: notify (confirms it).
    """

    event_cancelled: bool  # the whole event does not take place
    ended_at: datetime  # UTC
    called_off: str = ""
    """All they had chosen, none of which takes place, though the event does; as the agenda's."""


@dataclass(frozen=True, kw_only=True)
class SessionRegistrationDisabled(Fact, version=1, about="event_id"):
    """A pass was defined, so registrants can no longer make their own agenda.

    Heard by: nobody yet.

    Source: D21.
    """

    event_id: UUID
    pass_id: UUID
    disabled_at: datetime  # UTC


@dataclass(frozen=True, kw_only=True)
class EventMessageRequested(Letter, Fact, version=1, about="batch_id"):
    """Staff wrote to one or all of an event's or session's registered, waiting or invited people.

    Heard by: notify (sends it).

    Source: D44.
    """

    event_id: UUID
    target_id: UUID | None  # a session of the event; None: the whole event


@dataclass(frozen=True, kw_only=True)
class Guest:
    """Who somebody says they are."""

    person_id: UUID
    name: str
    email: str
    language: str  # ISO 639-1, lower case


@dataclass(frozen=True, kw_only=True)
class GuestIntroduced(Guest, Fact, version=1, about="person_id"):
    """Somebody nobody knew registered on an event's page; their id is new.

    Heard by: booking (makes them known as a lead).
    """

    introduced_at: datetime  # UTC


@dataclass(frozen=True, kw_only=True)
class EventsRecordsErased(Erasure, Fact, version=1, about="person_id"):
    """events has removed what it held of a person.

    Heard by: booking (notes it in the receipt).
    """
