"""A world of two services whose messages are doubled, delayed and reordered, and who crash.

Nothing is lost for ever: what a crash took is said or delivered again. After every step the world
is checked for what must never be, and at rest for what must have come about.
"""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

import pytest

from services.booking import actions as booking
from services.booking import store
from services.booking.domain import HoldState
from services.booking.service import Booking
from services.waitlist.service import Waitlist
from shared.bus.listen import retry_due
from shared.contracts.booking import SpotRefused
from shared.contracts.errors import Refused
from shared.contracts.waitlist import SpotRequested
from shared.db import Tx
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

    def __init__(self, suite: Suite, databases: Path) -> None:
        """Take over a suite of booking and waitlist, with its databases in this directory."""
        self.suite = suite
        # Looking is most of what is done; past the services' engines it costs a tenth.
        self.eyes = {
            name: sqlite3.connect(databases / f"{name}.sqlite", isolation_level=None)
            for name in suite.members
        }
        self.network: list[Delivery] = []
        self.seen: Counter[str] = Counter()
        self.crash_at = ""
        self.people: list[str] = []
        self.kind: dict[str, Any] = {}
        self.session_id = ""
        self.elsewhere = ""
        self.capacity = 0
        self.roster_counts = True
        self.poor: set[str] = set()
        self.in_line: dict[str, int] = {}
        self.decided = 0
        self.allowed = 0
        """How many seats were taken when the capacity was last set."""

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
        if not self.people:
            self._populate()
        self.session_id = self._schedule("Open day", capacity=capacity, waiting_list_size=size)
        self.elsewhere = self._schedule("Elsewhere", capacity=1000)
        self.poor = set()
        self.in_line = {}
        self.decided = 0
        self.allowed = 0
        if known:
            self.suite.deliver()

    def _populate(self) -> None:
        """Make known who plays in all histories."""
        call = self.suite.booking
        self.kind = call.create_session_type(name="Open day", duration_minutes=60)
        self.people = [
            call.register_person(kind="client", name=name, email=f"{name}@example.com")["person_id"]
            for name in NAMES
        ]
        with self.suite.sql("booking") as sql:
            sql.exec_driver_sql("DELETE FROM outbox")
        self.suite.forget()

    def _schedule(self, name: str, **more: Any) -> str:
        made = self.suite.booking.schedule_session(
            session_type_id=self.kind["session_type_id"],
            name=name,
            classification="marketing",
            starts_at=MORNING + timedelta(days=9),
            time_zone="Europe/Rome",
            staff="Lea",
            location="Studio 2",
            **more,
        )
        return str(made["session_id"])

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

    def join(self, who: int, crash_at: str = "", **wish: Any) -> None:
        """Join the list directly."""
        ids = {"target_id": self.session_id, "person_id": self.people[who]}
        self.command("waitlist", "join", crash_at, **ids, **wish)

    def set_policy(self, policy: str, crash_at: str = "", **rules: Any) -> None:
        """Change the rule by which seats find holders."""
        ids = {"target_id": self.session_id, "policy": policy, "answer_minutes": 30}
        self.command("waitlist", "set_policy", crash_at, **ids, **rules)

    def pause(self, crash_at: str = "", *, paused: bool) -> None:
        """Pause the list, or resume it."""
        ids = {"target_id": self.session_id, "paused": paused}
        self.command("waitlist", "change_queue", crash_at, **ids)

    def answer(self, pick: int, crash_at: str = "", *, accept: bool) -> None:
        """Take or decline some offer, perhaps one that is long over."""
        which = queries.OPEN_OFFERS if pick % 4 else queries.OFFERS
        if found := self._one("waitlist", which, pick):
            method = "accept_offer" if accept else "decline_offer"
            self.command("waitlist", method, crash_at, offer_id=found)

    def move(self, pick: int, place: int, crash_at: str = "") -> None:
        """Give some entry another place in line."""
        if found := self._one("waitlist", queries.ENTRIES, pick):
            more = {"place": place, "reason": "asked nicely"}
            self.command("waitlist", "move_entry", crash_at, entry_id=found, **more)

    def by_hand(self, pick: int, crash_at: str = "", *, invite: bool, over: bool) -> None:
        """Invite somebody, or move them to attending, past those who have waited longer."""
        if found := self._one("waitlist", queries.ENTRIES, pick):
            method = "invite_entry" if invite else "move_to_attending"
            more = {"over_capacity": over, "reason": "a friend of the house"}
            self.command("waitlist", method, crash_at, entry_id=found, **more)

    def move_booking(self, pick: int, crash_at: str = "") -> None:
        """Move some booking to the other session, which frees its seat."""
        if found := self._one("booking", queries.BOOKINGS, pick):
            ids = {"booking_id": found, "session_id": self.elsewhere}
            self.command("booking", "move_booking", crash_at, **ids)

    def reschedule(self, hours: int, crash_at: str = "") -> None:
        """Move the session in time, whatever is offered."""
        starts_at = MORNING + timedelta(days=9, hours=hours)
        ids = {"session_id": self.session_id, "starts_at": starts_at}
        self.command("booking", "change_session", crash_at, **ids)

    def change_fortune(self, who: int) -> None:
        """Have somebody run out of money, or come by some."""
        self.poor ^= {self.people[who]}

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

    def change_capacity(self, by: int, crash_at: str = "") -> None:
        """Add seats, up to four, or take some away, also below what is taken."""
        self.capacity = max(1, min(4, self.capacity + by))
        ids = {"session_id": self.session_id, "capacity": self.capacity}
        self.allowed = self.taken  # staff say in writing that so many more are seated
        self.command("booking", "change_session", crash_at, **ids, overrule_reason="torn mats")

    def change_list(self, size: int, crash_at: str = "") -> None:
        """Set how many may wait; with 0 the list is switched off, whatever is on its way."""
        ids = {"session_id": self.session_id, "waiting_list_size": size}
        self.command("booking", "change_session", crash_at, **ids)

    def call_off(self, crash_at: str = "") -> None:
        """Cancel the session, whatever is on its way."""
        ids = {"session_id": self.session_id, "reason": "Lea is ill"}
        self.command("booking", "cancel_session", crash_at, **ids)

    def charge(self, crash_at: str = "") -> None:
        """Give the session a price, which sends those who wait away."""
        ids = {"session_id": self.session_id, "price_minor": 1500}
        self.command("booking", "change_session", crash_at, **ids, drop_waiting_list=True)

    @property
    def taken(self) -> int:
        """Count the seats that are taken or held."""
        return int(self._rows("booking", queries.SEATS)[0][0])

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
        """Publish what was said; what is not confirmed will be published again.

        With no copies all of it is lost on its way, before anybody has confirmed it.
        """
        for one in self.suite.take_out(confirm=confirm and copies > 0):
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
        """Let the faults stop, everything be heard, and every offer's time run out."""
        while self.network:
            self.deliver([0])
            self.check_safety()
        self.in_line = {}  # what follows is many steps at once, in which order cannot be seen
        self.suite.deliver()
        if self._rows("waitlist", queries.PAUSED):  # to resume makes up for a claim that was lost
            self.pause(paused=False)
        for _ in range(60):
            self.suite.advance(minutes=31)
            ((until,),) = self._rows("waitlist", queries.NEXT_ANSWER)
            if until is not None:
                self.suite.at = max(self.suite.at, datetime.fromisoformat(until + "+00:00"))
            for timer in ("expire_offers", "work_through", "remind"):
                self.suite.tick(f"waitlist.{timer}")
            self.suite.deliver()
            if self._rows("waitlist", queries.NEXT_ANSWER) == [(None,)]:
                return
        _expect(fine=False, otherwise="offers are made for ever")

    # -- what must never be -----------------------------------------------------------------

    def check_safety(self) -> None:
        """Look for what must never be, whatever is on its way."""
        ((taken, capacity, confirmed, held, persons),) = self._rows("booking", queries.SEATS)
        self.allowed = min(self.allowed, taken)  # what is given up does not come back
        self._check_list(min(taken - capacity, taken - self.allowed))
        _expect(taken == confirmed + held, f"{taken} taken, {confirmed} booked, {held} held")
        _expect(persons == confirmed, "somebody has two places")

    def _check_list(self, over: int) -> None:
        """Look at the list, the session being `over` its capacity by so many seats."""
        ((overruled, pooled, announced, wrong),) = self._rows("waitlist", queries.COUNTS)
        _expect(over <= overruled, f"{over} seats too many are taken")
        _expect(not pooled and not announced, f"{pooled} pooled, {announced} announced miscounted")
        _expect(not wrong, "an entry has lost count of its seats")
        self._check_order()
        ((counted, waiting, live, twice),) = self._rows("waitlist", queries.LINE)
        _expect(counted == waiting, f"{counted} are counted as waiting, {waiting} wait")
        _expect(live <= 1, "somebody is on the list twice")
        _expect(not twice, "an entry has more seats than it wants")

    def _check_order(self) -> None:
        """Nobody was chosen before somebody who stood ahead, all the while, with no chance at it.

        It looks at the entries that were in line before the step and still are where they were.
        """
        now = dict(self._rows("waitlist", queries.IN_LINE))
        stayed = {entry for entry, place in self.in_line.items() if now.get(entry) == place}
        chosen = self._rows("waitlist", queries.CHOSEN.format(after=self.decided))
        if chosen and stayed:
            had_chance = set(self._rows("waitlist", queries.HAD_CHANCE))
            for _, spot_id, position, _ in chosen:
                for entry in stayed:
                    # Of a group that is given seats one by one the rest waits where it did.
                    fair = now[entry] >= position or (spot_id, entry) in had_chance
                    _expect(fair, "somebody was overtaken")
        self.in_line = now
        self.decided = max([self.decided, *(row[0] for row in chosen)])

    # -- what must have come about ----------------------------------------------------------

    def check_rest(self) -> None:
        """Look for what must have come about when all has been heard, before the start."""
        self.check_safety()
        ((smallest,),) = self._rows(
            "waitlist", queries.GROUPS_WAITING.format(capacity=self.capacity)
        )
        open_spots = len(self._rows("booking", queries.OPEN_SPOTS))
        _expect(open_spots < (smallest or 1), "a spot is open for ever")
        _expect(not self._rows("waitlist", queries.CLAIMING), "a claim is never answered")
        ((free,),) = self._rows("booking", queries.FREE)
        waiting = self._rows("waitlist", queries.WAITING)
        patient = self._rows("waitlist", queries.NO_CHANCE.format(free=free))
        _expect(free <= 0 or not patient, f"{free} seats are free beside {len(patient)} waiting")
        groups = set(self._rows("waitlist", queries.GROUPS))
        believed = [one for one in self._rows("booking", queries.BELIEVED) if one not in groups]
        _expect(not self.roster_counts or believed == waiting, "the roster shows others")
        for service in self.suite.members:
            put_by = self._rows(service, queries.PUT_BY)
            _expect(not put_by, f"{service} has put by for ever: {put_by}")
        self._check_spots()
        self._check_entries()

    def _check_spots(self) -> None:
        """Each spot ended in exactly one way, and both services say the same."""
        for query in (queries.OUTCOMES, queries.OFFERS_ENDED, queries.BY_HAND):
            self.seen.update(what for (what,) in self._rows("waitlist", query))
        told = dict(self._rows("waitlist", queries.SPOTS_SEEN))
        for spot_id, state in self._rows("booking", queries.SPOTS_MADE_STATE):
            self.seen[f"spot {state}, {told.get(spot_id)}"] += 1
            fits = told.get(spot_id) in queries.FITTING[state]
            self.seen[f"spot {told.get(spot_id)}"] += 1
            _expect(fits, f"a spot is {state} in booking and {told.get(spot_id)} in waitlist")

    def _check_entries(self) -> None:
        """Whoever got a seat through the list was told so once, and nobody else has one."""
        bodies = self._rows("waitlist", queries.ALLOCATED)
        facts = [json.loads(body)["data"] for (body,) in bodies]
        told: Counter[str] = Counter()
        for fact in facts:
            told[fact["entry_id"].replace("-", "")] += fact["seats"]
        live = dict(self._rows("booking", queries.BOOKING_STATES))
        ((untold,),) = self._rows("waitlist", queries.UNTOLD)
        _expect(not untold, "a group that has left keeps seats it was not told of")
        for entry_id, state, quantity, granted in self._rows("waitlist", queries.ENTRY_STATES):
            self.seen[f"entry {state}"] += 1
            if quantity > 1 and state == "allocated":
                self.seen["group allocated"] += 1
            right = state == "allocated"
            if quantity > 1:
                self.seen[f"group {state}, {granted} of {quantity}"] += 1
                _expect(not right or told[entry_id] == quantity, "a group was told of other seats")
                continue
            _expect(told[entry_id] == right, f"an entry {state} was told {told[entry_id]} times")
            _expect(right or live.get(entry_id) != "confirmed", f"an entry {state} has a place")
            _expect(not right or entry_id in live, "somebody was told of a place that is none")

    def _rows(self, service: str, query: str) -> list[Any]:
        return self.eyes[service].execute(query).fetchall()

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
        made = World(suite, Path(directory))
        patch.setattr("shared.db.failpoint", made.failpoint)
        grant = booking.grant_spot

        def refuse_the_poor(tx: Tx, request: SpotRequested, *, at: datetime) -> None:
            if not request.pay or str(request.person_id) not in made.poor:
                grant(tx, request, at=at)
                return
            ids: dict[str, Any] = {"spot_id": request.spot_id, "entry_id": request.entry_id}
            ids |= {"session_id": request.target_id, "person_id": request.person_id}
            answer: dict[str, Any] = {"reason": "not_paid", "still_open": True, "refused_at": at}
            spot = store.hold_for_update(tx.sql, request.spot_id)
            if spot is None or spot.state is not HoldState.OPEN:
                grant(tx, request, at=at)  # it is not to be had in any case
                return
            tx.emit(SpotRefused(**ids, **answer))

        patch.setattr(booking, "grant_spot", refuse_the_poor)
        try:
            yield made
        finally:
            for eye in made.eyes.values():
                eye.close()
            suite.close()
