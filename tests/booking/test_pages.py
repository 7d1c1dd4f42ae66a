"""The page behind the link: it shows before it acts, and tells strangers nothing."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from shared.contracts.booking import CANCEL_LINK
from shared.links import sign_link
from tests.flows.studio import Studio


def link(studio: Studio, booking_id: str, *, purpose: str = CANCEL_LINK, days: int = 1) -> str:
    """Make a link to a booking."""
    expires_at = studio.suite.now() + timedelta(days=days)
    return f"/cancel/{sign_link(purpose, UUID(booking_id), expires_at=expires_at)}"


def title(studio: Studio, method: str, url: str) -> tuple[int, str]:
    """Give an answer's status and the heading of its page."""
    answer = studio.http(method, url)
    page = answer.get_data(as_text=True)
    return answer.status_code, page.partition("<h1>")[2].partition("</h1>")[0]


def test_the_page_shows_what_would_be_cancelled(studio: Studio) -> None:
    studio.full("ada")
    page = studio.http("GET", link(studio, studio.booking_id("ada")))

    text = page.get_data(as_text=True)
    assert "<h2>Open day</h2>" in text
    assert "Studio 2" in text
    assert "Thursday 6 March 2031, 10:00" in text
    assert '<form method="post">' in text
    assert studio.booked == ["ada"]


def test_the_button_cancels(studio: Studio) -> None:
    studio.full("ada")
    url = link(studio, studio.booking_id("ada"))

    assert title(studio, "POST", url) == (200, "Your place is cancelled")
    assert title(studio, "GET", url) == (200, "Already cancelled")
    assert studio.booked == []
    booking = studio.row("ada", "cancelled")
    cancelled = studio.suite.booking.get_booking(booking_id=booking["booking_id"])
    assert cancelled["cancelled_by"] == "link"


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_link_to_nothing_is_not_valid(studio: Studio, method: str) -> None:
    assert title(studio, method, link(studio, str(uuid4()))) == (404, "This link is not valid")


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_link_for_something_else_is_not_valid(studio: Studio, method: str) -> None:
    studio.full("ada")
    url = link(studio, studio.booking_id("ada"), purpose="unsubscribe")

    assert title(studio, method, url) == (404, "This link is not valid")
    assert studio.booked == ["ada"]


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_forged_link_is_not_valid(studio: Studio, method: str) -> None:
    studio.full("ada")
    url = link(studio, studio.booking_id("ada"))

    assert title(studio, method, url[:-6] + "AAAAAA") == (404, "This link is not valid")
    assert studio.booked == ["ada"]


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_old_link_has_expired(studio: Studio, method: str) -> None:
    studio.full("ada")
    url = link(studio, studio.booking_id("ada"))
    studio.suite.advance(days=1)

    assert title(studio, method, url) == (410, "This link has expired")
    assert studio.booked == ["ada"]


def test_the_emailed_link_is_good_until_the_session_starts(studio: Studio) -> None:
    studio.full("ada")
    url = studio.mailbox.link("ada")

    studio.suite.advance(days=2, hours=23)
    assert studio.http("GET", url).status_code == 200
    studio.suite.advance(hours=1)
    assert studio.http("GET", url).status_code == 410


def test_what_people_write_is_shown_as_text(studio: Studio) -> None:
    studio.session(name='Tom & Jerry\'s "day"')
    studio.book("ada")

    page = studio.http("GET", link(studio, studio.booking_id("ada"))).get_data(as_text=True)

    assert "Tom &amp; Jerry" in page
    assert "Tom & Jerry" not in page
