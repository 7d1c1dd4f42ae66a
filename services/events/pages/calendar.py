"""An event, or somebody's agenda of it, as calendars read it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from email.utils import parseaddr
from typing import Any

from icalendar import Calendar, Event

from shared.config import settings


def calendar_file(
    event: Mapping[str, Any],
    sessions: Sequence[Mapping[str, Any]],
    *,
    uid: str,
    sequence: int,
    at: datetime,
) -> bytes:
    """Write an event, or each session of an agenda, as an iCalendar file (RFC 5545).

    Args:
        event: the event as it is shown.
        sessions: the sessions to enter; none: the event as a whole.
        uid: what the entries' ids begin with; the same file later has the same ids.
        sequence: counts the changes; the higher one is newer.
        at: now, UTC.
    """
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", "-//Atelier//events//EN")
    calendar.add("method", "PUBLISH")
    for one in sessions or [event]:
        entry = Event()
        own = f"-{one['session_id']}" if "session_id" in one else ""
        entry.add("uid", f"{uid}{own}@{_domain()}")
        entry.add("sequence", sequence)
        entry.add("dtstamp", at)
        entry.add("dtstart", one["starts_at"])
        entry.add("dtend", one["ends_at"])
        entry.add("summary", f"{event['name']}: {one['name']}" if own else event["name"])
        if location := one["location"] or event["location"]:
            entry.add("location", location)
        cancelled = one["cancelled_at"] is not None or event["cancelled_at"] is not None
        entry.add("status", "CANCELLED" if cancelled else "CONFIRMED")
        calendar.add_component(entry)
    return bytes(calendar.to_ical())


def _domain() -> str:
    """Give the domain that makes ids of this studio's its own."""
    return parseaddr(settings().mail_from)[1].rpartition("@")[2]
