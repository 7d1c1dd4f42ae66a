"""Changing, moving and cancelling sessions and bookings, and who is told."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from services.booking.actions import endings
from services.booking.actions.sessions import LIST_OFF
from shared.contracts import FACTS
from shared.contracts.errors import (
    AlreadyBooked,
    BookingCancelledAlready,
    BookingNotFound,
    InvalidRequest,
    NotForLeads,
    SessionCancelledAlready,
    SessionFull,
    SessionNotFound,
    SessionStarted,
    TooEarlyToMark,
)
from tests.booking.test_session_types import a_type
from tests.flows.studio import Studio


def unheard(studio: Studio, name: str) -> list[Any]:
    """Give what was said under a name, from the outbox itself: nobody needs to hear it."""
    with studio.suite.sql("booking") as sql:
        rows = sql.execute(
            text("SELECT body FROM outbox WHERE topic = :topic ORDER BY position"),
            {"topic": f"{name}.v1"},
        )
        return [FACTS[f"{name}.v1"].from_wire(row.body) for row in rows]


# -- time and place ---------------------------------------------------------------------------


@pytest.mark.rule("Q21")
def test_staff_edit_a_session_and_everybody_booked_is_told_the_new_time(studio: Studio) -> None:
    studio.full("ada", "alan", waiting=["grace"])
    before = studio.roster["header"]["session"]

    changed = studio.change(starts_at="2031-03-07T10:00:00+00:00")

    assert changed["starts_at"] == "2031-03-07T10:00:00+00:00"
    assert changed["ends_at"] == "2031-03-07T11:00:00+00:00"
    assert changed["waiting_list_closes_at"] == "2031-03-07T10:00:00+00:00"
    moved = unheard(studio, "BookingMoved")
    assert {fact.person_id.hex for fact in moved} == {
        studio.person(name).replace("-", "") for name in ("ada", "alan")
    }
    for fact in moved:
        assert fact.from_session_id == fact.session_id
        assert (fact.spot_id, fact.sequence) == (None, 2)
        assert fact.moved_from.isoformat() == before["starts_at"]
        assert fact.starts_at.isoformat() == changed["starts_at"]
        assert fact.ends_at.isoformat() == changed["ends_at"]


@pytest.mark.rule("Q22")
def test_nobody_waits_for_a_session_from_the_moment_it_is_called_off(studio: Studio) -> None:
    studio.full("ada", waiting=["alan", "grace"])

    studio.suite.booking.cancel_session(session_id=studio.session_id)

    assert studio.roster["header"]["waiting"] == 0
    assert {row["status"] for row in studio.roster["rows"]} == {"cancelled"}


def test_staff_change_until_when_people_may_join_the_list(studio: Studio) -> None:
    studio.session(waiting=3)

    closed = studio.change(waiting_list_closes_minutes=90)
    moved = studio.change(starts_at="2031-03-07T10:00:00+00:00", waiting_list_closes_minutes=30)
    studio.settle()

    assert closed["waiting_list_closes_at"].startswith("2031-03-06T07:30:00")
    assert moved["waiting_list_closes_at"] == "2031-03-07T09:30:00+00:00"
    queue = studio.suite.waitlist.get_queue(target_id=studio.session_id)
    assert queue["closes_at"] == "2031-03-07T09:30:00+00:00"


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"location": "Garden"}, 1),
        ({"time_zone": "Europe/London"}, 1),
        ({"staff": "Max"}, 0),
        ({"name": "Open doors"}, 0),
        ({"text": "Bring water."}, 0),
        ({"location": "Studio 2"}, 0),
        ({}, 0),
    ],
)
def test_people_are_told_of_another_time_or_place_and_of_nothing_else(
    studio: Studio, changes: dict[str, Any], told: int
) -> None:
    studio.full("ada")

    studio.change(**changes)

    assert len(unheard(studio, "BookingMoved")) == told


def test_nobody_is_told_of_another_place_of_what_is_over(studio: Studio) -> None:
    studio.full("ada")
    studio.suite.advance(seconds=timedelta(days=4).total_seconds())

    changed = studio.change(location="Garden")

    assert changed["location"] == "Garden"
    assert unheard(studio, "BookingMoved") == []


@pytest.mark.parametrize(("hours", "back"), [(2, []), (26, ["ada"])])
def test_marks_last_as_long_as_it_is_the_day_of_the_session(
    studio: Studio, hours: int, back: list[str]
) -> None:
    studio.full("ada", "alan", "grace")
    studio.on_the_day()
    for name, how in (("ada", "attended"), ("alan", "no_show")):
        booking_id = studio.booking_id(name)
        studio.suite.booking.mark_attendance(booking_id=booking_id, attendance=how)

    studio.change(starts_at=studio.suite.now() + timedelta(hours=hours))

    ids = {studio.person(name): name for name in ("ada", "alan", "grace")}
    visits = unheard(studio, "VisitRetracted")
    assert [ids[str(visit.person_id)] for visit in visits] == back
    assert [visit.sequence for visit in visits] == [2] * len(back)
    statuses = {row["name"]: row["status"] for row in studio.roster["rows"]}
    kept = {"ada": "attended", "alan": "no_show", "grace": "booked"}
    assert statuses == (dict.fromkeys(kept, "booked") if back else kept)


def test_cancelling_after_a_move_counts_on_from_it(studio: Studio) -> None:
    studio.full("ada")
    studio.change(location="Garden")

    studio.cancel("ada")

    (fact,) = unheard(studio, "BookingCancelled")
    assert (fact.sequence, fact.location, fact.session_name) == (3, "Garden", "Open day")
    (first,) = unheard(studio, "BookingConfirmed")
    assert (first.sequence, first.location) == (1, "Studio 2")
    assert first.ends_at - first.starts_at == timedelta(hours=1)


def test_a_seat_on_its_way_to_the_list_lasts_until_the_new_start(studio: Studio) -> None:
    studio.full("ada", waiting=["grace"])
    studio.cancel("ada")  # and waitlist is down

    studio.change(starts_at="2031-03-20T09:00:00+00:00")
    studio.suite.advance(days=4)
    studio.suite.tick("booking.end_lapsed_holds")

    assert studio.held == {"waitlist": 1}


def test_the_waiting_list_knows_all_about_the_session(studio: Studio) -> None:
    studio.full("ada")

    studio.change(location="Garden", capacity=4)

    fact = unheard(studio, "SessionChanged")[-1]
    assert (fact.location, fact.staff, fact.capacity) == ("Garden", "Lea", 4)
    assert (fact.classification, fact.time_zone) == ("marketing", "Europe/Rome")
    assert fact.ends_at is not None
    assert (fact.cancelled, fact.drops_waiting) == (False, False)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("starts_at", "2001-01-01T00:00:00+00:00"),
        ("starts_at", "2041-01-01T00:00:00"),
        ("time_zone", "Mars/Base"),
        ("text", "<img>"),
        ("photos", [{"url": "ftp://example.com/a", "text": "A"}]),
        ("price_minor", -1),
        ("credits", 1),
        ("credits", -1),
        ("capacity", 100_001),
        ("waiting_list_size", 10_000_001),
        ("overrule_reason", ""),
        ("package_id", str(uuid4())),
        ("placeholder", True),
        ("session_type_id", str(uuid4())),
    ],
)
def test_what_breaks_a_rule_changes_nothing(studio: Studio, field: str, value: Any) -> None:
    studio.full("ada")
    before = studio.suite.booking.get_session(session_id=studio.session_id)

    with pytest.raises(InvalidRequest, match=f"{field}"):
        studio.change(**{field: value}, name="Changed")

    assert studio.suite.booking.get_session(session_id=studio.session_id) == before
    assert studio.suite.story == []


def test_what_has_begun_is_moved_no_more(studio: Studio) -> None:
    studio.full("ada")
    studio.suite.advance(days=3)

    with pytest.raises(SessionStarted):
        studio.change(starts_at="2031-04-07T10:00:00+00:00")
    with pytest.raises(SessionNotFound):
        studio.suite.booking.change_session(session_id=str(uuid4()), location="X")


# -- capacity ---------------------------------------------------------------------------------


def test_a_capacity_below_what_is_taken_needs_a_reason_which_the_screen_shows(
    studio: Studio,
) -> None:
    studio.full("ada", "alan", waiting=["grace"])

    studio.change(capacity=1, overrule_reason="The floor is being repaired.")
    studio.settle()

    assert studio.roster["header"]["overruled"] == "The floor is being repaired."
    assert studio.cancel("ada")["spot_id"] is None
    studio.settle()
    assert studio.booked == ["alan"]
    assert studio.cancel("alan")["spot_id"] is not None
    studio.settle()
    assert studio.booked == ["grace"]
    studio.change(capacity=2)
    assert studio.roster["header"]["overruled"] is None


def test_a_capacity_raised_by_thousands_frees_only_what_is_wanted(studio: Studio) -> None:
    studio.full("ada", waiting=["grace", "alan"])

    studio.change(capacity=9000)
    freed = len(unheard(studio, "SpotFreed"))
    studio.settle()

    assert freed == 2
    assert studio.booked == ["ada", "alan", "grace"]
    assert studio.taken == 3
    assert studio.held == {}


# -- a price on a marketing session -----------------------------------------------------------


@pytest.mark.rule("Q3", "Q10", "Q11", "Q12", "H2")
def test_a_price_switches_the_list_of_a_marketing_session_off_and_says_so(
    studio: Studio,
) -> None:
    studio.full("ada")

    changed = studio.change(price_minor=1500, currency="chf")
    studio.settle()

    assert changed["waiting_list_size"] == 0
    assert changed["notes"] == [LIST_OFF]
    assert (changed["price_minor"], changed["currency"]) == (1500, "chf")
    with pytest.raises(SessionFull, match="no list is open"):
        studio.book("grace")
    with pytest.raises(InvalidRequest, match="waiting_list_size: A marketing session with a price"):
        studio.change(waiting_list_size=5)


def test_a_session_without_a_price_has_no_currency(studio: Studio) -> None:
    studio.full("ada")

    assert studio.change(currency="chf")["currency"] == ""
    assert studio.change(currency="chf", price_minor=900)["currency"] == "chf"
    assert studio.change(currency="usd")["currency"] == "usd"
    assert studio.change(price_minor=None)["currency"] == ""


@pytest.mark.rule("Q3", "Q10", "Q12")
def test_a_marketing_session_made_with_a_price_has_no_list_from_the_start(studio: Studio) -> None:
    kind = a_type(studio, name="Trial", arrangement="multi")
    made = studio.suite.booking.schedule_session(
        session_type_id=kind,
        name="Trial",
        classification="marketing",
        starts_at="2031-03-20T09:00:00+00:00",
        time_zone="Europe/Rome",
        staff="Lea",
        location="Studio 2",
        capacity=3,
        waiting_list_size=4,
        price_minor=900,
    )

    assert (made["waiting_list_size"], made["price_minor"], made["currency"]) == (0, 900, "eur")
    assert len(made["notes"]) == 1


@pytest.mark.rule("Q11", "Q12", "H2")
def test_while_people_wait_a_price_needs_that_they_are_sent_away(studio: Studio) -> None:
    studio.full("ada", waiting=["grace", "alan"])

    with pytest.raises(InvalidRequest, match="price_minor: 2 people wait"):
        studio.change(price_minor=1500)
    assert studio.suite.story == []
    studio.change(price_minor=1500, drop_waiting_list=True)

    fact = unheard(studio, "SessionChanged")[-1]
    assert (fact.drops_waiting, fact.waiting_list_size) == (True, 0)


@pytest.mark.rule("Q10")
def test_a_seat_on_its_way_to_a_list_that_gets_a_price_is_simply_free(studio: Studio) -> None:
    studio.full("ada", waiting=["grace"])
    studio.cancel("ada")
    studio.suite.hear(studio.suite.take_out())  # asked for in grace's name

    studio.change(price_minor=1500, drop_waiting_list=True)
    studio.settle()

    assert studio.held == {}
    assert studio.booked == []
    assert studio.taken == 0


@pytest.mark.rule("Q11", "H2")
def test_without_the_price_the_list_stays_off_until_staff_switch_it_on(studio: Studio) -> None:
    studio.full("ada")
    studio.change(price_minor=1500)

    changed = studio.change(price_minor=None)
    assert (changed["waiting_list_size"], changed["currency"]) == (0, "")

    studio.change(waiting_list_size=3)
    assert studio.book("grace")["status"] == "waiting"


def test_a_regular_session_keeps_its_list_whatever_it_costs(studio: Studio) -> None:
    studio.session(classification="regular", waiting=4, price_minor=900, credits=2)

    changed = studio.change(price_minor=1900)

    assert (changed["waiting_list_size"], changed["credits"], changed["notes"]) == (4, 2, [])


# -- moving a booking -------------------------------------------------------------------------


def two_days(studio: Studio, *, capacity: int = 1) -> tuple[str, str]:
    """Give two sessions of one type; the first is the one that is talked of."""
    kind = a_type(studio, name="Open day", arrangement="multi")
    later = studio.session(
        session_type_id=kind,
        capacity=capacity,
        starts_at=studio.suite.now() + timedelta(days=5),
    )
    first = studio.session(session_type_id=kind, capacity=1)
    return first, later


def test_a_cancelled_booking_says_that_its_visit_was_taken_back(studio: Studio) -> None:
    studio.session()
    studio.book("ada")
    booking_id = studio.booking_id("ada")
    studio.on_the_day()
    studio.suite.booking.mark_attendance(booking_id=booking_id, attendance="attended")

    first = studio.suite.booking.cancel_booking(booking_id=booking_id)
    again = studio.suite.booking.cancel_booking(booking_id=booking_id)

    assert len(unheard(studio, "VisitRetracted")) == 1
    assert first == again
    assert first["attendance"] is None


def test_a_booking_moved_to_where_a_place_is_reserved_takes_that_place(studio: Studio) -> None:
    first, later = two_days(studio)  # one seat each
    booking_id = studio.book("ada")["booking_id"]
    studio.session_id = later
    studio.hold("ada", kind="staff")

    studio.suite.booking.move_booking(booking_id=booking_id, session_id=later)
    studio.settle()

    assert [(row["name"], row["status"]) for row in studio.roster["rows"]] == [("ada", "booked")]
    assert (studio.taken, studio.held) == (1, {})
    studio.session_id = first
    assert studio.taken == 0


def reserved_and_waiting(studio: Studio, *waiting: str) -> None:
    """Have a full session of two, with a place reserved for ada, who waits as well."""
    studio.session(capacity=2)
    studio.book("grace")
    studio.hold("ada", kind="staff")
    studio.settle()
    for name in waiting:
        studio.join(name)
        studio.settle()


def test_a_seat_from_the_list_ends_the_reservation_beside_it(studio: Studio) -> None:
    reserved_and_waiting(studio, "ada", "alan")

    studio.cancel("grace")
    studio.settle()

    assert sorted(studio.booked) == ["ada", "alan"]
    assert (studio.taken, studio.held) == (2, {})


def test_a_seat_over_capacity_ends_the_reservation_beside_it(studio: Studio) -> None:
    reserved_and_waiting(studio, "ada")

    studio.suite.waitlist.move_to_attending(
        entry_id=studio.entry_id("ada"), over_capacity=True, reason="Asked.", by="Lea"
    )
    studio.settle()

    assert sorted(studio.booked) == ["ada", "grace"]
    assert (studio.taken, studio.held) == (2, {})


def test_a_moved_booking_takes_its_visit_back(studio: Studio) -> None:
    first, later = two_days(studio)
    studio.book("ada")
    booking_id = studio.booking_id("ada")
    studio.on_the_day()
    studio.suite.booking.mark_attendance(booking_id=booking_id, attendance="attended")

    moved = studio.suite.booking.move_booking(booking_id=booking_id, session_id=later)

    (visit,) = unheard(studio, "VisitRetracted")
    assert str(visit.session_id) == first
    assert moved["attendance"] is None
    assert studio.suite.booking.get_booking(booking_id=booking_id)["attendance"] is None


def test_a_moved_booking_takes_a_seat_there_and_frees_the_one_here_to_the_list(
    studio: Studio,
) -> None:
    first, later = two_days(studio)
    for name in ("ada", "grace"):
        studio.book(name)
        studio.settle()
    booking_id = studio.booking_id("ada")

    moved = studio.suite.booking.move_booking(booking_id=booking_id, session_id=later)

    (fact,) = unheard(studio, "BookingMoved")
    assert (str(fact.from_session_id), str(fact.session_id)) == (first, later)
    assert fact.spot_id is not None
    assert (fact.sequence, moved["sequence"]) == (2, 2)
    assert (fact.starts_at - fact.moved_from).days == 1  # and all but some milliseconds
    assert studio.held == {"waitlist": 1}
    assert studio.booked == []
    studio.session_id = later
    assert studio.booked == ["ada"]
    assert studio.taken == 1
    studio.cancel("ada")
    studio.settle()
    assert studio.taken == 0


def test_without_a_list_the_seat_here_is_simply_free(studio: Studio) -> None:
    first, later = two_days(studio)
    studio.change(waiting_list_size=0)
    studio.book("ada")

    studio.suite.booking.move_booking(booking_id=studio.booking_id("ada"), session_id=later)

    assert unheard(studio, "BookingMoved")[0].spot_id is None
    assert studio.suite.booking.get_session(session_id=first)["taken"] == 0
    assert studio.suite.booking.get_session(session_id=later)["taken"] == 1


def test_moving_again_or_to_where_it_is_changes_nothing(studio: Studio) -> None:
    first, later = two_days(studio)
    studio.book("ada")
    booking_id = studio.booking_id("ada")

    studio.suite.booking.move_booking(booking_id=booking_id, session_id=first)
    studio.suite.booking.move_booking(booking_id=booking_id, session_id=later)
    studio.suite.booking.move_booking(booking_id=booking_id, session_id=later)

    assert len(unheard(studio, "BookingMoved")) == 1
    assert studio.suite.booking.get_session(session_id=later)["taken"] == 1


def test_a_move_that_cannot_be_leaves_the_booking_where_it_is(studio: Studio) -> None:
    first, later = two_days(studio)
    studio.book("ada")
    booking_id = studio.booking_id("ada")
    move = studio.suite.booking.move_booking
    studio.suite.booking.book(session_id=later, person_id=studio.person("alan"))
    other = studio.session()
    studio.session_id = first

    with pytest.raises(SessionFull):
        move(booking_id=booking_id, session_id=later)
    with pytest.raises(InvalidRequest, match="session_id: Must be a session of the same type"):
        move(booking_id=booking_id, session_id=other)
    with pytest.raises(InvalidRequest, match="starts_at: Only a single session moves"):
        move(booking_id=booking_id, starts_at="2031-03-20T09:00:00+00:00")
    with pytest.raises(InvalidRequest, match="session_id: Either it or starts_at"):
        move(booking_id=booking_id)
    with pytest.raises(SessionNotFound):
        move(booking_id=booking_id, session_id=str(uuid4()))
    with pytest.raises(BookingNotFound):
        move(booking_id=str(uuid4()), session_id=later)
    studio.suite.booking.change_session(session_id=later, capacity=2)
    studio.suite.booking.book(session_id=later, person_id=studio.person("ada"))
    with pytest.raises(AlreadyBooked):
        move(booking_id=booking_id, session_id=later)
    assert unheard(studio, "BookingMoved") == []
    assert (studio.booked, studio.taken) == (["ada"], 1)
    studio.cancel("ada")
    with pytest.raises(BookingCancelledAlready):
        move(booking_id=booking_id, session_id=later)


def test_nobody_is_moved_to_what_they_may_not_book(studio: Studio) -> None:
    kind = a_type(studio, name="Class", arrangement="multi")
    regular = studio.session(session_type_id=kind, classification="regular", capacity=3)
    started = studio.session(
        session_type_id=kind, starts_at=studio.suite.now() + timedelta(hours=1), capacity=3
    )
    studio.session(session_type_id=kind)
    studio.book("ada")
    studio.suite.advance(hours=2)
    move = studio.suite.booking.move_booking

    with pytest.raises(NotForLeads):
        move(booking_id=studio.booking_id("ada"), session_id=regular)
    with pytest.raises(SessionStarted):
        move(booking_id=studio.booking_id("ada"), session_id=started)


# -- cancelling a session ---------------------------------------------------------------------


@pytest.mark.rule("Q22")
def test_a_cancelled_session_ends_everything_in_it_and_tells_everybody(studio: Studio) -> None:
    studio.full("ada", "alan", waiting=["grace"])
    studio.cancel("alan")  # a seat is on its way to grace

    cancelled = studio.suite.booking.cancel_session(
        session_id=studio.session_id, reason="Lea is ill."
    )
    studio.settle()

    assert cancelled["cancelled_at"] is not None
    assert (cancelled["taken"], cancelled["free"]) == (0, 0)
    (session,) = unheard(studio, "SessionCancelled")
    assert (session.reason, session.session_name) == ("Lea is ill.", "Open day")
    ended = unheard(studio, "BookingCancelled")[-1]
    assert (ended.session_cancelled, ended.spot_id, ended.sequence) == (True, None, 2)
    assert (studio.booked, studio.taken, studio.held) == ([], 0, {})
    assert studio.row("ada", "cancelled")["cancelled_by"] == "staff"
    assert studio.roster["header"]["waiting"] == 0


def test_cancelling_a_session_again_changes_nothing(studio: Studio) -> None:
    studio.full("ada")
    cancel = studio.suite.booking.cancel_session

    first = cancel(session_id=studio.session_id)
    again = cancel(session_id=studio.session_id, reason="Other")
    studio.settle()

    assert first == again
    assert studio.suite.story.count("SessionCancelled") == 1
    assert studio.suite.story.count("BookingCancelled") == 1


def test_a_session_of_many_is_emptied_a_batch_at_a_time(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(endings, "BATCH", 5)
    studio.session(capacity=15, waiting=0)
    for number in range(13):
        studio.book(f"person{number}")
    studio.hold("held")

    first = studio.suite.booking.cancel_session(session_id=studio.session_id)
    with pytest.raises(SessionCancelledAlready):
        studio.book("late")
    studio.settle()

    assert first["taken"] == 14 - 5 - 1
    assert len(unheard(studio, "BookingCancelled")) == 13
    assert (studio.taken, studio.booked) == (0, [])


def test_nothing_more_happens_in_a_cancelled_session(studio: Studio) -> None:
    studio.session(capacity=3)
    hold_id = studio.hold("ada")
    studio.suite.booking.cancel_session(session_id=studio.session_id)

    with pytest.raises(SessionCancelledAlready):
        studio.book("grace")
    with pytest.raises(SessionCancelledAlready):
        studio.change(name="X")
    with pytest.raises(SessionCancelledAlready):
        studio.suite.booking.launch_roll_call(session_id=studio.session_id)
    with pytest.raises(Exception, match=hold_id):
        studio.suite.booking.confirm_hold(hold_id=hold_id)
    studio.suite.advance(days=3)
    studio.suite.tick("booking.attend_started_sessions")
    assert "VisitRecorded" not in studio.suite.story
    with pytest.raises(SessionNotFound):
        studio.suite.booking.cancel_session(session_id=str(uuid4()))


def test_visits_of_a_session_that_broke_off_are_taken_back_and_a_past_one_stands(
    studio: Studio,
) -> None:
    studio.full("ada")
    studio.suite.advance(days=3)
    studio.suite.tick("booking.attend_started_sessions")

    studio.suite.booking.cancel_session(session_id=studio.session_id)

    assert studio.suite.story.count("VisitRetracted") == 1
    studio.full("grace")
    studio.suite.advance(days=4)
    with pytest.raises(InvalidRequest, match="session_id: It is over"):
        studio.suite.booking.cancel_session(session_id=studio.session_id)


@pytest.mark.parametrize("reason", ["<b>", "a\nb", "x" * 501])
def test_a_reason_is_one_plain_line(studio: Studio, reason: str) -> None:
    studio.session()

    with pytest.raises(InvalidRequest, match="reason: "):
        studio.suite.booking.cancel_session(session_id=studio.session_id, reason=reason)


# -- who sees what ----------------------------------------------------------------------------


@pytest.mark.rule("B6", "Q13")
def test_members_never_see_what_is_for_leads(studio: Studio) -> None:
    kind = a_type(studio, name="Class", arrangement="multi")
    studio.session(session_type_id=kind, name="Trial")
    studio.session(session_type_id=kind, name="Class", classification="regular")
    studio.session(
        session_type_id=a_type(studio), name="Ada's", classification="regular", waiting=0
    )
    off = studio.session(session_type_id=kind, name="Off", classification="regular")
    studio.suite.booking.cancel_session(session_id=off)

    def seen(**audience: str) -> set[str]:
        listed = studio.suite.booking.list_sessions(
            since=studio.suite.now(), until="2032-01-01T00:00:00+00:00", **audience
        )
        return {session["name"] for session in listed}

    assert seen(audience="members") == {"Class"}
    assert seen(audience="leads") == {"Trial"}
    assert seen() == seen(audience="staff") == {"Trial", "Class", "Ada's", "Off"}
    with pytest.raises(InvalidRequest, match="audience: "):
        seen(audience="everybody")


# -- roll call --------------------------------------------------------------------------------


@pytest.mark.rule("Q23")
def test_a_roll_call_gives_the_sheet_and_the_clock_marks_nobody_any_more(studio: Studio) -> None:
    studio.full("grace", "ada", "edsger")
    studio.cancel("edsger")

    studio.on_the_day()
    sheet = studio.suite.booking.launch_roll_call(session_id=studio.session_id)
    studio.suite.advance(days=3)
    studio.suite.tick("booking.attend_started_sessions")

    assert [row["name"] for row in sheet["rows"]] == ["ada", "grace"]
    assert {row["attendance"] for row in sheet["rows"]} == {None}
    assert "VisitRecorded" not in studio.suite.story
    assert studio.roster["header"]["roll_call_at"] == sheet["launched_at"]


@pytest.mark.rule("Q23", "Q24", "Q40", "Q41", "Qi5")
def test_many_are_marked_at_once_and_the_rest_as_attended(studio: Studio) -> None:
    studio.full("ada", "alan", "grace")
    studio.on_the_day()
    studio.suite.booking.launch_roll_call(session_id=studio.session_id)
    marks = {studio.booking_id("ada"): "attended", studio.booking_id("alan"): "no_show"}
    mark = studio.suite.booking.mark_attendances

    changed = mark(session_id=studio.session_id, marks=marks)
    again = mark(session_id=studio.session_id, marks=marks)
    rest = studio.suite.booking.mark_all_attended(session_id=studio.session_id)

    assert (changed, again, rest) == (2, 0, 1)
    statuses = {row["name"]: row["status"] for row in studio.roster["rows"]}
    assert statuses == {"ada": "attended", "alan": "no_show", "grace": "attended"}
    assert studio.suite.story == ["VisitRecorded", "VisitRecorded"]


@pytest.mark.parametrize(
    ("starts_at", "opens"),
    [
        ("2031-05-10T18:00:00+02:00", "2031-05-10T00:00:00+02:00"),
        ("2031-05-10T00:30:00+02:00", "2031-05-09T23:30:00+02:00"),  # the hour before counts
    ],
)
@pytest.mark.rule("Q23", "Q40", "Q41")
def test_nobody_has_come_before_the_day_of_the_session(
    studio: Studio, starts_at: str, opens: str
) -> None:
    call, this = studio.suite.booking, {"session_id": studio.session(starts_at=starts_at)}
    one = {"booking_id": studio.book("ada")["booking_id"], "attendance": "attended"}
    marking: tuple[Callable[[], Any], ...] = (
        lambda: call.mark_attendance(**one),
        lambda: call.mark_attendances(**this, marks={one["booking_id"]: "attended"}),
        lambda: call.mark_all_attended(**this),
        lambda: call.launch_roll_call(**this),
    )
    early = datetime.fromisoformat(opens) - studio.suite.now() - timedelta(seconds=1)
    studio.suite.advance(seconds=early.total_seconds())

    for mark in marking:
        with pytest.raises(TooEarlyToMark, match=f"from {re.escape(opens)} on, not sooner"):
            mark()
    offered = studio.row("ada")["actions"]
    studio.suite.advance(seconds=1)
    offered_then = studio.row("ada")["actions"]
    for mark in marking:
        mark()

    assert "mark_attended" not in offered
    assert "mark_no_show" not in offered
    assert offered_then[:2] == ["mark_attended", "mark_no_show"]
    assert studio.suite.story.count("VisitRecorded") == 1


def test_a_mark_that_cannot_be_leaves_all_unmarked(studio: Studio) -> None:
    studio.full("ada", "alan")
    here, ada, alan = studio.session_id, studio.booking_id("ada"), studio.booking_id("alan")
    studio.on_the_day()
    mark = studio.suite.booking.mark_attendances
    elsewhere = studio.session()
    studio.session_id = here
    studio.cancel("alan")

    with pytest.raises(BookingCancelledAlready):
        mark(session_id=here, marks={ada: "attended", alan: "attended"})
    with pytest.raises(BookingNotFound):
        mark(session_id=elsewhere, marks={ada: "attended"})
    with pytest.raises(BookingNotFound):
        mark(session_id=here, marks={ada: "attended", str(uuid4()): "attended"})
    with pytest.raises(InvalidRequest, match="marks"):
        mark(session_id=here, marks={ada: "late"})
    with pytest.raises(InvalidRequest, match="marks: "):
        mark(session_id=here, marks={})
    assert studio.row("ada")["status"] == "booked"
