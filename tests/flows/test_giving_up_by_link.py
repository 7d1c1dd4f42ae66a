"""Whoever cannot come says so with the link in their email, and the next one has the place."""

import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from icalendar import Calendar

from services.notify.store import MESSAGES
from shared.contracts.booking import MANAGE_LINK, MANAGE_PATH, BookingCancelled
from shared.links import sign_link
from shared.testing import Suite
from shared.trail import follow, told
from tests.flows.studio import ALL, Mailbox, Studio
from tests.notify.office import Phones


@pytest.mark.rule("Q49", "Qi2")
def test_the_link_in_the_email_passes_the_place_on(studio: Studio) -> None:
    studio.full("ada", waiting=["grace", "alan"])
    studio.cancel("ada")
    studio.settle()
    studio.begin()

    answer = studio.http("POST", studio.mailbox.link("grace"))
    studio.suite.deliver(times=2)

    assert answer.status_code == 200
    assert studio.story == [
        "BookingCancelled",
        "SpotRequested",
        "SpotGranted",
        "SpotAllocated",
        "EmailSent",
    ]
    assert studio.booked == ["alan"]
    assert studio.mailbox["alan"] == ["allocated"]


def test_the_other_link_in_the_email_shows_the_booking(studio: Studio) -> None:
    studio.full("ada", waiting=["grace"])
    studio.cancel("ada")
    studio.settle()

    for name, state in (("grace", "booked"), ("ada", "cancelled")):
        page = studio.http("GET", studio.mailbox.link(name, "manage"))
        assert page.status_code == 200
        assert ("is cancelled" in page.get_data(as_text=True)) is (state == "cancelled")


def test_opening_the_link_changes_nothing_however_often(studio: Studio) -> None:
    studio.full("ada", waiting=["grace"])
    link = studio.mailbox.link("ada")

    pages = {studio.http("GET", link).get_data(as_text=True) for _ in range(20)}
    studio.settle()

    assert len(pages) == 1
    assert "Cancel my place" in pages.pop()
    assert studio.story == []
    assert studio.booked == ["ada"]


def test_pressing_the_button_again_takes_no_second_place(studio: Studio) -> None:
    studio.full("ada", waiting=["grace", "alan"])
    link = studio.mailbox.link("ada")

    titles = []
    for _ in range(3):
        titles.append(studio.http("POST", link).get_data(as_text=True).count("is cancelled"))
        studio.settle()

    assert titles == [2, 2, 2]
    assert studio.booked == ["grace"]
    assert studio.waiting == ["alan"]


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_link_gives_up_no_place_in_what_has_begun(studio: Studio, method: str) -> None:
    studio.full("ada")
    link = studio.mailbox.link("ada", "cancel")
    studio.change(starts_at=studio.suite.now() + timedelta(days=1))  # two days sooner than it says
    studio.suite.advance(seconds=timedelta(days=1).total_seconds())
    studio.settle()
    studio.begin()

    answer = studio.http(method, link)
    studio.settle()

    assert answer.status_code == 410
    assert "too late to cancel" in answer.get_data(as_text=True)
    assert studio.story == []
    assert studio.booked == ["ada"]


def test_a_place_can_wander_through_the_whole_list(studio: Studio) -> None:
    names = ["grace", "alan", "edsger", "barbara"]
    studio.full("ada", waiting=names)

    for name in ["ada", *names]:
        studio.http("POST", studio.mailbox.link(name))
        studio.settle()

    assert studio.booked == []
    assert studio.taken == 0
    assert [studio.mailbox[name] for name in names] == [["allocated"]] * 4


def test_the_email_and_the_page_give_a_calendar_the_same_entry(studio: Studio) -> None:
    studio.full("ada")
    booking_id = studio.booking_id("ada")
    expires_at = studio.suite.now() + timedelta(days=1)
    token = sign_link(MANAGE_LINK, UUID(booking_id), expires_at=expires_at)

    page = studio.http("GET", MANAGE_PATH.format(token=token) + "/booking.ics").get_data()
    mailed = [
        part.get_content()
        for part in studio.mailbox.last("ada").walk()
        if part.get_content_type() == "text/calendar"
    ]

    uids = {
        str(entry["UID"])
        for text in [page.decode(), *map(str, mailed)]
        for entry in Calendar.from_ical(text).events
    }
    assert mailed
    assert len(uids) == 1


@dataclass
class Home:
    """A service's database, as `why` opens it."""

    studio: Studio
    service: str

    def connection(self) -> Any:
        """Lend a connection."""
        return self.studio.suite.sql(self.service)


def test_the_link_in_a_text_message_knows_its_message_too(tmp_path: Path) -> None:
    phones, mailbox = Phones(), Mailbox()
    with closing(Suite(ALL, tmp_path, {"notify.mail": mailbox, "notify.texts": phones})) as suite:
        studio = Studio(suite, mailbox)
        suite.notify.set_route(kind="confirmed", first="sms", falls_back=True)
        made = suite.booking.register_person(kind="client", name="ada", phone="+39021234567")
        studio.people["ada"] = made["person_id"]
        studio.full("ada")
        ((message, text),) = phones.taken
        found = re.search(r"https?://\S+", text)
        assert found

        studio.http("POST", found.group())

        (said,) = suite.said
        assert said.topic.startswith("BookingCancelled.")
        envelope = BookingCancelled.from_wire(said.body).envelope
        assert envelope
        assert envelope.caused_by == message.message_id


def test_a_booking_s_page_hands_on_the_message_it_was_opened_from(studio: Studio) -> None:
    studio.full("ada")
    (message, _) = studio.mailbox.taken[-1]
    page = studio.http("GET", studio.mailbox.link("ada", "manage")).get_data(as_text=True)
    found = re.search(r'href="[^"]*(/cancel/[^"?]+)', page)
    assert found

    studio.http("POST", found[1])

    (said,) = studio.suite.said
    envelope = BookingCancelled.from_wire(said.body).envelope
    assert envelope
    assert envelope.caused_by == message.message_id


def test_why_leads_from_a_message_to_the_press_of_its_link_and_back(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    @contextmanager
    def home_of(service: str) -> Iterator[Home]:
        yield Home(studio, service)

    monkeypatch.setattr("shared.trail.home_of", home_of)
    studio.full("ada", waiting=["grace"])
    (message, _) = studio.mailbox.taken[-1]
    studio.http("POST", studio.mailbox.link("ada"))
    studio.settle()
    suite = ["booking", "waitlist", "notify"]

    forward = follow(suite, str(message.message_id), {"notify": MESSAGES})
    (pressed,) = (step for step in forward if step.what == "BookingCancelled.v1")
    back = follow(suite, pressed.correlation_id, {"notify": MESSAGES})

    assert pressed.caused_by == message.message_id
    for steps in (forward, back):
        lines = list(told(steps))
        heads = [line for line in lines if line.startswith("[bold]")]
        assert f"by a link in message {message.message_id}" in heads[1]
        assert "link" not in heads[0]
        assert any("confirmed by email: sent (250 OK)" in line for line in lines)
        assert any("allocated by email: sent (250 OK)" in line for line in lines)
