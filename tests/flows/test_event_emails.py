"""What people who register for an event find in their mailbox, and what its links do."""

import re
from collections.abc import Iterator

import pytest

from services.booking.service import Booking
from services.events.service import Events
from services.notify.service import Notify
from services.waitlist.service import Waitlist
from tests.events.hall import Hall, hall_in
from tests.events.test_pages import http, text
from tests.flows.studio import Mailbox
from tests.notify.office import text_of


@pytest.fixture
def mailbox() -> Mailbox:
    """Give the mailbox of everybody in the hall."""
    return Mailbox()


@pytest.fixture
def hall(mailbox: Mailbox) -> Iterator[Hall]:
    """Give a hall whose waiting list and whose emails are really there."""
    classes = (Booking, Waitlist, Events, Notify)
    with hall_in(classes=classes, gateways={"notify.mail": mailbox}) as made:
        yield made


def register(hall: Hall, *names: str) -> None:
    """Have people register one after the other; whoever finds no seat waits."""
    for name in names:
        hall.register(name, or_wait=[hall.event_id])
        hall.suite.deliver(times=2)


def test_who_registers_gets_one_email_with_their_ticket_and_a_link_to_it(
    hall: Hall, mailbox: Mailbox
) -> None:
    hall.event(capacity=1, waiting_list_size=9)

    register(hall, "ada")

    assert mailbox["ada"] == ["registered"]
    email = mailbox.last("ada")
    assert email["Subject"] == "You are registered: Open house"
    pictures = [part for part in email.walk() if part.get_content_type() == "image/png"]
    assert len(pictures) == 1
    body = email.get_body(("html",))
    assert body is not None
    assert f"cid:{pictures[0]['Content-ID'].strip('<>')}" in body.get_content()
    page = http(hall, "GET", mailbox.link("ada"))
    assert (page.status_code, "Open house" in text(page)) == (200, True)


@pytest.mark.rule("D36", "D38", "D43")
def test_who_cancels_by_the_link_passes_the_seat_on_and_the_next_one_is_told(
    hall: Hall, mailbox: Mailbox
) -> None:
    hall.event(capacity=1, waiting_list_size=9)
    register(hall, "ada", "alan", "grace")
    assert (mailbox["alan"], mailbox["grace"]) == ([], [])

    done = http(hall, "POST", f"{mailbox.link('ada')}/cancel")
    hall.suite.deliver(times=2)

    assert done.status_code in {200, 303}
    assert hall.names() == ["alan"]
    assert mailbox["alan"] == ["allocated"]
    assert mailbox["grace"] == []
    own = http(hall, "GET", mailbox.link("alan"))
    assert (own.status_code, "Open house" in text(own)) == (200, True)
    assert not re.search(r"/(cancel|manage)/", text_of(mailbox.last("alan")))


@pytest.mark.rule("D36")
def test_whoever_waits_for_a_session_leaves_its_list_from_their_registration(
    hall: Hall, mailbox: Mailbox
) -> None:
    hall.fair(capacity=1)
    hall.register("alan", "ink")
    hall.register("ada", "clay", "ink", or_wait=["ink"])
    hall.suite.deliver(times=2)
    registration = mailbox.link("ada")
    ours = next(message for message, _ in mailbox.taken if message.name == "ada")
    hall.suite.mark()

    shown = text(http(hall, "GET", registration))
    (leave,) = re.findall(r'href="([^"]+/waiting/[^"]+)"', shown)
    in_line = http(hall, "GET", leave)
    hall.suite.deliver(times=2)
    assert "You are number 1 in line." in text(in_line)
    assert hall.suite.story == []
    http(hall, "POST", leave)
    hall.suite.deliver(times=2)

    (left,) = hall.said("WaitlistLeft")
    assert (left.reason, str(left.target_id)) == ("left", hall.sessions["ink"])
    assert left.envelope.caused_by == ours.message_id
    again = text(http(hall, "GET", registration))
    assert "/waiting/" not in again
    assert "You are on the waiting list" not in again
