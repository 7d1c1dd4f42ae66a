"""A studio on a run of the suite: people, full sessions, and seats that change hands."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import Any

from tests.smtp_sink import Mailbox, mail_server
from tests.stack import Stack, stack

_names = count(1)


@dataclass
class Studio:
    """A run of the suite with a mail server, seen by a studio's staff."""

    run: Stack
    mailbox: Mailbox
    patient: bool = False  # whether a call is repeated until there is an answer

    def call(self, method: str, **kwargs: Any) -> Any:
        """Call `service.method`."""
        return (self.run.insist if self.patient else self.run.call)(method, **kwargs)

    @cached_property
    def session_type_id(self) -> str:
        """Give the one template of all sessions."""
        made = self.call("booking.create_session_type", name="Open day", duration_minutes=60)
        return str(made["session_type_id"])

    def person(self, name: str = "lead") -> dict[str, Any]:
        """Make somebody known; no two have the same address."""
        email = f"{name}.{next(_names)}@example.com"
        made: dict[str, Any] = self.call(
            "booking.register_person",
            kind="lead",
            name=name.capitalize(),
            email=email,
            consent="by the form on the web",
        )
        return made

    def session(self, *, seats: int = 1, waiting: int = 0, **details: Any) -> str:
        """Put a session on the timetable and give its id."""
        values: dict[str, Any] = {
            "session_type_id": self.session_type_id,
            "name": "Open day",
            "classification": "marketing",
            "starts_at": datetime.now(UTC) + timedelta(days=3),
            "time_zone": "Europe/Rome",
            "staff": "Lea",
            "location": "Studio 2",
            "capacity": seats,
            "waiting_list_size": waiting,
        }
        made = self.call("booking.schedule_session", **values | details)
        return str(made["session_id"])

    def book(self, session_id: str, person: dict[str, Any], *, or_wait: bool = True) -> Any:
        """Give somebody a place, or one on the list."""
        ids = {"session_id": session_id, "person_id": person["person_id"]}
        return self.call("booking.book", **ids, or_wait=or_wait)

    def full_session(self, *, seats: int = 1, waiting: int = 1) -> "FullSession":
        """Fill a session, and have people wait for a seat in it, one after the other."""
        full = FullSession(self, self.session(seats=seats, waiting=waiting + 5))
        for number in range(seats + waiting):
            person = self.person("holder" if number < seats else "waiter")
            place = self.book(full.session_id, person)
            if place["status"] == "booked":
                full.bookings.append(place["booking_id"])
                full.holders.append(person)
            else:
                full.waiters.append(person)
                full.entries.append(place["entry_id"])
        return full

    def mails(self, person: dict[str, Any]) -> list[str]:
        """Give the Message-IDs of what was sent to somebody: a message sent twice has one."""
        taken = self.mailbox.taken(person["email"])
        return list(dict.fromkeys(mail["message_id"] for mail in taken))


@dataclass
class FullSession:
    """A session without a free seat, and who waits for one, longest first."""

    studio: Studio
    session_id: str
    bookings: list[str] = field(default_factory=list)
    holders: list[dict[str, Any]] = field(default_factory=list)
    waiters: list[dict[str, Any]] = field(default_factory=list)
    entries: list[str] = field(default_factory=list)

    def cancel(self, number: int = 0, **more: Any) -> Any:
        """Cancel one of the first bookings."""
        booking_id = self.bookings[number]
        return self.studio.call("booking.cancel_booking", booking_id=booking_id, **more)

    def allocations(self) -> list[str]:
        """List the entries that were given a seat, in the order of the facts that say so."""
        said = self.studio.run.facts("SpotAllocated")
        ours = [wire["data"] for wire in said if wire["data"]["target_id"] == self.session_id]
        return [data["entry_id"] for data in ours]

    def booked(self) -> set[str]:
        """Give the people who have a place."""
        rows = self.studio.run.rows(
            "booking",
            "SELECT person_id FROM bookings WHERE session_id = :id AND state = 'confirmed'",
            id=self.session_id,
        )
        return {str(row.person_id) for row in rows}


@contextmanager
def studio(
    directory: Path, *, behaviour: str = "", bus_url: str | None = None, **env: str
) -> Iterator[Studio]:
    """Make a run with a mail server; no service is started yet.

    Args:
        directory: where logs and emails go.
        behaviour: how the mail server misbehaves, if it does.
        bus_url: another broker than the one the tests share.
        env: settings of every process of the run.
    """
    with (
        mail_server(directory, behaviour) as mailbox,
        stack(directory, bus_url=bus_url, ATELIER_SMTP_URL=mailbox.url, **env) as run,
    ):
        yield Studio(run, mailbox)
