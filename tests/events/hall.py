"""A hall: events and booking in one process, people by name, one event at a time.

The waiting list is played by the test, which says its facts by hand.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID, uuid4

from services.booking.service import Booking
from services.events.service import Events
from shared.contracts import FACTS, Fact, Trace
from shared.contracts.waitlist import SpotDeclined, SpotRequested, SpotReturned, WaitlistJoined
from shared.testing import Suite

ALL: tuple[Any, ...] = (Booking, Events)
DAY = datetime(2031, 4, 5, tzinfo=UTC)


class Hall:
    """The organiser's staff and visitors, calling events."""

    def __init__(self, suite: Suite) -> None:
        """Open a hall without people or events."""
        self.suite = suite
        self.events: Any = suite.events
        self.people: dict[str, str] = {}
        self.event_id = ""
        self.sessions: dict[str, str] = {}
        self.joins = 0

    # -- given ------------------------------------------------------------------------------

    def person(self, name: str) -> str:
        """Give the id of somebody, who is made known at the first mention."""
        if name not in self.people:
            made = self.suite.booking.register_person(
                kind="client", name=name, email=f"{name}@example.com"
            )
            self.people[name] = made["person_id"]
            self.suite.deliver()
        return self.people[name]

    def event(self, **details: Any) -> Any:
        """Set an event up on the day, and make it the one that is talked of."""
        values: dict[str, Any] = {
            "name": "Open house",
            "starts_at": DAY + timedelta(hours=8),
            "ends_at": DAY + timedelta(hours=18),
            "time_zone": "Europe/Rome",
            "location": "Town hall",
        }
        made = self.events.create_event(**values | details)
        self.event_id = made["event_id"]
        return made

    def session(self, name: str, begins: int = 9, hours: int = 1, **details: Any) -> str:
        """Put a session on the schedule, `begins` o'clock UTC."""
        made = self.events.add_session(
            event_id=self.event_id,
            name=name,
            starts_at=DAY + timedelta(hours=begins),
            ends_at=DAY + timedelta(hours=begins + hours),
            **details,
        )
        self.sessions[name] = made["session_id"]
        return self.sessions[name]

    def fair(self, capacity: int = 1, waiting: int = 9) -> None:
        """Set up an event of three sessions, one after the other, to choose from."""
        self.event()
        for begins, name in enumerate(("clay", "ink", "wood"), start=9):
            self.session(name, begins, capacity=capacity, waiting_list_size=waiting)
        self.events.set_own_agenda(event_id=self.event_id, own_agenda=True)

    # -- when -------------------------------------------------------------------------------

    def register(self, name: str, *sessions: str, or_wait: Any = (), **more: Any) -> Any:
        """Register somebody for the event, or for sessions of it."""
        return self.events.register(
            event_id=self.event_id,
            person_id=self.person(name),
            session_ids=[self.sessions[one] for one in sessions],
            or_wait=[self.sessions.get(one, one) for one in or_wait],
            **more,
        )

    def registration_id(self, name: str) -> str:
        """Give somebody's live registration."""
        rows = self.events.list_registrations(event_id=self.event_id)["rows"]
        found: str = next(row["registration_id"] for row in rows if row["name"] == name)
        return found

    def cancel(self, name: str, *sessions: str) -> Any:
        """Cancel somebody's registration, or sessions of it."""
        only = [self.sessions[one] for one in sessions] or None
        ids = self.registration_id(name)
        return self.events.cancel_registration(registration_id=ids, session_ids=only)

    def say(self, fact: Fact, *, times: int = 1) -> None:
        """Have events hear a fact of somebody else's."""
        said = fact.said(Trace.begin(self.suite.now()).envelope(at=self.suite.now()))
        for listener in self.suite.members["events"].listeners:
            if listener.contract is type(fact):
                for _ in range(times):
                    listener.hear([said.to_wire().encode()])

    def joined(self, name: str, target_id: str, entry_id: str = "") -> str:
        """Have the waiting list say that somebody joined; give their entry."""
        self.joins += 1
        entry_id = entry_id or str(uuid4())
        self.say(
            WaitlistJoined(
                entry_id=UUID(entry_id),
                source="events",
                target_id=UUID(target_id),
                person_id=UUID(self.person(name)),
                queue_version=self.joins,
                joined_at=self.suite.now(),
            )
        )
        return entry_id

    def ask(
        self,
        spot_id: str,
        entry_id: str,
        name: str,
        target_id: str,
        *,
        overruled: bool = False,
        **more: Any,
    ) -> None:
        """Have the waiting list ask for a spot in somebody's name; `overruled`, by hand."""
        self.say(
            SpotRequested(
                spot_id=UUID(spot_id),
                entry_id=UUID(entry_id),
                source="events",
                target_id=UUID(target_id),
                person_id=UUID(self.person(name)),
                requested_at=self.suite.now(),
                overruled=overruled,
            ),
            **more,
        )

    def returned(self, spot_id: str, target_id: str, *, version: int | None = None) -> None:
        """Have the waiting list say that nobody wants a spot."""
        self.say(
            SpotReturned(
                spot_id=UUID(spot_id),
                source="events",
                target_id=UUID(target_id),
                queue_version=self.joins if version is None else version,
                returned_at=self.suite.now(),
            )
        )

    def declined(self, spot_id: str, entry_id: str, target_id: str, booking_id: str) -> None:
        """Have the waiting list hand a granted spot back."""
        self.say(
            SpotDeclined(
                spot_id=UUID(spot_id),
                entry_id=UUID(entry_id),
                source="events",
                target_id=UUID(target_id),
                booking_id=UUID(booking_id),
                declined_at=self.suite.now(),
            )
        )

    # -- then -------------------------------------------------------------------------------

    def said(self, name: str) -> list[Any]:
        """List the facts of a name that were said since the mark, in order."""
        journal = self.suite._journal[self.suite._mark :]  # noqa: SLF001 - the test's own ear
        return [
            FACTS[one.topic].from_wire(one.body)
            for one in journal
            if one.topic.startswith(f"{name}.")
        ]

    def spot(self) -> str:
        """Give the last spot that was freed for the list."""
        freed = list(self.said("EventSpotFreed"))
        cancelled = [one for one in self.said("RegistrationCancelled") if one.spot_id]
        ordered = sorted([*freed, *cancelled], key=lambda one: one.envelope.said_at)
        return str(ordered[-1].spot_id)

    @property
    def shown(self) -> Any:
        """Give the event."""
        return self.events.get_event(event_id=self.event_id)

    def seats(self, session: str = "") -> tuple[int | None, int]:
        """Give capacity and taken, of a session or of the event."""
        shown = self.shown
        if session:
            shown = next(s for s in shown["sessions"] if s["name"] == session)
        return shown["capacity"], shown["taken"]

    def names(self, session: str = "") -> list[str]:
        """Name who is registered, for the event or for a session."""
        ids = {"session_id": self.sessions[session]} if session else {}
        rows = self.events.list_registrations(event_id=self.event_id, **ids)["rows"]
        return sorted(row["name"] for row in rows)


@contextmanager
def hall_in(
    databases: Mapping[str, str] | None = None,
    classes: tuple[Any, ...] = ALL,
    gateways: Mapping[str, Any] | None = None,
) -> Iterator[Hall]:
    """Open a hall on SQLite, or on databases of these addresses, and close it."""
    with TemporaryDirectory(prefix="atelier-") as directory:
        suite = Suite(classes, databases or Path(directory), gateways)
        try:
            yield Hall(suite)
        finally:
            suite.close()
