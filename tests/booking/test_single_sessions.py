"""A single session: for one client, adjustable until they confirm."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from shared.contracts.errors import (
    InvalidRequest,
    PersonNotFound,
    SessionConfirmed,
    SessionFull,
)
from tests.booking.test_changes import unheard
from tests.booking.test_session_types import PHOTO, a_type, single
from tests.flows.studio import Studio


def details(studio: Studio, session: Any) -> Any:
    """Open the details page."""
    return studio.suite.booking.get_session_details(session_id=session["session_id"])


def confirmed(studio: Studio) -> Any:
    """Give a single session that ada has confirmed."""
    kind = a_type(studio)
    session = single(studio, kind, client_id=studio.person("ada", "client"))
    studio.suite.booking.confirm_hold(hold_id=session["client"]["hold_id"])
    studio.session_id = session["session_id"]
    studio.settle()
    studio.suite.mark()
    return session


@pytest.mark.rule("B1", "B4", "B7", "B8", "B9", "B19", "B22", "B24", "B25")
def test_a_single_session_is_one_place_at_a_date_and_time(studio: Studio) -> None:
    kind = a_type(studio, text="Wear plain colours.", photos=[PHOTO], price_minor=9000)

    made = single(studio, kind, starts_at="2031-05-10T16:00:00+02:00")

    page = details(studio, made)
    assert page["session"]["name"] == "Portrait of Ada"
    assert page["session"]["starts_at"].startswith("2031-05-10T14:00")
    assert page["session"]["ends_at"].startswith("2031-05-10T15:00")
    assert (page["session"]["capacity"], page["session"]["arrangement"]) == (1, "single")
    assert page["session_type"]["name"] == "Portrait"
    assert (page["text"], page["photos"]) == ("Wear plain colours.", [PHOTO])
    assert page["session"]["price_minor"] == 9000
    assert (page["client"], page["booked"], page["waiting"]) == (None, 0, 0)


@pytest.mark.rule("B4")
@pytest.mark.parametrize(("field", "value"), [("capacity", 2), ("waiting_list_size", 1)])
def test_a_single_session_has_one_place_and_no_list(studio: Studio, field: str, value: int) -> None:
    kind = a_type(studio)

    with pytest.raises(InvalidRequest, match=f"{field}: A single session has"):
        single(studio, kind, **{field: value})
    session = single(studio, kind)
    with pytest.raises(InvalidRequest, match=f"{field}: A single session has"):
        studio.suite.booking.change_session(session_id=session["session_id"], **{field: value})


@pytest.mark.rule("B4")
def test_a_price_on_a_session_for_leads_gives_it_no_second_place(studio: Studio) -> None:
    session = single(studio, a_type(studio), classification="marketing", price_minor=500)

    for field, value in (("capacity", 2), ("waiting_list_size", 1)):
        with pytest.raises(InvalidRequest, match=f"{field}: A single session has"):
            studio.suite.booking.change_session(session_id=session["session_id"], **{field: value})


@pytest.mark.rule("B17", "B28")
def test_a_known_client_may_be_named_at_once(studio: Studio) -> None:
    ada = studio.person("ada", "client")

    session = single(studio, a_type(studio), client_id=ada)

    page = details(studio, session)
    assert (page["client"]["name"], page["client"]["confirmed"]) == ("ada", False)
    assert page["client"]["hold_id"] == session["client"]["hold_id"]
    assert page["may_request_confirmation"] is True
    with pytest.raises(SessionFull):
        studio.suite.booking.book(
            session_id=session["session_id"], person_id=studio.person("grace", "client")
        )


def test_the_same_client_by_an_id_that_was_merged_changes_nothing(studio: Studio) -> None:
    ada, double = studio.person("ada", "client"), studio.person("double", "client")
    session = single(studio, a_type(studio), client_id=ada)
    studio.suite.booking.merge_people(keep=ada, merge=double)

    again = studio.suite.booking.assign_client(session_id=session["session_id"], person_id=double)

    assert again["hold_id"] == session["client"]["hold_id"]


def test_who_is_assigned_while_they_are_about_to_pay_keeps_the_place(studio: Studio) -> None:
    session = single(studio, a_type(studio), classification="marketing")
    studio.session_id = session["session_id"]
    hold_id = studio.hold("ada", kind="checkout")

    client = studio.suite.booking.assign_client(
        session_id=session["session_id"], person_id=studio.people["ada"]
    )
    studio.suite.advance(minutes=16)
    studio.suite.tick("booking.end_lapsed_holds")

    assert client["hold_id"] == hold_id
    assert details(studio, session)["client"]["name"] == "ada"
    assert studio.held == {"staff": 1}


@pytest.mark.rule("B18", "B27", "B28")
def test_a_client_may_be_assigned_later_known_or_new(studio: Studio) -> None:
    session = single(studio, a_type(studio))
    assert details(studio, session)["may_request_confirmation"] is False
    assign = studio.suite.booking.assign_client
    ids = {"session_id": session["session_id"]}

    first = assign(**ids, person_id=studio.person("ada", "client"))
    again = assign(**ids, person_id=studio.person("ada"))
    other = assign(**ids, client={"kind": "client", "name": "Grace", "email": "g@example.com"})

    assert again["hold_id"] == first["hold_id"]
    assert other["name"] == "Grace"
    page = details(studio, session)
    assert page["client"]["name"] == "Grace"
    assert page["may_request_confirmation"] is True
    assert page["session"]["taken"] == 1
    assert studio.suite.booking.get_person(person_id=other["person_id"])["email"] == "g@example.com"


def test_a_client_has_to_be_one_and_of_a_single_session(studio: Studio) -> None:
    session = single(studio, a_type(studio))
    assign = studio.suite.booking.assign_client
    ids = {"session_id": session["session_id"]}
    new = {"kind": "client", "name": "Grace", "email": "g@example.com"}

    with pytest.raises(InvalidRequest, match="person_id: Either it or client"):
        assign(**ids)
    with pytest.raises(InvalidRequest, match="person_id: Either it or client"):
        assign(**ids, person_id=studio.person("ada"), client=new)
    with pytest.raises(InvalidRequest, match=r"client\.email: "):
        assign(**ids, client=new | {"email": "nobody"})
    with pytest.raises(PersonNotFound):
        assign(**ids, person_id=str(uuid4()))
    with pytest.raises(InvalidRequest, match="session_id: Only a single session has a client"):
        assign(session_id=studio.session(), person_id=studio.person("ada"))
    with pytest.raises(InvalidRequest, match="client_id: Only a single session"):
        studio.session(client_id=studio.person("ada"))


@pytest.mark.rule("B20")
def test_a_placeholder_stands_in_until_there_is_a_date(studio: Studio) -> None:
    session = single(studio, a_type(studio), placeholder=True)
    assert session["placeholder"] is True

    changed = studio.suite.booking.change_session(
        session_id=session["session_id"], starts_at=studio.suite.now() + timedelta(days=20)
    )

    assert changed["placeholder"] is False
    with pytest.raises(InvalidRequest, match="starts_at: Must be in the future"):
        single(studio, a_type(studio), starts_at=studio.suite.now(), placeholder=True)
    with pytest.raises(InvalidRequest, match="placeholder: Only a single session"):
        studio.session(placeholder=True)


@pytest.mark.rule("B20", "B21", "B29")
def test_the_link_to_confirm_holds_whatever_the_date_becomes(studio: Studio) -> None:
    ada = studio.person("ada", "client")
    session = single(studio, a_type(studio), client_id=ada, placeholder=True)
    studio.suite.booking.request_confirmation(hold_id=session["client"]["hold_id"])
    studio.settle()
    link = studio.mailbox.link("ada", "confirm")
    to = studio.suite.now() + timedelta(days=90)
    studio.suite.booking.change_session(session_id=session["session_id"], starts_at=to)
    studio.suite.advance(days=80)

    shown = studio.http("GET", link)
    studio.http("POST", link)

    assert f"{to:%B}" in shown.get_data(as_text=True)
    assert details(studio, session)["client"]["confirmed"] is True


def test_the_link_to_confirm_ends_with_the_reservation_and_with_the_session(
    studio: Studio,
) -> None:
    studio.session(capacity=2)
    hour = studio.suite.now() + timedelta(hours=1)
    links = []
    for name, until in (("ada", hour), ("grace", None)):
        studio.hold(name, held_until=until, collection="offline")
        studio.settle()
        links.append(studio.mailbox.link(name, "confirm"))

    ended = []
    for hours in (0, 2, 72):
        studio.suite.advance(hours=hours)
        ended.append([studio.http("GET", one).status_code for one in links])

    assert ended == [[200, 200], [410, 200], [410, 410]]
    assert [studio.http("POST", one).status_code for one in links] == [410, 410]
    assert studio.booked == []


@pytest.mark.rule("B21", "B23", "B26", "H16")
def test_date_and_time_can_be_adjusted_until_the_client_has_confirmed(studio: Studio) -> None:
    session = single(studio, a_type(studio), client_id=studio.person("ada", "client"))
    change = studio.suite.booking.change_session
    ids = {"session_id": session["session_id"]}

    moved = change(**ids, starts_at="2031-06-01T08:15:00+00:00", name="Portraits of Ada")
    studio.suite.booking.confirm_hold(hold_id=session["client"]["hold_id"])

    assert moved["starts_at"].startswith("2031-06-01T08:15")
    assert moved["ends_at"].startswith("2031-06-01T09:15")
    for changes in (
        {"starts_at": "2031-06-02T08:15:00+00:00"},
        {"location": "Studio 1"},
        {"name": "Ada"},
        {"price_minor": 1},
    ):
        with pytest.raises(SessionConfirmed):
            change(**ids, **changes)
    with pytest.raises(SessionConfirmed):
        studio.suite.booking.assign_client(**ids, person_id=studio.person("grace", "client"))
    again = studio.suite.booking.get_session(**ids)
    assert (again["name"], again["starts_at"][:16]) == ("Portraits of Ada", "2031-06-01T08:15")


@pytest.mark.rule("B26", "H16")
def test_a_confirmed_single_session_moves_with_its_booking_and_the_client_is_told(
    studio: Studio,
) -> None:
    session = confirmed(studio)
    booking_id = studio.booking_id("ada")
    to = studio.suite.now() + timedelta(days=30)

    booking = studio.suite.booking.move_booking(booking_id=booking_id, starts_at=to)
    again = studio.suite.booking.move_booking(booking_id=booking_id, starts_at=to)

    assert booking["sequence"] == 2
    assert again["session_id"] == session["session_id"]
    moved = studio.suite.booking.get_session(session_id=session["session_id"])
    assert moved["starts_at"] == to.isoformat()
    assert studio.suite.story == ["SessionChanged", "BookingMoved"]
    assert studio.taken == 1


def test_a_single_session_moved_to_another_day_has_nobody_come_to_it(studio: Studio) -> None:
    confirmed(studio)
    studio.on_the_day()
    booking_id = studio.booking_id("ada")
    studio.suite.booking.mark_attendance(booking_id=booking_id, attendance="attended")

    to = studio.suite.now() + timedelta(days=2)
    moved = studio.suite.booking.move_booking(booking_id=booking_id, starts_at=to)

    (visit,) = unheard(studio, "VisitRetracted")
    assert str(visit.booking_id) == booking_id
    assert moved["attendance"] is None
    assert studio.row("ada")["status"] == "booked"


def test_a_cancelled_booking_unlocks_its_single_session(studio: Studio) -> None:
    session = confirmed(studio)

    studio.cancel("ada")

    changed = studio.suite.booking.change_session(
        session_id=session["session_id"], location="Studio 1"
    )
    assert changed["location"] == "Studio 1"
    assert changed["free"] == 1
