"""All that is known of one person."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from services.booking import store
from services.booking.actions.people import known
from services.booking.domain import WINDOW_DAYS, BookingState, warmth
from shared.contracts import Values
from shared.contracts.errors import InvalidRequest


def get_profile(
    sql: Any, person_id: UUID, *, after: UUID | None, limit: int, at: datetime
) -> Values:
    """Give a person, how warm they are, and a page of what they have done, the latest first.

    Source: Q35, Q45.
    """
    person = known(sql, person_id)
    own = person.person_id
    last = store.start_of_booking(sql, own, after) if after else None
    if after is not None and last is None:
        msg = "after: No booking of this person's has this id."
        raise InvalidRequest(msg)
    story = store.find_story(sql, own, since=recent_since(at))
    return {
        "person": person,
        "consents": store.list_consents(sql, own),
        "warmth": warmth(story, at=at),
        "last_contact_at": story.contacted_at,
        "counts": store.count_bookings_of(sql, own)._asdict(),
        "credits": person.credits,
        "bookings": [
            row._asdict() | {"status": booking_status(row)}
            for row in store.list_bookings_of(sql, own, after=after, begun=last, limit=limit)
        ],
        "holds": store.list_holds_of(sql, own),
        "waiting": store.list_waits_of(sql, own),
        "merged_ids": store.merged_ids(sql, own),
    }


def recent_since(at: datetime) -> datetime:
    """Give the instant from which on bookings are recent at `at`."""
    return at - timedelta(days=WINDOW_DAYS)


def booking_status(booking: Any) -> str:
    """Say what a screen shows of a booking (Q36, Q37)."""
    if booking.state == BookingState.CANCELLED:
        return "cancelled"
    return str(booking.attendance or "booked")
