"""A world of two services whose messages are doubled, delayed and reordered, and who crash.

Nothing is lost for ever: what a crash took is said or delivered again. After every step the world
is checked for what must never be, and at rest for what must have come about.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

import pytest

from services.booking.service import Booking
from services.waitlist.service import Waitlist
from shared.bus.listen import retry_due
from shared.contracts.errors import Refused
from shared.testing import MORNING, Delivery, Suite
from tests.simulation import queries

NAMES = ("ada", "alan", "grace", "edsger", "barbara")
PLACES = ("", "tx.committing", "tx.committed")
"""Where a process may die in a step; the first is: nowhere."""


class Crash(BaseException):
    """A process died here; nobody catches it on the way out."""


class Violation(AssertionError):
    """Something is that must never be, or is not that must be."""


class World:
    """A session, its list, five people, and what travels between the services."""

    def __init__(self, suite: Suite) -> None:
        """Take over a suite of booking and waitlist."""
        self.suite = suite
        self.network: list[Delivery] = []
        self.seen: Counter[str] = Counter()
        self.crash_at = ""
        self.people: list[str] = []
        self.session_id = ""
        self.capacity = 0
        self.roster_counts = True

    def failpoint(self, place: str, doing: str = "") -> None:
        """Die, where the present step says so."""
        del doing
        if place == self.crash_at:
            self.crash_at = ""
            raise Crash

    def begin(self, *, capacity: int, size: int, known: bool = True) -> None:
        """Clear everything and put a session on the timetable, which waitlist may know yet."""
        for service, tables in queries.TABLES.items():
            with self.suite.sql(service) as sql:
                for table in tables:
                    sql.exec_driver_sql(f"DELETE FROM {table}")  # noqa: S608 - names of our own
        self.network.clear()
        self.suite.forget()
        self.suite.at = MORNING
        self.capacity = capacity
        call = self.suite.booking
        self.people = [
            call.register_person(kind="client", name=name, email=f"{name}@example.com")["person_id"]
            for name in NAMES
        ]
        kind = call.create_session_type(name="Open day", duration_minutes=60)
        made = call.schedule_session(
            session_type_id=kind["session_type_id"],
            name="Open day",
            classification="marketing",
            starts_at=MORNING + timedelta(days=9),
            time_zone="Europe/Rome",
            staff="Lea",
            location="Studio 2",
            capacity=capacity,
            waiting_list_size=size,
        )
        self.session_id = made["session_id"]
        if known:
            self.suite.deliver()

    # -- what people and staff do -----------------------------------------------------------

    def command(self, service: str, method: str, crash_at: str, **more: Any) -> None:
        """Call a method; where its process dies, the same call comes again, as callers do."""
        thread = str(uuid4())
        for place in (crash_at, ""):
            self.crash_at = place
            try:
                self.suite.call(service, method, correlation_id=thread, **more)
            except Refused as exc:
                self.seen[type(exc).__name__] += 1
            except Crash:
                self.seen[f"crash {place} in a call"] += 1
                continue
            self.crash_at = ""
            return

    def book(self, who: int, crash_at: str = "") -> None:
        """Book somebody, or have them wait."""
        ids = {"session_id": self.session_id, "person_id": self.people[who]}
        self.command("booking", "book", crash_at, **ids, or_wait=True)

    def join(self, who: int, crash_at: str = "") -> None:
        """Join the list directly."""
        ids = {"target_id": self.session_id, "person_id": self.people[who]}
        self.command("waitlist", "join", crash_at, **ids)

    def cancel(self, pick: int, crash_at: str = "") -> None:
        """Cancel some booking, perhaps one that is cancelled already."""
        if found := self._one("booking", queries.BOOKINGS, pick):
            self.command("booking", "cancel_booking", crash_at, booking_id=found)

    def leave(self, pick: int, crash_at: str = "") -> None:
        """Leave the list, perhaps while a seat is asked for, perhaps long gone."""
        if found := self._one("waitlist", queries.ENTRIES, pick):
            self.command("waitlist", "leave", crash_at, entry_id=found)

    def hold(self, who: int, crash_at: str = "") -> None:
        """Keep a seat for somebody for ten minutes."""
        ids = {"session_id": self.session_id, "person_id": self.people[who]}
        until = self.suite.now() + timedelta(minutes=10)
        self.command("booking", "hold_place", crash_at, **ids, held_until=until)

    def end_hold(self, pick: int, crash_at: str = "") -> None:
        """Confirm or release some hold of staff's."""
        if found := self._one("booking", queries.HOLDS, pick):
            method = "confirm_hold" if pick % 2 else "release_hold"
            self.command("booking", method, crash_at, hold_id=found)

    def raise_capacity(self, crash_at: str = "") -> None:
        """Add a seat, up to four."""
        self.capacity = min(4, self.capacity + 1)
        ids = {"session_id": self.session_id, "capacity": self.capacity}
        self.command("booking", "change_session", crash_at, **ids)

    def close_spot(self, pick: int, crash_at: str = "") -> None:
        """Take some spot back from the list."""
        if found := self._one("booking", queries.SPOTS_MADE, pick):
            self.command("booking", "close_spot", crash_at, spot_id=found)

    def review(self, crash_at: str = "") -> None:
        """Have staff start the review."""
        self.command("waitlist", "review_queue", crash_at, target_id=self.session_id)

    # -- what happens by itself -------------------------------------------------------------

    def tick(self, timer: str, crash_at: str = "") -> None:
        """Run a timer, which may die half-way."""
        self.crash_at = crash_at
        try:
            self.suite.tick(timer)
        except Crash:
            self.seen[f"crash {crash_at} in a timer"] += 1
        self.crash_at = ""

    def wait(self, seconds: int) -> None:
        """Let time go by, and what was put by be tried again."""
        self.suite.advance(seconds=seconds)
        for member in self.suite.members.values():
            self.seen["tried again"] += retry_due(member.home, member.listeners)

    def relay(self, *, copies: int = 1, confirm: bool = True) -> None:
        """Publish what was said; what is not confirmed will be published again."""
        for one in self.suite.take_out(confirm=confirm):
            self.network += [one] * copies

    def deliver(self, picks: Sequence[int], crash_at: str = "", *, keep: bool = False) -> None:
        """Deliver, in one batch, what is picked and goes to one listener.

        Where that dies, or its acknowledgement gets lost (`keep`), the messages stay.
        """
        if not self.network:
            return
        numbers = [pick % len(self.network) for pick in picks]
        listener = self.network[numbers[0]].listener
        chosen = {n for n in numbers if self.network[n].listener is listener}
        batch = [self.network[n] for n in chosen]
        self.crash_at = crash_at
        try:
            listener.hear([one.said.body.encode() for one in batch])
        except Crash:
            self.seen[f"crash {crash_at} in a listener"] += 1
            keep = True
        self.crash_at = ""
        if not keep:
            self.network = [one for n, one in enumerate(self.network) if n not in chosen]

    def rest(self) -> None:
        """Let the faults stop, and everything be heard."""
        while self.network:
            self.deliver([0])
            self.check_safety()
        self.suite.deliver()

    # -- what must never be -----------------------------------------------------------------

    def check_safety(self) -> None:
        """Look for what must never be, whatever is on its way."""
        ((taken, capacity, confirmed, held, persons),) = self._rows("booking", queries.SEATS)
        _expect(taken == confirmed + held, f"{taken} taken, {confirmed} booked, {held} held")
        _expect(taken <= capacity, f"{taken} of {capacity} seats are taken")
        _expect(persons == confirmed, "somebody has two places")
        ((counted, waiting, live, twice),) = self._rows("waitlist", queries.LINE)
        _expect(counted == waiting, f"{counted} are counted as waiting, {waiting} wait")
        _expect(live <= 1, "somebody is on the list twice")
        _expect(twice <= 1, "an entry has two seats")

    # -- what must have come about ----------------------------------------------------------

    def check_rest(self) -> None:
        """Look for what must have come about when all has been heard, before the start."""
        self.check_safety()
        _expect(not self._rows("booking", queries.OPEN_SPOTS), "a spot is open for ever")
        _expect(not self._rows("waitlist", queries.CLAIMING), "a claim is never answered")
        ((free,),) = self._rows("booking", queries.FREE)
        waiting = self._rows("waitlist", queries.WAITING)
        _expect(not (free and waiting), f"{free} seats are free beside {len(waiting)} waiting")
        believed = self._rows("booking", queries.BELIEVED)
        _expect(not self.roster_counts or believed == waiting, "the roster shows others")
        for service in self.suite.members:
            put_by = self._rows(service, queries.PUT_BY)
            _expect(not put_by, f"{service} has put by for ever: {put_by}")
        self._check_spots()
        self._check_entries()

    def _check_spots(self) -> None:
        """Each spot ended in exactly one way, and both services say the same."""
        told = dict(self._rows("waitlist", queries.SPOTS_SEEN))
        for spot_id, state in self._rows("booking", queries.SPOTS_MADE_STATE):
            self.seen[f"spot {state}, {told.get(spot_id)}"] += 1
            fits = told.get(spot_id) in queries.FITTING[state]
            _expect(fits, f"a spot is {state} in booking and {told.get(spot_id)} in waitlist")

    def _check_entries(self) -> None:
        """Whoever got a seat through the list was told so once, and nobody else has one."""
        bodies = self._rows("waitlist", queries.ALLOCATED)
        ids = (body.partition('"entry_id":"')[2][:36].replace("-", "") for (body,) in bodies)
        told = Counter(ids)
        live = dict(self._rows("booking", queries.BOOKING_STATES))
        for entry_id, state in self._rows("waitlist", queries.ENTRY_STATES):
            self.seen[f"entry {state}"] += 1
            right = state == "allocated"
            _expect(told[entry_id] == right, f"an entry {state} was told {told[entry_id]} times")
            _expect(right or live.get(entry_id) != "confirmed", f"an entry {state} has a place")
            _expect(not right or entry_id in live, "somebody was told of a place that is none")

    def _rows(self, service: str, query: str) -> list[Any]:
        with self.suite.members[service].home.connection() as sql:
            return [tuple(row) for row in sql.exec_driver_sql(query)]

    def _one(self, service: str, query: str, pick: int) -> str:
        rows = self._rows(service, query)
        return str(rows[pick % len(rows)][0]) if rows else ""


def _expect(fine: object, otherwise: str) -> None:
    if not fine:
        raise Violation(otherwise)


@contextmanager
def world() -> Iterator[World]:
    """Make a world on databases of its own, with its failpoints wired."""
    with TemporaryDirectory(prefix="atelier-") as directory, pytest.MonkeyPatch.context() as patch:
        suite = Suite((Booking, Waitlist), Path(directory))
        made = World(suite)
        patch.setattr("shared.db.failpoint", made.failpoint)
        try:
            yield made
        finally:
            suite.close()
