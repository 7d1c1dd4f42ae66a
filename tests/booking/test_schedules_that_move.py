"""A schedule that moves to another time or to other days, from a day on."""

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import Any
from uuid import uuid4

import pytest

from shared.contracts.errors import IdempotencyConflict, InvalidRequest, ScheduleNotFound
from tests.at_once import at_once, while_waiting
from tests.booking.test_changes import unheard
from tests.booking.test_schedules import ROME, clocks, extend, weekly
from tests.booking.test_sessions_live import booker, told
from tests.flows.studio import Studio, real_studio


def move(studio: Studio, schedule: Any, to: str = "2031-03-13T19:00:00+01:00", **more: Any) -> Any:
    """Move a schedule from the second of its Thursdays on, unless told otherwise."""
    ids = {"schedule_id": schedule["schedule_id"]}
    return studio.suite.booking.move_schedule(**ids, starts_at=to, **more)


def session_on(schedule: Any, day: str) -> str:
    """Give the id of what a schedule has on a day of March."""
    (found,) = [
        session["session_id"]
        for session in schedule["sessions"]
        if session["starts_at"].startswith(f"2031-03-{day}")
    ]
    return str(found)


@pytest.mark.rule("Q6", "Q21")
def test_a_class_is_at_another_time_from_a_day_on(studio: Studio) -> None:
    schedule = weekly(studio)
    for studio.session_id, name in (
        (session_on(schedule, "06"), "ada"),
        (session_on(schedule, "13"), "grace"),
    ):
        studio.book(name)
    studio.settle()

    moved = move(studio, schedule)
    studio.settle()

    assert clocks(studio, schedule) == ["03-06 18:30", "03-13 19:00", "03-20 19:00"]
    assert moved["moved"] == [session_on(schedule, "13"), session_on(schedule, "20")]
    assert (moved["cancelled"], moved["kept"]) == ([], [])
    assert studio.mailbox["ada"] == ["confirmed"]
    assert studio.mailbox["grace"] == ["confirmed", "moved"]
    (told_,) = unheard(studio, "BookingMoved")
    assert told_.starts_at == datetime(2031, 3, 13, 19, tzinfo=ROME)


@pytest.mark.rule("Q6")
def test_what_is_made_later_is_at_the_new_time_over_the_change_of_clock(studio: Studio) -> None:
    schedule = weekly(studio)

    moved = move(studio, schedule)
    for _ in range(2):
        studio.suite.advance(days=14)
        extend(studio)

    assert (moved["rule"], moved["first_start"]) == ("FREQ=WEEKLY", "2031-03-13T19:00")
    assert clocks(studio, schedule) == ["04-03 19:00", "04-10 19:00", "04-17 19:00"]
    assert len(unheard(studio, "SessionScheduled")) == 7  # none was made twice


def test_on_days_that_the_rule_has_no_more_whoever_has_a_place_keeps_it(studio: Studio) -> None:
    schedule = weekly(studio, rule="FREQ=WEEKLY;BYDAY=TU,TH")
    studio.session_id = booked = session_on(schedule, "20")
    studio.book("ada")
    empty = session_on(schedule, "13")

    new = {"to": "2031-03-11T19:00:00+01:00", "rule": "FREQ=WEEKLY;BYDAY=MO,TU"}
    moved = move(studio, schedule, **new)

    assert (moved["cancelled"], moved["kept"]) == ([empty], [booked])
    assert len(moved["moved"]) == 2
    assert clocks(studio, schedule) == [
        *["03-06 18:30", "03-11 19:00", "03-17 19:00", "03-18 19:00"],
        *["03-20 18:30", "03-24 19:00"],
    ]
    assert studio.booked == ["ada"]
    assert unheard(studio, "BookingMoved") == []


def test_on_days_that_the_rule_has_no_more_all_is_cancelled_if_that_is_said(
    studio: Studio,
) -> None:
    schedule = weekly(studio)
    studio.session_id = session_on(schedule, "20")
    studio.book("ada")

    new = {"to": "2031-03-12T18:30:00+01:00", "rule": "FREQ=WEEKLY;BYDAY=WE"}
    moved = move(studio, schedule, **new, cancel_booked=True)
    studio.settle()

    assert (len(moved["cancelled"]), moved["kept"]) == (2, [])
    assert clocks(studio, schedule) == ["03-06 18:30", "03-12 18:30", "03-19 18:30"]
    assert studio.mailbox["ada"][-1] == "session_cancelled"


def test_a_schedule_that_comes_back_to_its_days_has_them_again(studio: Studio) -> None:
    schedule = weekly(studio)
    move(studio, schedule, "2031-03-12T18:30:00+01:00", rule="FREQ=WEEKLY;BYDAY=WE")

    move(studio, schedule, "2031-03-13T18:30:00+01:00", rule="FREQ=WEEKLY;BYDAY=TH")

    assert clocks(studio, schedule) == [
        *["03-06 18:30", "03-12 18:30", "03-13 18:30", "03-20 18:30"],
    ]


def test_what_staff_did_with_single_days_stays_as_they_did_it(studio: Studio) -> None:
    schedule = weekly(studio, weeks_ahead=6)
    ids = {"schedule_id": schedule["schedule_id"]}
    studio.suite.booking.cancel_session(session_id=session_on(schedule, "13"))
    studio.session_id = by_hand = session_on(schedule, "20")
    studio.change(starts_at="2031-03-21T09:00:00+01:00")
    studio.suite.booking.skip_date(**ids, on="2031-03-27")

    moved = move(studio, schedule, "2031-03-06T19:00:00+01:00")

    assert moved["kept"] == [by_hand]
    assert clocks(studio, schedule) == [
        *["03-06 19:00", "03-21 09:00", "04-03 19:00", "04-10 19:00"],
    ]


def test_what_has_begun_stays_and_its_day_has_no_second_one(studio: Studio) -> None:
    schedule = weekly(studio)
    studio.suite.advance(days=3, hours=9)  # half past six, and the first one has begun

    moved = move(studio, schedule, "2031-03-06T21:00:00+01:00")

    assert len(moved["moved"]) == 2
    assert clocks(studio, schedule) == ["03-13 21:00", "03-20 21:00", "03-27 21:00"]


def test_until_a_day_beyond_what_is_made_the_old_time_holds(studio: Studio) -> None:
    schedule = weekly(studio, weeks_ahead=1)
    assert clocks(studio, schedule) == ["03-06 18:30"]

    moved = move(studio, schedule, "2031-04-03T19:00:00+02:00")
    for _ in range(4):
        studio.suite.advance(hours=24)
        extend(studio)

    assert moved["moved"] == []
    assert clocks(studio, schedule) == ["03-13 18:30", "03-20 18:30", "03-27 18:30"]
    studio.suite.advance(days=25)
    extend(studio)
    assert clocks(studio, schedule) == ["04-03 19:00"]


def test_where_the_time_stays_nobody_is_told(studio: Studio) -> None:
    schedule = weekly(studio)
    studio.session_id = session_on(schedule, "13")
    studio.book("ada")
    studio.suite.mark()

    new = {"to": "2031-03-11T18:30:00+01:00", "rule": "FREQ=WEEKLY;BYDAY=TU,TH"}
    moved = move(studio, schedule, **new)

    assert (moved["moved"], moved["cancelled"], moved["kept"]) == ([], [], [])
    assert studio.suite.story == ["SessionScheduled"] * 2


def test_moving_a_schedule_again_changes_nothing(studio: Studio) -> None:
    schedule = weekly(studio)
    studio.session_id = session_on(schedule, "13")
    studio.book("ada")

    first = move(studio, schedule, idempotency_key="k")
    said = len(studio.suite.said)
    repeated = move(studio, schedule, idempotency_key="k")
    again = move(studio, schedule)
    with pytest.raises(IdempotencyConflict):
        move(studio, schedule, "2031-03-13T20:00:00+01:00", idempotency_key="k")

    assert repeated == first
    assert again == first | {"moved": []}
    assert len(studio.suite.said) == said


def test_a_day_of_the_old_time_is_skipped_after_the_schedule_has_moved(studio: Studio) -> None:
    schedule = weekly(studio)
    move(studio, schedule)
    skip = partial(studio.suite.booking.skip_date, schedule_id=schedule["schedule_id"])

    skipped = skip(on="2031-03-06")
    again = skip(on="2031-03-06")

    assert skipped["cancelled"] == [session_on(schedule, "06")]
    assert again["cancelled"] == []
    assert clocks(studio, schedule) == ["03-13 19:00", "03-20 19:00"]


@pytest.mark.parametrize(
    ("new", "fault"),
    [
        ({"to": "2031-03-03T07:00:00+01:00"}, "starts_at: Must be in the future"),
        ({"to": "2031-03-28T19:00:00+01:00"}, "starts_at: The schedule ends on 2031-03-27"),
        (
            {"to": "2031-03-13T19:00:00+01:00", "rule": "FREQ=WEEKLY;BYDAY=MO"},
            "starts_at: The rule does not give 2031-03-13",
        ),
        ({"to": "2031-03-13T19:00:00+01:00", "rule": "FREQ=HOURLY"}, "rule: FREQ must be"),
    ],
)
def test_a_schedule_moves_only_to_where_it_can(
    studio: Studio, new: dict[str, str], fault: str
) -> None:
    schedule = weekly(studio, last_on="2031-03-27")
    before = studio.suite.booking.get_schedule(schedule_id=schedule["schedule_id"])
    studio.suite.mark()

    with pytest.raises(InvalidRequest, match=f"^{fault}"):
        move(studio, schedule, **new)

    after = studio.suite.booking.get_schedule(schedule_id=schedule["schedule_id"])
    assert (after, studio.suite.story) == (before, [])


def test_a_rule_that_counts_is_said_anew(studio: Studio) -> None:
    schedule = weekly(studio, rule="FREQ=WEEKLY;COUNT=3")

    with pytest.raises(InvalidRequest, match=r"^rule: The schedule's own has a COUNT"):
        move(studio, schedule)
    move(studio, schedule, rule="FREQ=WEEKLY;COUNT=1")

    assert clocks(studio, schedule) == ["03-06 18:30", "03-13 19:00"]


def test_a_schedule_moves_no_farther_ahead_than_any_is_made(studio: Studio) -> None:
    schedule = weekly(studio, rule="FREQ=DAILY")

    with pytest.raises(InvalidRequest, match=r"^starts_at: Must not be after 2032-03-01"):
        move(studio, schedule, "2032-03-02T19:00:00+01:00")
    move(studio, schedule, "2032-03-01T19:00:00+01:00")

    assert len(clocks(studio, schedule)) == 361  # each day from March 6 until the last of February
    with pytest.raises(ScheduleNotFound):
        studio.suite.booking.move_schedule(
            schedule_id=uuid4(), starts_at="2031-03-13T19:00:00+01:00"
        )


# -- on the real PostgreSQL ---------------------------------------------------------------------


@pytest.fixture
def real() -> Iterator[Studio]:
    """Give a studio whose services have a database each on the real server."""
    with real_studio() as made:
        yield made


@pytest.mark.live
def test_whoever_books_while_the_schedule_moves_is_told_of_the_time_it_has(real: Studio) -> None:
    schedule = weekly(real, rule="FREQ=DAILY", capacity=40)
    real.suite.advance(days=7)
    later = [session["session_id"] for session in schedule["sessions"][9:12]]
    books = [booker(real, f"person{n}", later[n % 3]) for n in range(9)]
    tick = partial(real.suite.tick, "booking.extend_schedules")
    moves = [partial(move, real, schedule, f"2031-03-13T{hour}:00:00+01:00") for hour in (19, 20)]

    at_once([*books[:4], moves[0], tick, *books[4:], moves[1], tick])

    known = told(real)
    starts = {real.suite.booking.get_session(session_id=one)["starts_at"] for one in later}
    assert len(known) == 9
    assert {datetime.fromisoformat(one) for one in known.values()} == {
        datetime.fromisoformat(one) for one in starts
    }
    days = [clock[:5] for clock in clocks(real, schedule)]
    assert len(days) == len(set(days)) == 22  # today is one of them
    assert len({clock[6:] for clock in clocks(real, schedule)[4:]}) == 1


@pytest.mark.live
def test_a_day_left_out_in_the_moment_the_schedule_moves_is_not_made(real: Studio) -> None:
    schedule = weekly(real)
    skip = """UPDATE schedules SET skipped = '["2031-03-27"]' WHERE schedule_id = :id"""
    moving = partial(move, real, schedule, "2031-04-03T19:00:00+02:00")

    engine = real.suite.members["booking"].home.engine
    while_waiting(engine, skip, moving, id=schedule["schedule_id"])

    assert clocks(real, schedule) == ["03-06 18:30", "03-13 18:30", "03-20 18:30"]
