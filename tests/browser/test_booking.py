"""booking's pages in a browser."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

import pytest

from shared.contracts.booking import (
    CANCEL_LINK,
    CANCEL_PATH,
    CONFIRM_LINK,
    CONFIRM_PATH,
    MANAGE_LINK,
    MANAGE_PATH,
)
from shared.links import sign_link
from shared.pages import read_words
from shared.shapes import LANGUAGES
from tests.browser.desk import Desk
from tests.browser.visitors import Browser, Visitor

LOOKS: list[dict[str, Any]] = [
    {"device": "small", "scheme": "light"},
    {"device": "phone", "scheme": "dark"},
    {"device": "desktop", "scheme": "light"},
    {"device": "desktop", "scheme": "dark"},
]
WORDS = read_words("services.booking", "templates/pages/words.toml")
NEWS = WORDS["en"]["marketing"].format(studio="Atelier")
_number = count(1)


def a_session(desk: Desk, **details: Any) -> dict[str, Any]:
    """Put a session on the timetable."""
    kind = desk.call("booking.create_session_type", name="Open day", duration_minutes=60)
    values = {
        "session_type_id": kind["session_type_id"],
        "name": "Open day",
        "classification": "marketing",
        "starts_at": datetime.now(UTC) + timedelta(days=3),
        "time_zone": "Europe/Rome",
        "staff": "Lea",
        "location": "Studio 2",
        "capacity": 1,
    }
    made: dict[str, Any] = desk.call("booking.schedule_session", **values | details)
    return made


def ids(desk: Desk, session: dict[str, Any]) -> dict[str, str]:
    """Make somebody known, and name them and a session."""
    email = f"somebody.{next(_number)}@example.com"
    person = desk.call("booking.register_person", kind="client", name="Somebody", email=email)
    return {"session_id": session["session_id"], "person_id": person["person_id"]}


def a_booking(desk: Desk, session: dict[str, Any]) -> str:
    """Give somebody a place, and give its id."""
    booking_id: str = desk.call("booking.book", **ids(desk, session))["booking_id"]
    return booking_id


def link(desk: Desk, purpose: str, path: str, subject: str) -> str:
    """Make a link to a page about something."""
    expires_at = datetime.now(UTC) + timedelta(days=1)
    token = sign_link(purpose, UUID(subject), expires_at=expires_at)
    return desk.url("booking", path.format(token=token))


def page_of(desk: Desk, session: dict[str, Any]) -> str:
    """Give the address of a session's page."""
    return desk.url("booking", f"/sessions/{session['session_id']}")


def taken(desk: Desk, session: dict[str, Any]) -> int:
    """Count the seats of a session that are taken."""
    found = desk.call("booking.get_session", session_id=session["session_id"])
    return int(found["taken"])


def fill_in(visitor: Visitor, language: str = "en") -> None:
    """Fill in the form of a session's page."""
    words = WORDS[language]
    visitor.fill(words["name"], "Ada")
    visitor.fill(words["email"], f"ada.{next(_number)}@example.com")
    visitor.tick(words["agree"].format(studio="Atelier"))


def looked_at(visitor: Visitor, name: str) -> None:
    """Take a picture of a page, which has no faults."""
    visitor.shot(f"booking-{name}")
    assert visitor.faults() == [], visitor.look


@pytest.mark.parametrize(("language", "look"), list(zip(LANGUAGES, LOOKS, strict=True)))
@pytest.mark.rule("B49", "Q5")
def test_a_lead_signs_up(desk: Desk, browser: Browser, language: str, look: dict[str, Any]) -> None:
    session = a_session(desk, capacity=2)
    ada = browser.visitor(language=language, **look)

    assert ada.open(page_of(desk, session)) == 200
    looked_at(ada, "session")
    fill_in(ada, language)
    assert ada.press(WORDS[language]["book_button"]) == 200

    assert ada.heading == WORDS[language]["signed_up_title"]
    looked_at(ada, "signed-up")
    assert taken(desk, session) == 1


def spots(desk: Desk, **details: Any) -> dict[str, Any]:
    """Make a multi session with photos, on two days."""
    kind = desk.call(
        "booking.create_session_type", name="Portraits", duration_minutes=20, break_minutes=10
    )
    start = (datetime.now(UTC) + timedelta(days=3)).replace(hour=9, minute=0, second=0)
    values = {
        "session_type_id": kind["session_type_id"],
        "name": "Portraits in the park",
        "text": "Bring a friend, a dog or your bicycle.\n\nIf it rains we meet in the pavilion.",
        "photos": [
            {"url": f"https://photos.example/{name}.jpg", "text": f"The park in {name}"}
            for name in ("spring", "autumn")
        ],
        "classification": "marketing",
        "starts_at": start,
        "time_zone": "Europe/Rome",
        "staff": "Lea",
        "location": "Park",
        "spots": 5,
        "also_on": [(start + timedelta(days=1)).date()],
    }
    made: dict[str, Any] = desk.call("booking.schedule_spots", **values | details)
    return made


@pytest.mark.parametrize(("language", "look"), list(zip(LANGUAGES, LOOKS, strict=True)))
@pytest.mark.rule("B49", "Q8", "Q9")
def test_a_lead_chooses_a_time(
    desk: Desk, browser: Browser, language: str, look: dict[str, Any]
) -> None:
    group = spots(desk)
    ada = browser.visitor(language=language, **look)

    assert ada.open(group["link"]) == 200
    looked_at(ada, "times")
    fill_in(ada, language)
    ada.pick(group["spots"][1]["session_id"])
    assert ada.press(WORDS[language]["book_button"]) == 200

    assert ada.heading == WORDS[language]["signed_up_title"]
    assert ada.elsewhere == [photo["url"] for photo in group["photos"]]
    states = [
        spot["state"]
        for spot in desk.call("booking.get_spots", group_id=group["group_id"])["spots"]
    ]
    assert states[:3] == ["open", "booked", "open"]


@pytest.mark.parametrize("look", LOOKS[1:3], ids=lambda look: "-".join(look.values()))
def test_what_cannot_be_read_is_marked_and_nothing_is_lost(
    desk: Desk, browser: Browser, look: dict[str, Any]
) -> None:
    session = a_session(desk, capacity=2)
    ada = browser.visitor(**look)
    ada.open(page_of(desk, session))
    ada.fill("Name", "Ada")
    ada.fill("Email address", "ada@nowhere")
    ada.fill("Telephone (not required)", "12")
    ada.choose("Language of our messages", "Deutsch")
    ada.tick(WORDS["en"]["agree"].format(studio="Atelier"))
    ada.tick(NEWS)

    assert ada.press("Book my place") == 422

    looked_at(ada, "session-wrong")
    assert "like ada@example.com" in ada.text
    assert "with its country code" in ada.text
    assert ada.value("Name") == "Ada"
    assert ada.value("Telephone (not required)") == "12"
    assert ada.value("Language of our messages") == "de"
    assert ada.ticked(NEWS)
    ada.fill("Email address", "ada@example.com")
    ada.fill("Telephone (not required)", "+39 02 1234567")
    assert ada.press("Book my place") == 200
    assert ada.heading == "You have a place"


def test_pressing_twice_and_loading_again_books_once(desk: Desk, browser: Browser) -> None:
    session = a_session(desk, capacity=5)
    ada = browser.visitor()
    ada.open(page_of(desk, session))
    fill_in(ada)

    ada.press_twice("Book my place")
    assert ada.heading == "You have a place"
    ada.reload()
    ada.back()
    ada.press("Book my place")

    assert ada.heading == "You have a place"
    assert taken(desk, session) == 1


def test_the_form_is_filled_in_with_the_keyboard_alone(desk: Desk, browser: Browser) -> None:
    ada = browser.visitor(device="desktop")
    ada.open(page_of(desk, a_session(desk)))

    order = [ada.tab() for _ in range(7)]

    assert [name.partition(" ")[0] for name in order] == [
        "Name",
        "Email",
        "Telephone",
        "Language",
        "I",
        "Atelier",
        "Book",
    ]


@pytest.mark.rule("Q20")
def test_a_full_session_offers_its_list(desk: Desk, browser: Browser) -> None:
    session = a_session(desk, waiting_list_size=5)
    a_booking(desk, session)
    ada = browser.visitor()
    ada.open(page_of(desk, session))
    looked_at(ada, "session-full")
    fill_in(ada)

    assert ada.press("Put me on the waiting list") == 200

    looked_at(ada, "waiting")
    assert ada.heading == "You are on the waiting list"


@pytest.mark.rule("Q5")
def test_a_regular_session_has_no_form(desk: Desk, browser: Browser) -> None:
    ada = browser.visitor()

    ada.open(page_of(desk, a_session(desk, classification="regular")))

    looked_at(ada, "session-regular")
    assert "cannot be booked here" in ada.text


@pytest.mark.parametrize("look", LOOKS[1:3], ids=lambda look: "-".join(look.values()))
@pytest.mark.rule("B14", "B54")
def test_a_reservation_is_confirmed_looked_at_and_given_up(
    desk: Desk, browser: Browser, look: dict[str, Any]
) -> None:
    session = a_session(desk)
    hold = desk.call("booking.hold_place", **ids(desk, session))
    ada = browser.visitor(**look)

    ada.open(link(desk, CONFIRM_LINK, CONFIRM_PATH, hold["hold_id"]))
    looked_at(ada, "confirm")
    assert ada.press("Confirm my place") == 200
    assert ada.heading == "Your booking"
    looked_at(ada, "manage")
    name, calendar = ada.fetch("Add to my calendar")
    ada.press("I cannot come")
    looked_at(ada, "cancel")
    ada.press("Cancel my place")
    looked_at(ada, "cancelled")

    assert name == "booking.ics"
    assert "SUMMARY:Open day" in calendar
    assert ada.heading == "Your place is cancelled"
    assert taken(desk, session) == 0


@pytest.mark.rule("Q49")
def test_a_place_is_given_up_by_its_link(desk: Desk, browser: Browser) -> None:
    booking_id = a_booking(desk, a_session(desk))
    ada = browser.visitor()

    assert ada.open(link(desk, CANCEL_LINK, CANCEL_PATH, booking_id)) == 200
    assert ada.press("Cancel my place") == 200

    assert ada.heading == "Your place is cancelled"
    assert desk.call("booking.get_booking", booking_id=booking_id)["state"] == "cancelled"
    ada.open(link(desk, MANAGE_LINK, MANAGE_PATH, booking_id))
    looked_at(ada, "manage-cancelled")


def test_a_link_that_is_not_ours_says_so(desk: Desk, browser: Browser) -> None:
    ada = browser.visitor(language="fr")

    assert ada.open(desk.url("booking", "/manage/nothing")) == 404
    looked_at(ada, "link-invalid")
    assert ada.heading == "Ce lien n'est pas valable"
