"""Whatever staff and visitors do, in whatever order: seats are counted right.

That it would see a fault is shown as well: with one function broken on purpose, it fails.
"""

from collections.abc import Iterator
from contextlib import ExitStack, suppress
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from services.events import actions
from shared.contracts.errors import Refused
from tests.events.hall import Hall, hall_in

NAMES = ("ada", "alan", "grace", "edsger")
SESSIONS = ("clay", "ink", "wood")
WHO = st.sampled_from(NAMES)
CHOICE = st.lists(st.sampled_from(SESSIONS), unique=True, max_size=3)
SEATS = """
SELECT t.target_id, t.event_id, t.open, t.capacity, t.taken,
    (SELECT count(*) FROM places p WHERE p.target_id = t.target_id AND p.state = 'live'),
    (SELECT count(*) FROM places p WHERE p.target_id = t.target_id AND p.state = 'live'
        AND p.overruled IS NOT NULL),
    (SELECT count(*) FROM spots s WHERE s.target_id = t.target_id AND s.state = 'open'),
    (SELECT e.own_agenda FROM events e WHERE e.event_id = t.event_id)
FROM targets t
"""
STRAYS = """
SELECT count(*) FROM registrations r WHERE r.state <> 'cancelled' AND NOT EXISTS
    (SELECT 1 FROM places p WHERE p.registration_id = r.registration_id AND p.state = 'live')
"""
SOLD = """
SELECT sold, (SELECT count(*) FROM registrations r
    WHERE r.pass_id = p.pass_id AND r.state <> 'cancelled') FROM passes p
"""
BOTH = """
SELECT count(*) FROM events e WHERE e.own_agenda AND EXISTS
    (SELECT 1 FROM passes p WHERE p.event_id = e.event_id AND p.withdrawn_at IS NULL)
"""


class Registering(RuleBasedStateMachine):
    """An event that changes under the feet of those who register."""

    hall: Hall
    switched: bool  # whether anybody was moved from sessions to the whole event
    cancelled: set[str]  # the sessions that were called off

    @initialize(capacity=st.integers(1, 2), waiting=st.integers(0, 2), own_agenda=st.booleans())
    def begin(self, *, capacity: int, waiting: int, own_agenda: bool) -> None:
        """Begin anew, at either level; once people have registered, one way is barred."""
        self.hall.event(capacity=capacity, waiting_list_size=waiting)
        for begins, name in enumerate(SESSIONS, start=9):
            self.hall.session(name, begins, capacity=capacity, waiting_list_size=waiting)
        self.hall.events.set_own_agenda(event_id=self.hall.event_id, own_agenda=own_agenda)
        self.switched = False
        self.cancelled = set()
        for name in NAMES:
            self.hall.person(name)

    def attempt(self, call: Any, **arguments: Any) -> Any:
        """Call; what is refused is part of the game."""
        try:
            return call(**arguments)
        except Refused:
            return None

    @rule(who=WHO, sessions=CHOICE, wait=st.booleans(), overrule=st.sampled_from(["", "", "Guest"]))
    def register(self, *, who: str, sessions: list[str], wait: bool, overrule: str) -> None:
        """Register somebody, by whatever this event takes."""
        shown = self.hall.shown
        own = shown["registration_level"] == "session"
        passes = [one["pass_id"] for one in shown["passes"] if not one["withdrawn_at"]]
        ids = [self.hall.sessions[name] for name in sessions] if own else []
        self.attempt(
            self.hall.events.register,
            event_id=self.hall.event_id,
            person_id=self.hall.person(who),
            session_ids=ids,
            or_wait=(ids or [self.hall.event_id]) if wait else [],
            pass_id=passes[0] if passes else None,
            **({"overrule": overrule} if overrule else {}),
        )

    @rule(who=WHO, sessions=CHOICE, wait=st.booleans())
    def sign_up(self, *, who: str, sessions: list[str], wait: bool) -> None:
        """Have somebody fill in the form of the event's page, perhaps once more."""
        shown = self.hall.shown
        own = shown["registration_level"] == "session"
        passes = [one["pass_id"] for one in shown["passes"] if not one["withdrawn_at"]]
        ids = [UUID(self.hall.sessions[name]) for name in sessions] if own else []
        event_id = UUID(self.hall.event_id)
        visitor = actions.Visitor(name=who, email=f"{who}@example.com", language="en")
        wish = actions.Wish(
            session_ids=ids,
            or_wait=(ids or [event_id]) if wait else [],
            pass_id=UUID(passes[0]) if passes else None,
        )
        worker = self.hall.suite.worker("events")
        with suppress(Refused), worker.db.begin() as tx:
            actions.sign_up(tx, event_id, visitor, wish, online=False, at=self.hall.suite.now())

    @rule(where=st.sampled_from(SESSIONS))
    def cancel_session(self, where: str) -> None:
        """Call a session off."""
        call = self.hall.events.cancel_session
        self.attempt(call, session_id=self.hall.sessions[where])
        self.cancelled.add(self.hall.sessions[where])

    @rule(who=WHO, sessions=CHOICE)
    def change_agenda(self, who: str, sessions: list[str]) -> None:
        """Give somebody another agenda."""
        if found := self.registration_of(who):
            ids = [self.hall.sessions[name] for name in sessions]
            call = self.hall.events.change_agenda
            self.attempt(call, registration_id=found, session_ids=ids)

    @rule(who=WHO, sessions=CHOICE)
    def cancel(self, who: str, sessions: list[str]) -> None:
        """Cancel a registration, or some sessions of it."""
        if found := self.registration_of(who):
            own = self.hall.shown["registration_level"] == "session"
            ids = [self.hall.sessions[name] for name in sessions] if own and sessions else None
            call = self.hall.events.cancel_registration
            self.attempt(call, registration_id=found, session_ids=ids)

    @rule(where=st.sampled_from(("", *SESSIONS)), capacity=st.integers(0, 4))
    def set_capacity(self, where: str, capacity: int) -> None:
        """Raise or lower a capacity."""
        if where:
            ids = {"session_id": self.hall.sessions[where]}
            self.attempt(self.hall.events.change_session, **ids, capacity=capacity)
        else:
            ids = {"event_id": self.hall.event_id}
            self.attempt(self.hall.events.change_event, **ids, capacity=capacity)

    @rule(own_agenda=st.booleans())
    def set_level(self, *, own_agenda: bool) -> None:
        """Let registrants create their own agenda, or no longer."""
        before = self.hall.shown["registration_level"]
        ids = {"event_id": self.hall.event_id, "own_agenda": own_agenda}
        self.attempt(self.hall.events.set_own_agenda, **ids)
        self.switched |= before == "session" and not own_agenda

    @rule(quantity=st.integers(1, 3))
    def define_pass(self, quantity: int) -> None:
        """Define a pass, which switches agendas off."""
        before = self.hall.shown["registration_level"]
        ids = {"event_id": self.hall.event_id, "name": "Day", "quantity": quantity}
        self.attempt(self.hall.events.define_pass, **ids)
        self.switched |= before == "session"

    @rule()
    def withdraw_passes(self) -> None:
        """Hand passes out no more."""
        for one in self.hall.shown["passes"]:
            self.attempt(self.hall.events.withdraw_pass, pass_id=one["pass_id"])

    @rule(who=WHO, where=st.sampled_from(("", *SESSIONS)))
    def join(self, who: str, where: str) -> None:
        """Have the list say that somebody joined."""
        self.hall.joined(who, self.hall.sessions[where] if where else self.hall.event_id)

    @rule(who=WHO, granted=st.booleans())
    def answer_spots(self, *, who: str, granted: bool) -> None:
        """Have the list ask for every open spot in somebody's name, or hand them back."""
        rows = self.rows("SELECT spot_id, target_id FROM spots WHERE state = 'open'")
        for number, (spot_id, target_id) in enumerate(rows):
            if granted:
                entry = self.hall.joined(who, target_id)
                self.hall.ask(spot_id, entry, NAMES[number % len(NAMES)], target_id, times=2)
            else:
                self.hall.returned(spot_id, target_id)

    @invariant()
    def seats_are_what_places_and_spots_make(self) -> None:
        """Look, after every step."""
        if not self.hall.event_id:
            return
        for _, _, open_, capacity, taken, live, beyond, held, _ in self.rows(SEATS):
            assert taken == live + held, (taken, live, held)
            assert open_ or taken == 0
            excused = beyond > 0 or self.switched
            assert capacity is None or excused or taken <= capacity, (taken, capacity)
        assert self.rows(STRAYS) == [(0,)]
        assert self.rows(BOTH) == [(0,)]
        assert all(sold == held for sold, held in self.rows(SOLD))
        for target_id, event_id, open_, *_, own in self.rows(SEATS):
            level = bool(own) != (target_id == event_id)
            assert bool(open_) == (level and str(UUID(target_id)) not in self.cancelled)

    def registration_of(self, who: str) -> str:
        """Give somebody's live registration; empty: they have none."""
        rows = self.hall.events.list_registrations(event_id=self.hall.event_id)["rows"]
        return next((row["registration_id"] for row in rows if row["name"] == who), "")

    def rows(self, query: str) -> list[Any]:
        """Look into the database, past the service's own rooms."""
        with self.hall.suite.sql("events") as sql:
            return [tuple(row) for row in sql.exec_driver_sql(query)]

    def teardown(self) -> None:
        """Take the event away, for the next example."""
        tables = ("spots", "places", "waiting", "registrations", "pass_sessions", "passes")
        with self.hall.suite.sql("events") as sql:
            for table in (*tables, "targets", "speeches", "sessions", "events", "outbox"):
                sql.exec_driver_sql(f"DELETE FROM {table}")  # noqa: S608 - names of our own
        self.hall.event_id = ""


@pytest.fixture
def machine() -> Iterator[Any]:
    """Give the machine's test, in a hall of its own."""
    with ExitStack() as stack:
        Registering.hall = stack.enter_context(hall_in())
        yield Registering.TestCase()


def plan(**more: Any) -> settings:
    """Give how the machine is run: the same way every time."""
    return settings(
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
        **more,
    )


@pytest.mark.rule("D6", "D7", "D19", "D21", "D29", "Di2")
def test_no_short_history_miscounts_seats(machine: Any) -> None:
    machine.settings = plan(max_examples=40, stateful_step_count=30)

    machine.runTest()


@pytest.mark.parametrize(
    ("broken", "instead"),
    [
        ("services.events.store.give_seats", None),
        ("services.events.store.take_seat", True),
        ("services.events.store.add_seat_beyond", None),
        ("services.events.store.drop_registration", None),
        ("services.events.store.has_passes", False),
        ("services.events.actions.levels.close_seats", None),
    ],
)
def test_the_machine_sees_what_is_broken_on_purpose(
    machine: Any, monkeypatch: pytest.MonkeyPatch, broken: str, instead: Any
) -> None:
    monkeypatch.setattr(broken, lambda *_, **__: instead)
    machine.settings = plan(
        max_examples=100,
        stateful_step_count=30,
        phases=[Phase.generate],
        report_multiple_bugs=False,
    )

    with pytest.raises(AssertionError):
        machine.runTest()
