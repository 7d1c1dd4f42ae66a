"""What somebody takes part in as calendars read it (RFC 5545)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from email.utils import parseaddr

from icalendar import Calendar, Event

from shared.config import settings

MEDIA_TYPE = "text/calendar; charset=utf-8"
"""What a calendar file is called on the web."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry of a calendar; instants are aware."""

    uid: str  # of the same in the messages, too: a calendar that has both shows one
    name: str
    starts_at: datetime
    ends_at: datetime
    location: str | None
    cancelled: bool


def calendar_file(service: str, entries: Iterable[Entry], *, sequence: int, at: datetime) -> bytes:
    """Write entries as an iCalendar file.

    Args:
        service: whose file it is.
        entries: what is entered; their ids become this studio's own.
        sequence: counts the changes; of two files about the same the higher one is newer.
        at: now (UTC).
    """
    domain = parseaddr(settings().mail_from)[1].rpartition("@")[2]
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", f"-//Atelier//{service}//EN")
    calendar.add("method", "PUBLISH")
    for one in entries:
        entry = Event()
        entry.add("uid", f"{one.uid}@{domain}")
        entry.add("sequence", sequence)
        entry.add("dtstamp", at)
        entry.add("dtstart", one.starts_at)
        entry.add("dtend", one.ends_at)
        entry.add("summary", one.name)
        if one.location:
            entry.add("location", one.location)
        entry.add("status", "CANCELLED" if one.cancelled else "CONFIRMED")
        calendar.add_component(entry)
    return bytes(calendar.to_ical())
