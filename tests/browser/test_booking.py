"""booking's pages in a browser."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from shared.contracts.booking import CANCEL_LINK, CANCEL_PATH
from shared.links import sign_link
from tests.browser.desk import Desk
from tests.browser.visitors import Browser


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


def a_booking(desk: Desk, session: dict[str, Any], name: str = "ada") -> str:
    """Give somebody a place, and give its id."""
    email = f"{name}@example.com"
    person = desk.call("booking.register_person", kind="lead", name=name, email=email)
    ids = {"session_id": session["session_id"], "person_id": person["person_id"]}
    booking_id: str = desk.call("booking.book", **ids)["booking_id"]
    return booking_id


def link(desk: Desk, purpose: str, path: str, subject: str) -> str:
    """Make a link to a page about something."""
    expires_at = datetime.now(UTC) + timedelta(days=1)
    return desk.url(
        "booking", path.format(token=sign_link(purpose, UUID(subject), expires_at=expires_at))
    )


@pytest.mark.rule("Q49")
def test_a_place_is_given_up_by_its_link(desk: Desk, browser: Browser) -> None:
    booking_id = a_booking(desk, a_session(desk))
    ada = browser.visitor()

    assert ada.open(link(desk, CANCEL_LINK, CANCEL_PATH, booking_id)) == 200
    assert ada.faults() == []
    ada.shot("cancel")
    assert ada.press("Cancel my place") == 200

    assert ada.heading == "Your place is cancelled"
    assert desk.call("booking.get_booking", booking_id=booking_id)["state"] == "cancelled"
