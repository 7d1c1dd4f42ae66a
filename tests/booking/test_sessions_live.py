"""Sessions that move, end and recur while people book them, on the real PostgreSQL."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest

from tests.at_once import at_once
from tests.booking.test_changes import two_days, unheard
from tests.booking.test_schedules import weekly
from tests.booking.test_session_types import a_type
from tests.flows.studio import Studio, real_studio

pytestmark = pytest.mark.live


@pytest.fixture
def studio() -> Iterator[Studio]:
    """Give a studio whose services have a database each on the real server."""
    with real_studio() as studio:
        yield studio


def booker(studio: Studio, name: str, session_id: str) -> Callable[[], Any]:
    """Prepare to book somebody."""
    ids = {"session_id": session_id, "person_id": studio.person(name)}
    return partial(studio.suite.booking.book, **ids)


def told(studio: Studio) -> dict[str, str]:
    """Give the last start everybody with a place was told, by booking."""
    facts = unheard(studio, "BookingConfirmed") + unheard(studio, "BookingMoved")
    return {
        str(fact.booking_id): fact.starts_at.isoformat()
        for fact in sorted(facts, key=lambda fact: fact.sequence)
    }


def test_whoever_books_while_the_session_moves_is_told_where_it_moved_to(studio: Studio) -> None:
    studio.session(capacity=40, waiting=0)
    books = [booker(studio, f"person{n}", studio.session_id) for n in range(12)]
    to = (studio.suite.now() + timedelta(days=9)).replace(microsecond=0)
    move = partial(studio.suite.booking.change_session, session_id=studio.session_id, starts_at=to)

    at_once([*books[:6], move, *books[6:]])

    known = told(studio)
    assert len(known) == len(studio.booked) == 12
    assert {datetime.fromisoformat(start) for start in known.values()} == {to}


def test_no_seat_is_lost_or_given_twice_by_moves_to_and_fro(studio: Studio) -> None:
    kind = a_type(studio, name="Class", arrangement="multi")
    one = studio.session(session_type_id=kind, capacity=5, waiting=0)
    other = studio.session(session_type_id=kind, capacity=5, waiting=0)
    places = [booker(studio, f"a{n}", one)() for n in range(4)]
    places += [booker(studio, f"b{n}", other)() for n in range(4)]
    move = studio.suite.booking.move_booking

    ended = at_once(
        [
            partial(move, booking_id=place["booking_id"], session_id=other if n < 4 else one)
            for n, place in enumerate(places)
        ]
    )

    assert {end for end in ended if isinstance(end, str)} <= {"SessionFull"}
    for session_id in (one, other):
        studio.session_id = session_id
        assert studio.taken == len(studio.booked) <= 5
    assert sum(len(studio.booked) for studio.session_id in (one, other)) == 8


def test_one_booking_moved_many_times_at_once_moves_once(studio: Studio) -> None:
    first, later = two_days(studio, capacity=3)
    studio.book("ada")
    move = partial(
        studio.suite.booking.move_booking,
        booking_id=studio.booking_id("ada"),
        session_id=later,
    )

    at_once([move] * 6)
    studio.settle()

    assert len(unheard(studio, "BookingMoved")) == 1
    assert studio.suite.booking.get_session(session_id=first)["taken"] == 0
    assert studio.suite.booking.get_session(session_id=later)["taken"] == 1


def test_nobody_keeps_a_place_in_a_session_cancelled_while_they_book(studio: Studio) -> None:
    studio.session(capacity=40)
    books = [booker(studio, f"person{n}", studio.session_id) for n in range(10)]
    cancel = partial(studio.suite.booking.cancel_session, session_id=studio.session_id)

    ended = at_once([*books[:5], cancel, cancel, *books[5:]])
    studio.settle()

    booked = [end for end in ended if isinstance(end, dict) and end.get("status") == "booked"]
    assert len(unheard(studio, "BookingCancelled")) == len(booked)
    assert len(unheard(studio, "SessionCancelled")) == 1
    assert (studio.booked, studio.taken, studio.held) == ([], 0, {})


def test_a_granted_seat_and_a_move_of_the_session_tell_of_the_same_time(studio: Studio) -> None:
    studio.full("ada", waiting=["grace"])
    studio.cancel("ada")
    studio.suite.hear(studio.suite.take_out())  # asked for in grace's name
    to = (studio.suite.now() + timedelta(days=9)).replace(microsecond=0)
    move = partial(studio.change, starts_at=to)
    post = studio.suite.take_out()

    at_once([partial(studio.suite.hear, post), move])

    granted = unheard(studio, "SpotGranted")[0].starts_at
    moved = unheard(studio, "BookingMoved")
    assert granted == to or [fact.starts_at for fact in moved] == [to]


def test_two_timers_make_each_session_of_a_schedule_once(studio: Studio) -> None:
    schedule = weekly(studio, rule="FREQ=DAILY")
    studio.suite.advance(days=14)
    tick = partial(studio.suite.tick, "booking.extend_schedules")

    at_once([tick, tick, tick])

    made = unheard(studio, "SessionScheduled")
    starts = [fact.starts_at for fact in made]
    assert len(starts) == len(set(starts))
    again = studio.suite.booking.get_schedule(schedule_id=schedule["schedule_id"])
    assert len(again["sessions"]) == 22  # today is one of them


def test_the_client_who_confirms_while_staff_adjust_locks_what_they_confirmed(
    studio: Studio,
) -> None:
    studio.session(
        session_type_id=a_type(studio),
        classification="regular",
        waiting=0,
        client_id=studio.person("ada", "client"),
    )
    details = studio.suite.booking.get_session_details(session_id=studio.session_id)
    confirm = partial(studio.suite.booking.confirm_hold, hold_id=details["client"]["hold_id"])
    adjust = [
        partial(studio.change, starts_at=studio.suite.now() + timedelta(days=10 + n))
        for n in range(4)
    ]

    at_once([*adjust[:2], confirm, *adjust[2:]])

    (starts,) = told(studio).values()
    assert starts == studio.roster["header"]["session"]["starts_at"]
    assert unheard(studio, "BookingMoved") == []


def test_of_five_who_reserve_a_place_for_one_person_at_once_one_does(studio: Studio) -> None:
    studio.session(capacity=40, waiting=0)
    ids = {"session_id": studio.session_id, "person_id": studio.person("ada")}

    answers = at_once([partial(studio.suite.booking.hold_place, **ids)] * 5)

    assert sorted(map(str, answers))[:4] == ["AlreadyBooked"] * 4
    assert studio.taken == 1
