"""What booking's pages have in common."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection
from werkzeug.wrappers import Response

from services.booking import store
from services.booking.domain import BookingState, Session
from shared.config import settings
from shared.contracts.booking import MANAGE_LINK, MANAGE_PATH
from shared.links import LinkInvalid, sign_link
from shared.pages import Pages
from shared.web import content_policy

PAGES = Pages("booking")
_LONG = timedelta(days=60)
"""How long after a session the page of its booking is still there."""


def with_pictures(response: Response) -> Response:
    """Let a page show pictures, from wherever they are kept."""
    response.headers["Content-Security-Policy"] = content_policy(images="https:")
    return response


@dataclass(frozen=True, slots=True)
class Booked:
    """A booking, what it is of, and the language its person reads."""

    booking: Any  # None: a held place that is being paid, and is no booking yet
    session: Session
    language: str | None
    package: Any = None  # what of its type's packages it is with
    other: UUID | None = None  # where it is cancelled: the booking by which they have a place there

    @property
    def live(self) -> bool:
        """Say whether there is a booking, and it stands."""
        return self.booking is not None and self.booking.state == BookingState.CONFIRMED

    @property
    def other_url(self) -> str:
        """Give the address of the other booking's page; empty where there is none."""
        if self.other is None:
            return ""
        path = MANAGE_PATH.format(token=manage_token(self.other, self.session))
        return settings().public_url("booking") + path


def read_booked(sql: Connection, booking_id: UUID, *, or_held: bool = False) -> Booked:
    """Read what a link about a booking shows.

    Args:
        sql: booking's database.
        booking_id: the booking's, or the hold's it is going to be made from.
        or_held: whether a held place will do.

    Raises:
        LinkInvalid: there is nothing of this id.
    """
    booking: Any = store.find_booking(sql, booking_id)
    found: Any = booking or (store.find_hold(sql, booking_id) if or_held else None)
    session = store.find_session(sql, found.session_id) if found else None
    if session is None:
        msg = "this link is about nothing"
        raise LinkInvalid(msg)
    person = store.find_person(sql, found.person_id)
    package = store.find_package(sql, session.package_id) if session.package_id else None
    language, other = person.language if person else None, None
    if booking is not None and booking.state == BookingState.CANCELLED:
        other = store.find_place(sql, booking.session_id, booking.person_id)
    return Booked(booking, session, language, package, other)


def manage_token(booking_id: UUID, session: Session) -> str:
    """Make the token of the page that shows a booking."""
    return sign_link(MANAGE_LINK, booking_id, expires_at=session.ends_at + _LONG)
