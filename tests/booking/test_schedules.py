"""Sessions that recur: made ahead, once each, skipped and ended."""

from datetime import datetime
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from services.booking.actions.sessions import LIST_OFF
from shared.contracts.errors import InvalidRequest, ScheduleNotFound
from tests.booking.test_session_types import PHOTO, a_type
from tests.flows.studio import Studio

ROME = ZoneInfo("Europe/Rome")


def weekly(studio: Studio, **details: Any) -> Any:
    """Have a trial class every Thursday at half past six; it is Monday, March 3, 2031."""
    values = {
        "session_type_id": a_type(studio, name="Trial", arrangement="multi"),
        "name": "Trial class",
        "classification": "marketing",
        "starts_at": "2031-03-06T18:30:00+01:00",
        "rule": "FREQ=WEEKLY",
        "time_zone": "Europe/Rome",
        "staff": "Lea",
        "location": "Studio 2",
        "capacity": 8,
        "waiting_list_size": 4,
        "weeks_ahead": 3,
    }
    return studio.suite.booking.create_schedule(**(values | details))


def clocks(studio: Studio, schedule: Any) -> list[str]:
    """Give what of a schedule is on the timetable, on the wall."""
    again = studio.suite.booking.get_schedule(schedule_id=schedule["schedule_id"])
    starts = [datetime.fromisoformat(session["starts_at"]) for session in again["sessions"]]
    return [start.astimezone(ROME).strftime("%m-%d %H:%M") for start in starts]


def extend(studio: Studio) -> None:
    """Let the timer run."""
    studio.suite.tick("booking.extend_schedules")


@pytest.mark.rule("Q6", "Q8", "Q9")
def test_a_marketing_session_recurs_some_weeks_ahead(studio: Studio) -> None:
    schedule = weekly(studio, text="Come and see.", photos=[PHOTO])

    assert clocks(studio, schedule) == ["03-06 18:30", "03-13 18:30", "03-20 18:30"]
    assert studio.suite.story == ["SessionScheduled"] * 3
    session = schedule["sessions"][0]
    assert (session["capacity"], session["waiting_list_size"]) == (8, 4)
    page = studio.suite.booking.get_session_details(session_id=session["session_id"])
    assert (page["text"], page["photos"]) == ("Come and see.", [PHOTO])


@pytest.mark.rule("Q6")
def test_as_time_goes_by_each_session_is_made_once_over_the_change_of_clock(
    studio: Studio,
) -> None:
    schedule = weekly(studio)

    for _ in range(3):
        studio.suite.advance(days=7)
        extend(studio)
        extend(studio)

    assert clocks(studio, schedule) == ["03-27 18:30", "04-03 18:30", "04-10 18:30"]
    assert studio.suite.story == ["SessionScheduled"] * 6
    again = studio.suite.booking.get_schedule(schedule_id=schedule["schedule_id"])
    assert [session["starts_at"][11:16] for session in again["sessions"]] == [
        "17:30",
        "16:30",
        "16:30",
    ]


def test_a_timer_that_was_down_makes_what_lies_ahead_and_nothing_that_is_over(
    studio: Studio,
) -> None:
    schedule = weekly(studio)

    studio.suite.advance(days=60)
    extend(studio)

    assert clocks(studio, schedule) == ["05-08 18:30", "05-15 18:30", "05-22 18:30"]
    assert len(studio.suite.story) == 6


def test_a_session_staff_have_moved_is_not_made_again(studio: Studio) -> None:
    schedule = weekly(studio)
    studio.session_id = schedule["sessions"][1]["session_id"]

    studio.change(starts_at="2031-03-14T18:30:00+01:00")
    studio.suite.advance(days=2)
    extend(studio)

    assert clocks(studio, schedule) == ["03-06 18:30", "03-14 18:30", "03-20 18:30"]
    with pytest.raises(IntegrityError), studio.suite.sql("booking") as sql:
        sql.execute(text("UPDATE sessions SET occurrence = '2031-03-06T18:30'"))


@pytest.mark.rule("Q7")
def test_a_session_outside_the_schedule_stands_beside_it(studio: Studio) -> None:
    schedule = weekly(studio)

    studio.session()

    assert len(clocks(studio, schedule)) == 3
    listed = studio.suite.booking.list_sessions(
        since=studio.suite.now(), until="2031-03-07T00:00:00+00:00"
    )
    assert [session["name"] for session in listed] == ["Open day", "Trial class"]


def test_a_skipped_date_is_left_out_made_or_not(studio: Studio) -> None:
    schedule = weekly(studio)
    ids = {"schedule_id": schedule["schedule_id"]}

    studio.suite.booking.skip_date(**ids, on="2031-03-13")
    studio.suite.booking.skip_date(**ids, on="2031-04-03")
    studio.suite.booking.skip_date(**ids, on="2031-04-03")
    assert clocks(studio, schedule) == ["03-06 18:30", "03-20 18:30"]
    studio.suite.advance(days=18)
    extend(studio)

    assert clocks(studio, schedule) == ["03-27 18:30", "04-10 18:30"]
    again = studio.suite.booking.get_schedule(**ids)
    assert again["skipped"] == ["2031-03-13", "2031-04-03"]


@pytest.mark.rule("Q6", "Q21")
def test_a_schedule_changes_in_all_sessions_to_come(studio: Studio) -> None:
    schedule = weekly(studio)
    studio.session_id = schedule["sessions"][0]["session_id"]
    studio.book("ada")
    studio.suite.advance(days=3, hours=9)  # the first one has begun
    extend(studio)
    new = {"name": "Taster", "staff": "Ida", "location": "Garden", "capacity": 3, "text": "Come!"}

    changed = studio.suite.booking.change_schedule(schedule_id=schedule["schedule_id"], **new)
    studio.suite.advance(days=7)
    extend(studio)

    assert changed["staff"] == "Ida"
    ids = {"since": studio.suite.now(), "until": "2031-05-01T00:00:00+00:00"}
    sessions = studio.suite.booking.list_sessions(**ids)
    assert len(sessions) == 3
    for session in sessions:
        assert new.items() >= {key: session[key] for key in new.keys() - {"text"}}.items()
        page = studio.suite.booking.get_session_details(session_id=session["session_id"])
        assert page["text"] == "Come!"
    assert studio.roster["header"]["session"]["staff"] == "Lea"


@pytest.mark.rule("Q3", "Q6", "Q11", "Q12")
def test_a_schedule_gets_another_price_and_its_sessions_with_it(studio: Studio) -> None:
    schedule = weekly(studio)
    ids = {"schedule_id": schedule["schedule_id"]}

    changed = studio.suite.booking.change_schedule(**ids, price_minor=1500)
    studio.suite.advance(days=7)
    extend(studio)

    assert changed["notes"] == [LIST_OFF]
    sessions = studio.suite.booking.get_schedule(**ids)["sessions"]
    priced = {(one["price_minor"], one["currency"], one["waiting_list_size"]) for one in sessions}
    assert (len(sessions), priced) == (3, {(1500, "eur", 0)})
    studio.suite.booking.change_schedule(**ids, price_minor=None)
    sessions = studio.suite.booking.get_schedule(**ids)["sessions"]
    assert {(one["price_minor"], one["currency"]) for one in sessions} == {(None, "")}


def test_a_schedule_changes_in_all_sessions_or_none(studio: Studio) -> None:
    schedule = weekly(studio)
    studio.session_id = schedule["sessions"][2]["session_id"]
    studio.book("ada")

    with pytest.raises(InvalidRequest, match="capacity: 1 seats are taken"):
        studio.suite.booking.change_schedule(schedule_id=schedule["schedule_id"], capacity=0)

    again = studio.suite.booking.get_schedule(schedule_id=schedule["schedule_id"])
    assert [session["capacity"] for session in again["sessions"]] == [8, 8, 8]
    assert again["capacity"] == 8


@pytest.mark.parametrize(
    ("on", "rule"),
    [
        ("2031-03-02", "Must not be in the past; today is 2031-03-03"),
        ("2031-03-05", "The schedule has nothing on 2031-03-05"),
        ("2031-03-14", "The schedule has nothing on 2031-03-14"),
        ("2031-04-03", "The schedule has nothing on 2031-04-03"),
    ],
)
def test_only_a_date_to_come_that_the_schedule_gives_is_skipped(
    studio: Studio, on: str, rule: str
) -> None:
    schedule = weekly(studio, last_on="2031-03-27")

    with pytest.raises(InvalidRequest, match=f"^on: {rule}"):
        studio.suite.booking.skip_date(schedule_id=schedule["schedule_id"], on=on)

    again = studio.suite.booking.get_schedule(schedule_id=schedule["schedule_id"])
    assert again["skipped"] == []


def test_a_date_whose_session_has_begun_is_skipped_no_more(studio: Studio) -> None:
    schedule = weekly(studio)
    studio.suite.advance(days=3, hours=9)  # half an hour after the first one has begun

    with pytest.raises(InvalidRequest, match="on: What the schedule has on 2031-03-06 has begun"):
        studio.suite.booking.skip_date(schedule_id=schedule["schedule_id"], on="2031-03-06")

    again = studio.suite.booking.get_schedule(schedule_id=schedule["schedule_id"])
    assert again["skipped"] == []


def test_no_schedule_ends_in_the_past(studio: Studio) -> None:
    schedule = weekly(studio)

    with pytest.raises(InvalidRequest, match=r"^last_on: Must not be in the past"):
        studio.suite.booking.end_schedule(schedule_id=schedule["schedule_id"], last_on="2031-03-02")

    assert len(clocks(studio, schedule)) == 3


def test_a_date_with_bookings_is_skipped_only_when_that_is_said(studio: Studio) -> None:
    schedule = weekly(studio)
    ids = {"schedule_id": schedule["schedule_id"]}
    studio.session_id = schedule["sessions"][1]["session_id"]
    studio.book("ada")

    with pytest.raises(InvalidRequest, match="on: People have places on 2031-03-13"):
        studio.suite.booking.skip_date(**ids, on="2031-03-13")
    studio.suite.mark()
    studio.suite.booking.skip_date(**ids, on="2031-03-13", cancel_booked=True)

    assert studio.suite.story == ["SessionCancelled", "BookingCancelled"]
    assert studio.booked == []


def test_an_ended_schedule_keeps_what_people_have_booked(studio: Studio) -> None:
    schedule = weekly(studio)
    studio.session_id = schedule["sessions"][2]["session_id"]
    studio.book("ada")

    ended = studio.suite.booking.end_schedule(
        schedule_id=schedule["schedule_id"], last_on="2031-03-06"
    )
    studio.suite.advance(days=1)
    extend(studio)
    studio.suite.advance(days=60)
    extend(studio)

    assert ended["kept"] == [studio.session_id]
    assert ended["last_on"] == "2031-03-06"
    assert len(ended["sessions"]) == 2
    assert clocks(studio, schedule) == []
    with pytest.raises(InvalidRequest, match="last_on: The schedule ends on 2031-03-06"):
        studio.suite.booking.end_schedule(schedule_id=schedule["schedule_id"], last_on="2031-05-06")


def test_an_ended_schedule_cancels_what_people_have_booked_if_that_is_said(
    studio: Studio,
) -> None:
    schedule = weekly(studio)
    studio.session_id = schedule["sessions"][2]["session_id"]
    studio.book("ada")

    ended = studio.suite.booking.end_schedule(
        schedule_id=schedule["schedule_id"], last_on="2031-03-06", cancel_booked=True
    )

    assert (ended["kept"], len(ended["sessions"])) == ([], 1)
    assert studio.row("ada", "cancelled")["cancelled_by"] == "staff"


def test_a_last_day_given_at_the_start_is_kept(studio: Studio) -> None:
    schedule = weekly(studio, last_on="2031-03-13", weeks_ahead=10)

    assert clocks(studio, schedule) == ["03-06 18:30", "03-13 18:30"]


@pytest.mark.rule("Q10", "Q12")
def test_a_priced_marketing_schedule_has_no_waiting_list(studio: Studio) -> None:
    schedule = weekly(studio, price_minor=1500)

    assert schedule["waiting_list_size"] == 0
    assert "waiting list" in schedule["notes"][0]
    assert {session["waiting_list_size"] for session in schedule["sessions"]} == {0}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("rule", "FREQ=SECONDLY"),
        ("rule", "FREQ=WEEKLY\nDTSTART:20310101T000000"),
        ("rule", "x" * 501),
        ("starts_at", "2001-01-01T10:00:00+00:00"),
        ("weeks_ahead", 0),
        ("weeks_ahead", 53),
        ("last_on", "soon"),
        ("last_on", "2031-03-05"),
    ],
)
def test_what_cannot_be_a_schedule_is_refused_by_field(
    studio: Studio, field: str, value: Any
) -> None:
    with pytest.raises(InvalidRequest, match=f"{field}: "):
        weekly(studio, **{field: value})

    assert studio.suite.booking.list_schedules() == []


def test_schedules_are_read_a_page_at_a_time(studio: Studio) -> None:
    made = {weekly(studio)["schedule_id"] for _ in range(3)}
    call = studio.suite.booking.list_schedules

    first = call(limit=2)
    second = call(limit=2, after=first[-1]["schedule_id"])

    assert (len(first), len(second)) == (2, 1)
    assert {one["schedule_id"] for one in (*first, *second)} == made
    with pytest.raises(InvalidRequest, match="after: No schedule has this id"):
        call(after=str(uuid4()))


def test_a_schedule_that_is_not_there_is_named(studio: Studio) -> None:
    nothing = {"schedule_id": str(uuid4())}

    with pytest.raises(ScheduleNotFound):
        studio.suite.booking.get_schedule(**nothing)
    with pytest.raises(ScheduleNotFound):
        studio.suite.booking.skip_date(**nothing, on="2031-03-13")
    with pytest.raises(ScheduleNotFound):
        studio.suite.booking.end_schedule(**nothing, last_on="2031-03-13")
    with pytest.raises(ScheduleNotFound):
        studio.suite.booking.change_schedule(**nothing, name="Taster")
