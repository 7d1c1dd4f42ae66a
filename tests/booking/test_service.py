"""booking as its callers see it."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from shared.contracts.errors import (
    AlreadyBooked,
    BookingNotFound,
    HoldNotFound,
    InvalidRequest,
    PersonNotFound,
    SessionFull,
    SessionNotFound,
    SessionStarted,
    SessionTypeNotFound,
    SpotNotFound,
)
from tests.flows.studio import Studio

# -- people -----------------------------------------------------------------------------------


def test_a_person_is_kept_as_given(studio: Studio) -> None:
    made = studio.suite.booking.register_person(
        kind="client", name="  Ada Lovelace ", email="Ada@EXAMPLE.com", phone="+39 02 1234567"
    )

    assert made == studio.suite.booking.get_person(person_id=made["person_id"])
    assert made["name"] == "Ada Lovelace"
    assert made["email"] == "Ada@example.com"
    assert made["phone"] == "+39021234567"
    assert made["language"] == "en"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "   "),
        ("name", "Ada\r\nBcc: all@example.com"),
        ("name", "Ada\u202e"),
        ("name", "<script>"),
        ("name", "x" * 201),
        ("email", "ada"),
        ("email", "ada@example.com\r\nBcc: all@example.com"),
        ("email", "a@b@c.com"),
        ("phone", "12345"),
        ("phone", "+39"),
        ("kind", "cat"),
        ("language", "xx"),
        ("colour", "red"),
    ],
)
def test_what_cannot_be_a_person_is_refused_by_field(
    studio: Studio, field: str, value: str
) -> None:
    person = {"kind": "client", "name": "Ada", "email": "ada@example.com"}

    with pytest.raises(InvalidRequest, match=f"{field}: "):
        studio.suite.booking.register_person(**(person | {field: value}))

    assert studio.suite.story == []


def test_somebody_has_to_be_reachable(studio: Studio) -> None:
    with pytest.raises(InvalidRequest, match="email: An email address or a telephone number"):
        studio.suite.booking.register_person(kind="client", name="Ada")


def test_a_change_leaves_what_is_left_out(studio: Studio) -> None:
    person_id = studio.person("ada")

    changed = studio.suite.booking.change_person(person_id=person_id, kind="member")

    assert changed["kind"] == "member"
    assert changed["name"] == "ada"
    assert changed["email"] == "ada@example.com"
    assert studio.suite.story == ["PersonRegistered", "PersonChanged"]


# -- sessions ---------------------------------------------------------------------------------


@pytest.mark.rule("B2")
def test_a_session_needs_a_session_type_there_is(studio: Studio) -> None:
    with pytest.raises(SessionTypeNotFound):
        studio.session(session_type_id=str(uuid4()))


@pytest.mark.rule("Q1", "Q2")
def test_a_marketing_session_has_the_fields_of_a_regular_one_and_takes_no_credits(
    studio: Studio,
) -> None:
    sessions = []
    for classification in ("regular", "marketing"):
        session_id = studio.session(classification=classification, capacity=3, waiting=4)
        sessions.append(studio.suite.booking.get_session(session_id=session_id))

    regular, marketing = sessions
    assert regular.keys() == marketing.keys()
    differing = {key for key in regular if regular[key] != marketing[key]}
    assert differing <= {"session_id", "classification", "starts_at", "ends_at", "link"} | {
        "session_type_id",
        "waiting_list_closes_at",
        "credits",
    }
    assert (regular["credits"], marketing["credits"]) == (1, 0)
    assert marketing["price_minor"] is None


@pytest.mark.rule("Q7")
def test_a_marketing_session_is_made_by_itself(studio: Studio) -> None:
    session_id = studio.session()

    since, until = studio.suite.now(), studio.suite.now() + timedelta(days=30)
    listed = studio.suite.booking.list_sessions(since=since, until=until)
    assert [session["session_id"] for session in listed] == [session_id]


def test_the_timetable_is_read_a_page_at_a_time(studio: Studio) -> None:
    at = studio.suite.now() + timedelta(days=1)
    made = {studio.session(starts_at=at + timedelta(hours=hour // 2)) for hour in range(5)}
    part: dict[str, Any] = {"since": at, "until": at + timedelta(days=1), "limit": 2}
    pages: list[list[Any]] = [studio.suite.booking.list_sessions(**part)]

    while pages[-1]:
        last = pages[-1][-1]["session_id"]
        pages.append(studio.suite.booking.list_sessions(**part, after=last))

    assert [len(page) for page in pages] == [2, 2, 1, 0]
    assert {one["session_id"] for page in pages for one in page} == made
    starts = [one["starts_at"] for page in pages for one in page]
    assert starts == sorted(starts)
    with pytest.raises(InvalidRequest, match="after: No session has this id"):
        studio.suite.booking.list_sessions(**part, after=str(uuid4()))


def test_the_type_says_how_long_a_session_lasts(studio: Studio) -> None:
    kind = studio.suite.booking.create_session_type(name="Long", duration_minutes=150)
    starts_at = studio.suite.now() + timedelta(days=1)

    session_id = studio.session(session_type_id=kind["session_type_id"], starts_at=starts_at)

    session = studio.suite.booking.get_session(session_id=session_id)
    assert session["ends_at"] == (starts_at + timedelta(minutes=150)).isoformat()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("starts_at", "2001-01-01T00:00:00+00:00"),
        ("starts_at", "2041-01-01T00:00:00"),
        ("time_zone", "Europe/Atlantis"),
        ("classification", "secret"),
        ("capacity", -1),
        ("capacity", 2.5),
        ("capacity", "3"),
        ("waiting_list_size", -1),
        ("name", "a\nb"),
    ],
)
def test_what_cannot_be_a_session_is_refused_by_field(
    studio: Studio, field: str, value: Any
) -> None:
    with pytest.raises(InvalidRequest, match=f"{field}: "):
        studio.session(**{field: value})


def test_the_capacity_is_never_set_below_what_is_taken(studio: Studio) -> None:
    studio.full("ada", "alan")

    with pytest.raises(InvalidRequest, match="capacity: 2 seats are taken"):
        studio.change(capacity=1)

    assert studio.suite.story == []


# -- places -----------------------------------------------------------------------------------


def test_each_thing_that_is_not_there_is_named(studio: Studio) -> None:
    studio.session()
    nobody, call = str(uuid4()), studio.suite.booking

    with pytest.raises(PersonNotFound):
        call.book(session_id=studio.session_id, person_id=nobody)
    with pytest.raises(SessionNotFound):
        call.book(session_id=nobody, person_id=studio.person("ada"))
    with pytest.raises(BookingNotFound):
        call.cancel_booking(booking_id=nobody)
    with pytest.raises(HoldNotFound):
        call.release_hold(hold_id=nobody)
    with pytest.raises(SpotNotFound):
        call.close_spot(spot_id=nobody)
    with pytest.raises(SessionNotFound):
        call.get_roster(session_id=nobody)
    with pytest.raises(BookingNotFound):
        call.get_booking(booking_id=nobody)


def test_a_full_session_refuses_who_does_not_want_to_wait(studio: Studio) -> None:
    studio.full("ada")

    with pytest.raises(SessionFull, match="all 1 seats are taken"):
        studio.book("grace", or_wait=False)


def test_nobody_books_what_has_started(studio: Studio) -> None:
    studio.session()
    studio.suite.advance(days=3)

    with pytest.raises(SessionStarted):
        studio.book("ada")


@pytest.mark.rule("Q44")
def test_staff_cancel_a_leads_booking(studio: Studio) -> None:
    studio.full("ada")

    cancelled = studio.cancel("ada")

    assert cancelled["state"] == "cancelled"
    assert cancelled["cancelled_by"] == "staff"
    assert studio.booked == []


def test_a_repeated_call_books_once(studio: Studio) -> None:
    studio.session(capacity=2)
    ids = {"session_id": studio.session_id, "person_id": studio.person("ada")}

    first = studio.suite.booking.book(**ids, idempotency_key="k")
    again = studio.suite.booking.book(**ids, idempotency_key="k")

    assert first == again
    assert studio.taken == 1


def test_who_cancelled_can_book_again(studio: Studio) -> None:
    studio.full("ada")
    studio.cancel("ada")
    studio.settle()

    assert studio.book("ada")["status"] == "booked"
    assert studio.taken == 1


# -- holds ------------------------------------------------------------------------------------


@pytest.mark.rule("B52", "B53")
def test_a_reserved_spot_is_kept_for_its_client_alone(studio: Studio) -> None:
    studio.session(capacity=1, waiting=0)
    hold_id = studio.hold("ada")
    studio.suite.advance(days=2)
    studio.suite.tick("booking.end_lapsed_holds")

    with pytest.raises(SessionFull):
        studio.book("grace")
    place = studio.suite.booking.confirm_hold(hold_id=hold_id)

    assert place["status"] == "booked"
    assert studio.booked == ["ada"]
    assert studio.taken == 1


@pytest.mark.rule("B52", "Bi4", "H17")
def test_a_reservation_ends_when_staff_release_it(studio: Studio) -> None:
    studio.session(capacity=1, waiting=0)
    hold_id = studio.hold("ada")

    studio.suite.booking.release_hold(hold_id=hold_id)

    assert studio.book("grace")["status"] == "booked"
    with pytest.raises(HoldNotFound):
        studio.suite.booking.confirm_hold(hold_id=hold_id)


@pytest.mark.rule("B52", "Bi4", "H17")
def test_a_reservation_ends_when_its_time_is_over_if_it_has_one(studio: Studio) -> None:
    studio.session(capacity=1, waiting=0)
    hold_id = studio.hold("ada", held_until=studio.suite.now() + timedelta(minutes=5))
    studio.suite.advance(minutes=5)

    with pytest.raises(HoldNotFound):
        studio.suite.booking.confirm_hold(hold_id=hold_id)
    studio.suite.tick("booking.end_lapsed_holds")
    studio.suite.tick("booking.end_lapsed_holds")

    assert studio.taken == 0


def test_whose_reservation_is_over_may_have_another_at_once(studio: Studio) -> None:
    studio.session(capacity=2, waiting=0)
    studio.hold("ada", held_until=studio.suite.now() + timedelta(minutes=5))
    studio.suite.advance(minutes=5)

    again = studio.hold("ada")

    assert studio.suite.booking.confirm_hold(hold_id=again)["status"] == "booked"


def test_a_reservation_becomes_no_booking_once_the_session_has_begun(studio: Studio) -> None:
    studio.session(capacity=1, waiting=0)
    hold_id = studio.hold("ada")
    studio.suite.advance(days=30)

    with pytest.raises(SessionStarted):
        studio.suite.booking.confirm_hold(hold_id=hold_id)

    assert studio.booked == []


def test_a_hold_becomes_one_booking(studio: Studio) -> None:
    studio.session(capacity=3)
    hold_id = studio.hold("ada")
    studio.suite.booking.confirm_hold(hold_id=hold_id)

    with pytest.raises(AlreadyBooked):
        studio.suite.booking.confirm_hold(hold_id=hold_id)
    studio.suite.booking.release_hold(hold_id=hold_id)

    assert studio.booked == ["ada"]
    assert studio.taken == 1


def test_only_the_list_makes_spots(studio: Studio) -> None:
    studio.session()

    with pytest.raises(InvalidRequest, match="kind: Only the waiting list"):
        studio.hold("ada", kind="waitlist")


@pytest.mark.parametrize("call", ["confirm_hold", "release_hold"])
def test_what_is_held_for_the_list_is_nobodys_to_confirm_or_release(
    studio: Studio, call: str
) -> None:
    studio.full("ada", waiting=["grace"])
    spot_id = studio.cancel("ada")["spot_id"]

    with pytest.raises(HoldNotFound):
        studio.suite.call("booking", call, hold_id=spot_id)

    assert studio.held == {"waitlist": 1}


# -- the bookings screen ------------------------------------------------------------------------


@pytest.mark.rule("Q14", "Q15", "Q16", "Q17", "Q18", "Q19")
@pytest.mark.parametrize("classification", ["marketing", "regular"])
def test_the_header_shows_how_the_session_stands(studio: Studio, classification: str) -> None:
    studio.session(capacity=2, waiting=4, classification=classification)
    for name in ("ada", "alan", "grace"):
        studio.person(name, "client" if classification == "regular" else "lead")
        studio.book(name)
        studio.settle()
    studio.change(capacity=3)  # and the spot is on its way to grace

    header = studio.roster["header"]

    session = header["session"]
    assert (header["booked"], session["capacity"]) == (2, 3)
    assert (header["waiting"], session["waiting_list_size"]) == (1, 4)
    assert session["starts_at"].startswith("2031-03-06T09:00:00")
    assert session["time_zone"] == "Europe/Rome"
    assert (session["staff"], session["location"]) == ("Lea", "Studio 2")
    assert header["held"] == {"waitlist": 1}


@pytest.mark.rule("Q32", "Q33", "Q34", "Q36", "Q37")
def test_a_row_shows_who_it_is_and_how_they_stand(studio: Studio) -> None:
    studio.full("ada", "alan", waiting=["grace"])
    person_id = studio.person("alan")
    studio.suite.booking.change_person(person_id=person_id, phone="+39 333 1234567")
    studio.cancel("ada")

    rows = {row["name"]: row for row in studio.roster["rows"]}

    assert {name: row["status"] for name, row in rows.items()} == {
        "ada": "cancelled",
        "alan": "booked",
        "grace": "waitlisted",
    }
    assert rows["alan"]["email"] == "alan@example.com"
    assert rows["alan"]["phone"] == "+393331234567"
    assert rows["ada"]["cancelled_at"] is not None
