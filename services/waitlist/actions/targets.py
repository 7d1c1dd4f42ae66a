"""The same words of booking and of events, in one form."""

from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from services.waitlist.domain import Queue
from shared.contracts import Values
from shared.contracts.booking import (
    BookingCancelled,
    BookingMoved,
    SpotFreed,
    SpotGranted,
    SpotRefused,
)
from shared.contracts.events import (
    EventSpotFreed,
    EventSpotGranted,
    EventSpotRefused,
    RegistrationCancelled,
)

Source = Literal["booking", "events"]
BOOKING: Source = "booking"
EVENTS: Source = "events"

AnyFreed = BookingCancelled | BookingMoved | SpotFreed | RegistrationCancelled | EventSpotFreed
AnyGranted = SpotGranted | EventSpotGranted
AnyRefused = SpotRefused | EventSpotRefused


@dataclass(frozen=True, slots=True)
class Target:
    """Whose seats a queue queues for."""

    source: Source
    target_id: UUID


def freed_target(fact: AnyFreed) -> Target:
    """Say where a seat came free."""
    if isinstance(fact, RegistrationCancelled | EventSpotFreed):
        return Target(EVENTS, fact.target_id)
    if isinstance(fact, BookingMoved):
        return Target(BOOKING, fact.from_session_id)
    return Target(BOOKING, fact.session_id)


def cause_of(fact: AnyFreed) -> str:
    """Say why a seat came free, or that it is one that was with the list or free before."""
    if isinstance(fact, SpotFreed | EventSpotFreed):
        return fact.reason
    if isinstance(fact, BookingMoved):
        return "moved"
    return "handed_back" if fact.cancelled_by == "waitlist" else "cancelled"


def answered_target(fact: AnyGranted | AnyRefused) -> Target:
    """Say whose seat was granted or refused."""
    if isinstance(fact, EventSpotGranted | EventSpotRefused):
        return Target(EVENTS, fact.target_id)
    return Target(BOOKING, fact.session_id)


def granted_id(fact: AnyGranted) -> UUID:
    """Give the booking, or the registration, that a spot became."""
    return fact.registration_id if isinstance(fact, EventSpotGranted) else fact.booking_id


def granted_occasion(fact: AnyGranted) -> Values:
    """Give what a message must say about where the seat is."""
    return {
        "session_name": fact.session_name,
        "starts_at": fact.starts_at,
        "ends_at": fact.ends_at,
        "time_zone": fact.time_zone,
        "location": fact.location,
        "staff": fact.staff,
    }


def occasion(queue: Queue) -> Values:
    """Give what a message must say about what people wait for, as far as it is known."""
    return {
        "session_name": queue.name,
        "starts_at": queue.starts_at,
        "ends_at": queue.ends_at,
        "time_zone": queue.time_zone,
        "location": queue.location,
        "staff": queue.staff,
    }


def sure_occasion(queue: Queue) -> Values:
    """Give the same for a fact that cannot be without it.

    A queue opened before its session's times were told knows only when its list closes.
    """
    known = {"starts_at": queue.starts_at or queue.closes_at, "time_zone": queue.time_zone or "UTC"}
    return occasion(queue) | known


def named(queue: Queue, entry: Any) -> Values:
    """Give the ids that name an entry, as facts about it have them."""
    return {
        "entry_id": entry.entry_id,
        "source": queue.source,
        "target_id": queue.target_id,
        "person_id": entry.person_id,
    }


def joined(queue: Queue, entry: Any, *, version: int, place: int = 0, seats: int = 1) -> Values:
    """Give what `WaitlistJoined` says of an entry; a place of 0 is not shown.

    `seats` is for how many free seats there are takers: theirs at least.
    """
    return {
        **named(queue, entry),
        "queue_version": version,
        "joined_at": entry.joined_at,
        "place": place if queue.shows_places else 0,
        "quantity": entry.quantity,
        "needs_answer": entry.asks_first,
        "seats": max(seats, entry.quantity),
        **occasion(queue),
    }


def shown(row: Any, **news: Any) -> Values:
    """Give a row as a reply has it, with what is new about it."""
    return {**row._asdict(), **news}
