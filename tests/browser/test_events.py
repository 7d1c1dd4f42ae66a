"""events' pages in a browser."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

import pytest

from shared.contracts.events import REGISTRATION_LINK, REGISTRATION_PATH
from shared.links import sign_link
from shared.pages import read_words
from shared.shapes import LANGUAGES
from tests.browser.desk import CallRefused, Desk
from tests.browser.visitors import Browser

LOOKS: list[dict[str, Any]] = [
    {"device": "small", "scheme": "light"},
    {"device": "phone", "scheme": "dark"},
    {"device": "desktop", "scheme": "light"},
]
AGREE = "I agree that Atelier keeps these details and writes to me about this event."
_number = count(1)


def hours(number: float) -> datetime:
    """Give a time in a month from now."""
    day = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return day + timedelta(days=30, hours=number)


def person(desk: Desk) -> str:
    """Make somebody known to booking, and wait until events knows them as well."""
    email = f"somebody.{next(_number)}@example.com"
    made = desk.call("booking.register_person", kind="client", name="Somebody", email=email)
    person_id: str = made["person_id"]
    return person_id


def fair(desk: Desk) -> dict[str, str]:
    """Set an event up with sessions to choose from; `ink` is full and has a list, `wood` none."""
    event = desk.call(
        "events.create_event",
        name="Open house of crafts",
        description="Come and try.\nMaterials are there.",
        starts_at=hours(8),
        ends_at=hours(18),
        time_zone="Europe/Rome",
        location="Town hall, Blue room",
    )
    lea = desk.call("events.add_speaker", name="Lea Rossi", about="Potter")["speaker_id"]
    ids = {"event": event["event_id"]}
    plan = {"clay": (9, 1), "ink": (10, 1), "wood": (11, 1), "glass": (9.5, 1)}
    for name, (begins, length) in plan.items():
        made = desk.call(
            "events.add_session",
            event_id=ids["event"],
            name=name.capitalize(),
            starts_at=hours(begins),
            ends_at=hours(begins + length),
            capacity=1 if name in {"ink", "wood"} else 5,
            waiting_list_size=0 if name == "wood" else 3,
            speaker_ids=[lea],
        )
        ids[name] = made["session_id"]
    desk.call("events.set_own_agenda", event_id=ids["event"], own_agenda=True)
    register(desk, ids["event"], [ids["ink"], ids["wood"]])
    return ids


def register(desk: Desk, event_id: str, session_ids: list[str], **more: Any) -> str:
    """Register somebody new, by staff."""
    ids = {"event_id": event_id, "person_id": person(desk), "session_ids": session_ids}
    found: list[str] = []

    def done() -> bool:
        with suppress(CallRefused):  # events may not have heard of them yet
            found.append(desk.call("events.register", **ids, **more)["registration_id"])
        return bool(found)

    desk.until(done, "events registers somebody")
    return found[0]


def own_page(desk: Desk, registration_id: str) -> str:
    """Give the address of a registration's page."""
    expires_at = datetime.now(UTC) + timedelta(days=60)
    token = sign_link(REGISTRATION_LINK, UUID(registration_id), expires_at=expires_at)
    return desk.url("events", REGISTRATION_PATH.format(token=token))


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: "-".join(look.values()))
def test_somebody_puts_an_agenda_together(
    desk: Desk, browser: Browser, look: dict[str, Any]
) -> None:
    ids = fair(desk)
    ada = browser.visitor(**look)

    assert ada.open(desk.url("events", f"/events/{ids['event']}")) == 200
    assert ada.heading == "Open house of crafts"
    assert ada.faults() == []
    ada.shot("event")
    ada.tick("Attend Clay (5 seats are free)")
    ada.tick("Attend Glass (5 seats are free)")
    ada.fill("Name", "Ada Lovelace")
    ada.fill("Email address", f"ada.{next(_number)}@example.com")
    ada.tick(AGREE)
    assert ada.press("Register") == 409
    assert ada.faults() == []
    assert "take place at the same time" in ada.text
    assert ada.ticked("Attend Clay (5 seats are free)")
    ada.shot("event-overlap")
    assert ada.open(desk.url("events", f"/events/{ids['event']}")) == 200
    ada.tick("Attend Clay (5 seats are free)")
    ada.tick("Put me on the waiting list for Ink")
    ada.fill("Name", "Ada Lovelace")
    ada.fill("Email address", f"ada.{next(_number)}@example.com")
    ada.tick(AGREE)

    assert ada.press("Register") == 200
    assert ada.heading == "You are registered"
    assert ada.faults() == []
    ada.shot("event-registered")


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: "-".join(look.values()))
def test_somebody_changes_and_cancels_their_registration(
    desk: Desk, browser: Browser, look: dict[str, Any]
) -> None:
    ids = fair(desk)
    registration_id = register(desk, ids["event"], [ids["clay"]])
    ada = browser.visitor(**look)

    assert ada.open(own_page(desk, registration_id)) == 200
    assert ada.heading == "My registration"
    assert ada.faults() == []
    ada.shot("registration")
    name, text = ada.fetch("Add to my calendar")
    assert "SUMMARY:Open house of crafts: Clay" in text
    assert name.endswith(".ics")
    assert ada.press("Cancel my registration") == 200
    assert ada.heading == "Cancel your registration?"
    assert ada.faults() == []
    ada.shot("registration-cancel")
    assert ada.press("Cancel everything") == 200

    assert "This registration was cancelled." in ada.text
    assert ada.faults() == []


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: "-".join(look.values()))
def test_somebody_leaves_a_waiting_list_from_their_registration(
    desk: Desk, browser: Browser, look: dict[str, Any]
) -> None:
    ids = fair(desk)
    registration_id = register(desk, ids["event"], [ids["clay"], ids["ink"]], or_wait=[ids["ink"]])
    ada = browser.visitor(**look)
    link = "See my place in line for Ink, or leave"
    desk.until(
        lambda: ada.open(own_page(desk, registration_id)) == 200 and link in ada.text,
        "the list answers",
    )

    assert ada.faults() == []
    ada.shot("registration-waits")
    assert ada.press(link) == 200
    assert ada.heading == "Your place on the waiting list"
    assert ada.press("Leave the waiting list") == 200
    assert ada.heading == "You are not on this waiting list"

    desk.until(
        lambda: (
            ada.open(own_page(desk, registration_id)) == 200
            and "You are on the waiting list" not in ada.text
        ),
        "events hears of it",
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pages_speak_the_visitors_language(desk: Desk, browser: Browser, language: str) -> None:
    event = desk.call(
        "events.create_event",
        name="Vernissage",
        starts_at=hours(8),
        ends_at=hours(10),
        time_zone="Europe/Rome",
    )
    desk.call(
        "events.define_pass", event_id=event["event_id"], name="Gold", price_minor=4950, quantity=9
    )
    visitor = browser.visitor(device="phone", language=language)

    assert visitor.open(desk.url("events", f"/events/{event['event_id']}")) == 200

    assert f'lang="{language}"' in visitor.html
    assert "49" in visitor.text
    assert visitor.faults() == []
    visitor.shot("event-pass")


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_agenda_is_put_together_and_changed_in_every_language(
    desk: Desk, browser: Browser, language: str
) -> None:
    words = read_words("services.events", "templates/pages/words.toml")[language]
    ids = fair(desk)
    visitor = browser.visitor(device="phone", language=language)

    assert visitor.open(desk.url("events", f"/events/{ids['event']}")) == 200
    visitor.tick(words["wait_for"].format(session="Ink"))
    visitor.tick(f"{words['attend'].format(session='Clay')} ({words['seats'].format(n=5)})")
    visitor.fill(words["name"], "Ada Lovelace")
    visitor.fill(words["email"], f"ada.{next(_number)}@example.com")
    visitor.tick(words["agree"].format(studio="Atelier"))
    assert visitor.faults() == []
    visitor.shot("event-agenda")
    assert visitor.press(words["register_button"]) == 200
    assert visitor.heading == words["registered_title"]
    assert words["waits_too"] in visitor.text
    assert visitor.faults() == []
    visitor.shot("event-registered")
    own = own_page(desk, register(desk, ids["event"], [ids["clay"]]))
    assert visitor.open(f"{own}?lang={language}") == 200
    visitor.tick(words["wait_for"].format(session="Ink"))
    assert visitor.press(words["save_agenda"]) == 200

    assert visitor.heading == words["registration_title"]
    assert words["you_wait"] in visitor.text
    assert visitor.faults() == []
    visitor.shot("registration-agenda")
