"""Session types and packages, as staff keep them."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from shared.contracts.errors import (
    InvalidRequest,
    PackageNotChosen,
    PackageNotFound,
    SessionConfirmed,
    SessionTypeNotFound,
)
from tests.flows.studio import Studio

PHOTO = {"url": "https://example.com/rings.jpg", "text": "Two rings above a mat"}


def a_type(studio: Studio, **details: Any) -> str:
    """Make a session type and give its id."""
    made = studio.suite.booking.create_session_type(
        **({"name": "Portrait", "duration_minutes": 60, "arrangement": "single"} | details)
    )
    return str(made["session_type_id"])


def single(studio: Studio, session_type_id: str, **details: Any) -> Any:
    """Put a single session on the timetable."""
    values = {
        "session_type_id": session_type_id,
        "name": "Portrait of Ada",
        "starts_at": studio.suite.now() + timedelta(days=9),
        "time_zone": "Europe/Rome",
        "staff": "Lea",
        "location": "Studio 2",
    }
    return studio.suite.booking.schedule_session(**(values | details))


def test_a_type_says_all_that_its_sessions_have_in_common(studio: Studio) -> None:
    made = studio.suite.booking.create_session_type(
        name="Mini session",
        description="Twenty minutes",
        text="Bring a hat.\n\nOr two.",
        photos=[PHOTO],
        colour="#1f6feb",
        duration_minutes=20,
        break_minutes=5,
        credits=2,
        price_minor=4500,
        cancellation_minutes=1440,
        refund="automatic",
        first_reminder_days=14,
        second_reminder_days=None,
    )

    assert made == studio.suite.booking.get_session_type(session_type_id=made["session_type_id"])
    assert made["photos"] == [PHOTO]
    assert made["text"] == "Bring a hat.\n\nOr two."
    assert (made["price_minor"], made["currency"]) == (4500, "eur")
    assert (made["first_reminder_days"], made["second_reminder_days"]) == (14, None)
    assert (made["refund"], made["cancellation_minutes"]) == ("automatic", 1440)


@pytest.mark.rule("H1", "H9", "H18", "H19")
def test_what_a_type_leaves_out_is_as_decided(studio: Studio) -> None:
    made = studio.suite.booking.create_session_type(name="Class", duration_minutes=60)

    assert made["credits"] == 1
    assert made["refund"] == "never"
    assert made["cancellation_minutes"] is None
    assert made["price_minor"] is None
    assert (made["first_reminder_days"], made["second_reminder_days"]) == (7, 3)
    assert made["attendance"] == "automatic"


@pytest.mark.rule("H18")
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("colour", "red"),
        ("colour", "#12345"),
        ("text", "<b>bold</b>"),
        ("text", "x" * 5001),
        ("text", "a\x00b"),
        ("photos", [{"url": "http://example.com/a.jpg", "text": "A"}]),
        ("photos", [{"url": "javascript:alert(1)", "text": "A"}]),
        ("photos", [{"url": "https://example.com/a.jpg"}]),
        ("photos", [{"url": "https://example.com/a.jpg", "text": ""}]),
        ("photos", [PHOTO] * 21),
        ("duration_minutes", 0),
        ("break_minutes", -1),
        ("credits", -1),
        ("price_minor", -1),
        ("price_minor", 9.99),
        ("currency", "EUR"),
        ("currency", "xyz"),
        ("refund", "sometimes"),
        ("first_reminder_days", 46),
        ("second_reminder_days", -1),
        ("arrangement", "double"),
    ],
)
def test_what_cannot_be_a_type_is_refused_by_field(studio: Studio, field: str, value: Any) -> None:
    with pytest.raises(InvalidRequest, match=f"{field}"):
        a_type(studio, **{field: value})

    assert studio.suite.booking.list_session_types() == []


@pytest.mark.rule("B3", "B11", "B12", "B33")
def test_the_types_offered_are_those_of_the_classification(studio: Studio) -> None:
    a_type(studio, name="Wedding")
    a_type(studio, name="Workshop", arrangement="multi")

    def offered(**which: str) -> list[str]:
        return [kind["name"] for kind in studio.suite.booking.list_session_types(**which)]

    assert offered(arrangement="single") == ["Wedding"]
    assert offered(arrangement="multi") == ["Workshop"]
    assert offered() == ["Wedding", "Workshop"]


@pytest.mark.rule("B12", "B33")
def test_a_session_of_the_other_classification_is_refused(studio: Studio) -> None:
    kind = a_type(studio)

    with pytest.raises(InvalidRequest, match="session_type_id: Portrait is for single sessions"):
        single(studio, kind, arrangement="multi")
    assert single(studio, kind, arrangement="single")["arrangement"] == "single"


def test_a_type_changes_but_not_what_its_sessions_are(studio: Studio) -> None:
    kind = a_type(studio, price_minor=9000)
    session = single(studio, kind)

    changed = studio.suite.booking.change_session_type(
        session_type_id=kind, name="Portraits", price_minor=12000, colour="#000000"
    )

    assert (changed["name"], changed["price_minor"], changed["currency"]) == (
        "Portraits",
        12000,
        "eur",
    )
    again = studio.suite.booking.get_session(session_id=session["session_id"])
    assert again["price_minor"] == 9000
    with pytest.raises(InvalidRequest, match="arrangement: There are sessions of this type"):
        studio.suite.booking.change_session_type(session_type_id=kind, arrangement="multi")
    with pytest.raises(SessionTypeNotFound):
        studio.suite.booking.change_session_type(session_type_id=str(uuid4()), name="X")


# -- packages ---------------------------------------------------------------------------------


def a_package(studio: Studio, kind: str, name: str, price_minor: int, **more: Any) -> str:
    """Offer a package and give its id."""
    made = studio.suite.booking.add_package(
        session_type_id=kind, name=name, price_minor=price_minor, **more
    )
    return str(made["package_id"])


def shown(studio: Studio, session_id: str) -> tuple[str | None, list[str]]:
    """Name the package the client is shown, and those to choose from."""
    seen = studio.suite.booking.get_packages_shown(session_id=session_id)
    chosen = seen["package"]["name"] if seen["package"] else None
    return chosen, [package["name"] for package in seen["choose_from"]]


@pytest.mark.rule("B13", "B14")
def test_a_package_assigned_by_staff_is_what_the_client_is_shown(studio: Studio) -> None:
    kind = a_type(studio)
    a_package(studio, kind, "Small", 10000)
    large = a_package(studio, kind, "Large", 25000, description="All day", duration_minutes=480)

    session = single(studio, kind, package_id=large)

    assert shown(studio, session["session_id"]) == ("Large", [])
    assert (session["price_minor"], session["currency"]) == (25000, "eur")
    assert session["ends_at"][:16] == "2031-03-12T17:00"


@pytest.mark.rule("Q2")
def test_without_its_package_a_session_for_leads_costs_nothing(studio: Studio) -> None:
    kind = a_type(studio, price_minor=7000)
    ids = [
        studio.suite.booking.add_package(session_type_id=kind, name=name, price_minor=100)
        for name in ("A", "B")
    ]
    session = single(studio, kind, classification="marketing", package_id=ids[0]["package_id"])

    changed = studio.suite.booking.change_session(session_id=session["session_id"], package_id=None)

    assert (session["price_minor"], session["currency"]) == (100, "eur")
    assert (changed["price_minor"], changed["currency"]) == (None, "")


@pytest.mark.rule("B14", "B15")
def test_without_a_package_the_client_chooses_before_confirming(studio: Studio) -> None:
    kind = a_type(studio)
    small = a_package(studio, kind, "Small", 10000)
    large = a_package(studio, kind, "Large", 25000)
    session = single(studio, kind, client_id=studio.person("ada", "client"))
    hold_id = session["client"]["hold_id"]

    assert shown(studio, session["session_id"]) == (None, ["Small", "Large"])
    with pytest.raises(PackageNotChosen):
        studio.suite.booking.confirm_hold(hold_id=hold_id)
    choose = studio.suite.booking.choose_package
    choose(session_id=session["session_id"], package_id=small)
    chosen = choose(session_id=session["session_id"], package_id=large)
    meanwhile = shown(studio, session["session_id"])
    studio.suite.booking.confirm_hold(hold_id=hold_id)

    assert chosen["price_minor"] == 25000
    assert meanwhile == ("Large", ["Small", "Large"])
    assert shown(studio, session["session_id"]) == ("Large", [])
    with pytest.raises(SessionConfirmed):
        choose(session_id=session["session_id"], package_id=small)


def another_client(studio: Studio, session: Any) -> None:
    """Assign another client instead of the first one."""
    grace = studio.person("grace", "client")
    studio.suite.booking.assign_client(session_id=session["session_id"], person_id=grace)


def a_released_place(studio: Studio, session: Any) -> None:
    """Keep the place for the first client no longer."""
    studio.suite.booking.release_hold(hold_id=session["client"]["hold_id"])


def a_cancelled_booking(studio: Studio, session: Any) -> None:
    """Let the first client confirm and give up the place."""
    studio.suite.booking.confirm_hold(hold_id=session["client"]["hold_id"])
    studio.session_id = session["session_id"]
    studio.cancel("ada")


@pytest.mark.rule("B15")
@pytest.mark.parametrize("go", [another_client, a_released_place, a_cancelled_booking])
def test_a_choice_goes_with_the_client_who_made_it(
    studio: Studio, go: Callable[[Studio, Any], None]
) -> None:
    kind = a_type(studio, price_minor=500)
    small = a_package(studio, kind, "Small", 10000, duration_minutes=30)
    a_package(studio, kind, "Large", 25000)
    session = single(studio, kind, client_id=studio.person("ada", "client"))
    ids = {"session_id": session["session_id"]}
    studio.suite.booking.choose_package(**ids, package_id=small)

    go(studio, session)

    assert shown(studio, **ids) == (None, ["Small", "Large"])
    again = studio.suite.booking.get_session(**ids)
    assert (again["package_id"], again["price_minor"]) == (None, 500)
    assert again["ends_at"] == session["ends_at"]


@pytest.mark.rule("B13")
@pytest.mark.parametrize("go", [another_client, a_released_place, a_cancelled_booking])
def test_what_staff_assigned_stays_whoever_goes(
    studio: Studio, go: Callable[[Studio, Any], None]
) -> None:
    kind = a_type(studio)
    small, large = (a_package(studio, kind, name, 10000) for name in ("Small", "Large"))
    session = single(studio, kind, client_id=studio.person("ada", "client"))
    ids = {"session_id": session["session_id"]}
    studio.suite.booking.choose_package(**ids, package_id=small)
    studio.suite.booking.change_session(**ids, package_id=large)

    go(studio, session)

    assert shown(studio, **ids) == ("Large", [])


def test_a_choice_goes_along_to_where_the_booking_moves(studio: Studio) -> None:
    kind = a_type(studio)
    small = a_package(studio, kind, "Small", 10000, duration_minutes=30)
    a_package(studio, kind, "Large", 25000)
    session = single(studio, kind, client_id=studio.person("ada", "client"))
    later = single(studio, kind, starts_at="2031-06-01T10:00:00+00:00")["session_id"]
    choose = studio.suite.booking.choose_package
    choose(session_id=session["session_id"], package_id=small)
    booking_id = studio.suite.booking.confirm_hold(hold_id=session["client"]["hold_id"])[
        "booking_id"
    ]
    studio.suite.booking.change_package(package_id=small, offered=False)

    studio.suite.booking.move_booking(booking_id=booking_id, session_id=later)

    assert shown(studio, later) == ("Small", [])
    moved = studio.suite.booking.get_session(session_id=later)
    assert moved["ends_at"][:16] == "2031-06-01T10:30"
    assert shown(studio, session["session_id"]) == ("Large", [])


@pytest.mark.rule("B13")
def test_what_staff_assigned_stays_where_a_booking_moves_to_it(studio: Studio) -> None:
    kind = a_type(studio)
    small, large = (a_package(studio, kind, name, 10000) for name in ("Small", "Large"))
    session = single(studio, kind, client_id=studio.person("ada", "client"))
    later = single(studio, kind, starts_at="2031-06-01T10:00:00+00:00", package_id=large)
    studio.suite.booking.choose_package(session_id=session["session_id"], package_id=small)
    hold_id = session["client"]["hold_id"]
    booking_id = studio.suite.booking.confirm_hold(hold_id=hold_id)["booking_id"]

    studio.suite.booking.move_booking(booking_id=booking_id, session_id=later["session_id"])

    moved = studio.suite.booking.get_session(session_id=later["session_id"])
    assert moved["package_id"] == large


@pytest.mark.rule("B16")
def test_of_one_package_there_is_no_choice(studio: Studio) -> None:
    kind = a_type(studio)
    a_package(studio, kind, "Whole day", 30000)

    session = single(studio, kind)

    assert shown(studio, session["session_id"]) == ("Whole day", [])
    assert session["price_minor"] == 30000


@pytest.mark.rule("B16")
def test_a_package_that_became_the_only_one_is_settled_on_confirming(studio: Studio) -> None:
    kind = a_type(studio, price_minor=500)
    session = single(studio, kind, client_id=studio.person("ada", "client"))
    a_package(studio, kind, "Whole day", 30000, duration_minutes=600)

    assert shown(studio, session["session_id"]) == ("Whole day", [])
    studio.suite.booking.confirm_hold(hold_id=session["client"]["hold_id"])

    settled = studio.suite.booking.get_session(session_id=session["session_id"])
    assert settled["price_minor"] == 30000
    assert settled["package_id"] is not None


def test_what_is_no_longer_offered_stays_where_it_was_chosen(studio: Studio) -> None:
    kind = a_type(studio)
    small = a_package(studio, kind, "Small", 10000)
    large = a_package(studio, kind, "Large", 25000)
    session = single(studio, kind, package_id=small)

    studio.suite.booking.change_package(package_id=small, offered=False, price_minor=1)

    assert shown(studio, session["session_id"]) == ("Small", [])
    again = studio.suite.booking.get_session(session_id=session["session_id"])
    assert again["price_minor"] == 10000
    listed = studio.suite.booking.list_packages
    assert [one["package_id"] for one in listed(session_type_id=kind)] == [large]
    assert len(listed(session_type_id=kind, all=True)) == 2
    with pytest.raises(PackageNotFound, match="no longer offered"):
        single(studio, kind, package_id=small)


def test_a_package_of_another_type_or_for_a_multi_session_is_refused(studio: Studio) -> None:
    kind, other = a_type(studio), a_type(studio, name="Wedding")
    foreign = a_package(studio, other, "Vows", 100)
    workshop = a_type(studio, name="Workshop", arrangement="multi")

    with pytest.raises(PackageNotFound):
        single(studio, kind, package_id=foreign)
    with pytest.raises(InvalidRequest, match="package_id: Only a single session"):
        single(studio, workshop, package_id=foreign)
    with pytest.raises(SessionTypeNotFound):
        a_package(studio, str(uuid4()), "X", 1)
    with pytest.raises(PackageNotFound):
        studio.suite.booking.change_package(package_id=str(uuid4()), name="X")
