"""A booking as calendars read it."""

from datetime import datetime
from email.utils import parseaddr
from typing import Any

from icalendar import Calendar, Event

from services.booking.domain import BookingState, Session
from shared.config import settings


def calendar_file(booking: Any, session: Session, *, at: datetime) -> bytes:
    """Write a booking as an iCalendar file (RFC 5545).

    Its UID is the one of the entry that comes with the emails about the booking, so that a
    calendar which has both shows one; the higher SEQUENCE is newer.

    Args:
        booking: the booking's row.
        session: what it is of.
        at: now, UTC.
    """
    entry = Event()
    entry.add("uid", f"{booking.booking_id}@{_domain()}")
    entry.add("sequence", getattr(booking, "sequence", 0))
    entry.add("dtstamp", at)
    entry.add("dtstart", session.starts_at)
    entry.add("dtend", session.ends_at)
    entry.add("summary", session.name)
    if session.location:
        entry.add("location", session.location)
    cancelled = booking.state == BookingState.CANCELLED
    entry.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", "-//Atelier//booking//EN")
    calendar.add("method", "PUBLISH")
    calendar.add_component(entry)
    return bytes(calendar.to_ical())


def _domain() -> str:
    """Give the domain that makes ids of this studio's its own."""
    return parseaddr(settings().mail_from)[1].rpartition("@")[2]
