"""Seats are counted right, and passes and agendas exclude each other, on the real PostgreSQL."""

from collections.abc import Callable, Iterator
from functools import partial
from random import Random
from typing import Any
from uuid import UUID

import pytest

from services.events import actions
from tests.at_once import ends, while_waiting
from tests.events.hall import Hall, hall_in
from tests.events.test_machine import BOTH, SEATS, SOLD, STRAYS
from tests.servers import own_databases

pytestmark = pytest.mark.live


@pytest.fixture
def hall() -> Iterator[Hall]:
    """Give a hall whose services have a database each on the real server."""
    with own_databases("booking", "events") as made, hall_in(made) as hall:
        yield hall


@pytest.mark.rule("D6")
def test_many_who_want_the_last_seats_get_no_more_than_there_are(hall: Hall) -> None:
    hall.event(capacity=3)
    people = [hall.person(f"person{n}") for n in range(12)]

    ended = ends([partial(hall.register, f"person{n}") for n in range(len(people))])

    assert ended == {"done": 3, "EventFull": 9}
    assert hall.seats() == (3, 3)
    assert len(hall.names()) == 3


@pytest.mark.rule("D7")
def test_agendas_in_every_order_neither_oversell_nor_wait_for_one_another(hall: Hall) -> None:
    hall.fair(capacity=3, waiting=0)
    orders = [("clay", "ink", "wood"), ("wood", "ink", "clay"), ("ink", "clay", "wood")]
    for n in range(9):
        hall.person(f"person{n}")

    ended = ends([partial(hall.register, f"person{n}", *orders[n % 3]) for n in range(9)])

    assert ended == {"done": 3, "SessionFull": 6}
    assert [hall.seats(one) for one in ("clay", "ink", "wood")] == [(3, 3)] * 3


def test_one_visitor_with_two_tabs_is_introduced_once(hall: Hall) -> None:
    hall.event(capacity=30)
    visitor = actions.Visitor(name="Ada  Lovelace", email="ada@example.com", language="en")

    def press() -> None:
        with hall.suite.worker("events").db.begin() as tx:
            event_id, at = UUID(hall.event_id), hall.suite.now()
            actions.sign_up(tx, event_id, visitor, actions.Wish(), online=False, at=at)

    ended = ends([press] * 8)

    assert ended == {"done": 8}
    assert hall.seats() == (30, 1)
    assert len(hall.said("GuestIntroduced")) == 1


def test_swapping_sessions_at_once_never_loses_count(hall: Hall) -> None:
    hall.fair(capacity=4, waiting=0)
    ids = [
        hall.register(f"person{n}", "clay" if n % 2 else "ink")["registration_id"] for n in range(6)
    ]
    change = hall.events.change_agenda

    def swap(number: int) -> None:
        for name in ("wood", "ink", "clay"):
            wanted = [hall.sessions[name]]
            change(registration_id=ids[number], session_ids=wanted)

    ends([partial(swap, n) for n in range(6)])

    names = {one: hall.names(one) for one in ("clay", "ink", "wood")}
    assert {one: hall.seats(one) for one in names} == {
        one: (4, len(who)) for one, who in names.items()
    }
    assert sum(map(len, names.values())) == 6


def test_one_who_registers_many_times_at_once_is_registered_once(hall: Hall) -> None:
    hall.event(capacity=9)
    hall.person("ada")

    ended = ends([partial(hall.register, "ada")] * 8)

    assert ended == {"done": 1, "AlreadyRegistered": 7}
    assert hall.seats() == (9, 1)


@pytest.mark.parametrize("change", ["merged", "erased"])
def test_who_is_registered_while_their_record_ends_is_not_missed(hall: Hall, change: str) -> None:
    hall.event(capacity=9)
    ada, countess = hall.person("ada"), hall.person("countess")
    update = {
        "merged": "UPDATE people SET merged_into = :other WHERE person_id = :id",
        "erased": "UPDATE people SET erased = true WHERE person_id = :id AND :other = :other",
    }[change]
    engine = hall.suite.members["events"].home.engine
    registering = partial(ends, [partial(hall.register, "countess")])  # waits for what they become

    ended = while_waiting(engine, update, registering, id=countess, other=ada)

    assert ended == ({"done": 1} if change == "merged" else {"PersonNotFound": 1})
    assert hall.names() == (["ada"] if change == "merged" else [])


@pytest.mark.rule("D19", "D20", "D21", "Di2")
def test_passes_and_agendas_exclude_each_other_under_concurrent_edits(hall: Hall) -> None:
    for _ in range(6):
        hall.event()
        hall.session("clay", capacity=5)
        ids = {"event_id": hall.event_id}
        edits: list[Callable[[], Any]] = [
            partial(hall.events.set_own_agenda, **ids, own_agenda=True),
            partial(hall.events.define_pass, **ids, name="Day"),
        ] * 3

        ended = ends(edits)

        assert hall.shown["registration_level"] == "event"
        assert len(hall.shown["passes"]) == 3
        assert set(ended) <= {"done", "PassesDefined"}


@pytest.mark.rule("D21", "D22")
def test_registering_while_a_pass_is_defined_loses_nobody_and_counts_everybody(hall: Hall) -> None:
    hall.fair(capacity=9)
    for n in range(8):
        hall.person(f"person{n}")
    define = partial(hall.events.define_pass, event_id=hall.event_id, name="Day")
    registering: list[Callable[[], Any]] = [
        partial(hall.register, f"person{n}", "clay", "ink") for n in range(8)
    ]

    ended = ends([*registering[:4], define, *registering[4:]])

    shown = hall.shown
    assert shown["registration_level"] == "event"
    assert shown["taken"] == shown["registered"] == ended["done"] - 1
    assert [one["taken"] for one in shown["sessions"]] == [0, 0, 0]


def test_seats_with_passes_are_granted_and_taken_at_once_without_a_ring(hall: Hall) -> None:
    hall.event(capacity=6, waiting_list_size=50)
    day = hall.events.define_pass(event_id=hall.event_id, name="Day")["pass_id"]
    for n in range(6):
        hall.register(f"person{n}", pass_id=day)
    entries = [hall.joined(f"waiter{n}", hall.event_id) for n in range(6)]
    for n in range(24):
        hall.person(f"late{n}")
    hall.suite.mark()
    for n in range(3):
        hall.cancel(f"person{n}")
    spots = [str(one.spot_id) for one in hall.said("RegistrationCancelled")]
    hall.events.change_event(event_id=hall.event_id, waiting_list_size=50)
    asking: list[Callable[[], Any]] = [
        partial(hall.ask, spot, entries[n], f"waiter{n}", hall.event_id)
        for n, spot in enumerate(spots)
    ]
    overrule = {"pass_id": day, "overrule": "Guest"}
    coming: list[Callable[[], Any]] = [
        partial(hall.register, f"late{n}", **overrule) for n in range(24)
    ]

    ended = ends([one for pair in zip(asking * 8, coming, strict=True) for one in pair])

    assert ended == {"done": 48}
    assert hall.seats() == (6, 30)
    (sold,) = [one["sold"] for one in hall.shown["passes"]]
    assert sold == hall.shown["registered"] == 30
    with hall.suite.sql("events") as sql:
        (rings,) = sql.exec_driver_sql(
            "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
        ).one()
    assert rings == 0


def in_a_crowd(hall: Hall, chance: Random) -> list[Callable[[], Any]]:
    """Think of things that staff, visitors and the waiting list do in one instant."""
    events, ids = hall.events, {"event_id": hall.event_id}
    sessions = list(hall.sessions.values())
    own = hall.shown["registration_level"] == "session"
    passes = [one["pass_id"] for one in hall.shown["passes"] if one["withdrawn_at"] is None]
    rows = events.list_registrations(**ids)["rows"]
    calls: list[Callable[[], Any]] = []
    for name in chance.sample(list(hall.people), 6):
        wanted = chance.sample(sessions, chance.randint(1, 3)) if own else []
        more: dict[str, Any] = {"session_ids": wanted, "pass_id": chance.choice([*passes, None])}
        more["or_wait"] = chance.choice([[], wanted or [hall.event_id]])
        more["overrule"] = chance.choice(["", "", "Guest"])
        calls.append(partial(events.register, **ids, person_id=hall.person(name), **more))
    for row in chance.sample(rows, min(5, len(rows))):
        mine = {"registration_id": row["registration_id"]}
        wanted = chance.sample(sessions, chance.randint(1, 2))
        calls += [
            partial(events.change_agenda, **mine, session_ids=wanted),
            partial(events.cancel_registration, **mine, session_ids=wanted if own else None),
            partial(events.check_in, ticket=row["ticket"]),
        ]
    calls += [
        partial(events.change_session, session_id=sessions[0], capacity=chance.randint(1, 5)),
        partial(events.change_event, **ids, capacity=chance.randint(1, 5)),
        partial(events.set_own_agenda, **ids, own_agenda=chance.random() < 0.7),
        *[partial(events.withdraw_pass, pass_id=one) for one in passes],
    ]
    if chance.random() < 0.4:
        calls.append(partial(events.define_pass, **ids, name="Day", quantity=3))
    with hall.suite.sql("events") as sql:
        spots = sql.exec_driver_sql("SELECT spot_id, target_id FROM spots WHERE state = 'open'")
        for spot_id, target_id in map(tuple, spots):
            name, entry = chance.choice(list(hall.people)), hall.joined("person0", str(target_id))
            calls.append(partial(hall.ask, str(spot_id), entry, name, str(target_id)))
    chance.shuffle(calls)
    return calls


@pytest.mark.rule("D6", "D7", "D19", "D21", "D22", "Di2")
@pytest.mark.parametrize("seed", range(2))
def test_a_crowd_at_once_never_miscounts(hall: Hall, seed: int) -> None:
    chance = Random(seed)  # noqa: S311 - to be the same every time
    hall.event(capacity=3, waiting_list_size=5)
    for begins, name in enumerate(("clay", "ink", "wood"), start=9):
        hall.session(name, begins, capacity=2, waiting_list_size=5)
    hall.events.set_own_agenda(event_id=hall.event_id, own_agenda=True)
    for n in range(8):
        hall.person(f"person{n}")

    for _ in range(8):
        ends(in_a_crowd(hall, chance))
        with hall.suite.sql("events") as sql:
            rows = {query: sql.exec_driver_sql(query).all() for query in (SEATS, SOLD)}
            assert [sql.exec_driver_sql(query).scalar() for query in (STRAYS, BOTH)] == [0, 0]
        for _, _, open_, _, taken, live, _, held, _ in map(tuple, rows[SEATS]):
            assert taken == live + held
            assert open_ or taken == 0
        assert all(sold == held for sold, held in map(tuple, rows[SOLD]))


def test_many_who_cancel_one_registration_free_one_seat(hall: Hall) -> None:
    hall.event(capacity=1, waiting_list_size=5)
    ids = hall.register("ada")["registration_id"]

    ended = ends([partial(hall.events.cancel_registration, registration_id=ids)] * 8)

    assert ended == {"done": 8}
    assert len(hall.said("RegistrationCancelled")) == 1
    assert hall.seats() == (1, 1)
