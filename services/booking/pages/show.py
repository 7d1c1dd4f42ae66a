"""What booking's pages have in common."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from sqlalchemy import Connection
from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from services.booking import store
from services.booking.domain import Session
from shared.config import settings
from shared.links import LinkInvalid
from shared.pages import Pages, language_of
from shared.web import content_policy

PAGES = Pages("booking")
LANGUAGE_NAMES = {"en": "English", "it": "Italiano", "fr": "Français", "de": "Deutsch"}
"""What each language is called by those who speak it."""


def show(
    request: Request, template: str, *known: str | None, status: int = 200, **values: Any
) -> Response:
    """Make a page in the first known language, else the visitor's, else the studio's."""
    language = language_of(request, *known)
    return PAGES.show(template, language, status, language_names=LANGUAGE_NAMES, **values)


def see(path: str, *, request: Request, **parts: str) -> Response:
    """Send a browser on to another page of ours, so that loading it again submits nothing."""
    asked = {"lang": request.args["lang"]} if "lang" in request.args else {}
    query = f"?{urlencode(asked)}" if asked else ""
    return redirect(settings().public_url("booking") + path.format(**parts) + query, code=303)


def with_pictures(response: Response) -> Response:
    """Let a page show pictures, from wherever they are kept."""
    response.headers["Content-Security-Policy"] = content_policy(images="https:")
    return response


def sorry(request: Request, exc: LinkInvalid) -> Response:
    """Say that a link is not valid, or no longer, in the visitor's language."""
    return PAGES.sorry(exc, language_of(request))


@dataclass(frozen=True, slots=True)
class Booked:
    """A booking, what it is of, and the language its person reads."""

    booking: Any
    session: Session
    person: Any
    language: str | None


def read_booked(sql: Connection, booking_id: UUID) -> Booked:
    """Read what a link about a booking shows.

    Raises:
        LinkInvalid: there is no such booking.
    """
    booking = store.find_booking(sql, booking_id)
    session = store.find_session(sql, booking.session_id) if booking else None
    if booking is None or session is None:
        msg = "this link is about nothing"
        raise LinkInvalid(msg)
    person = store.find_person(sql, booking.person_id)
    return Booked(booking, session, person, person.language if person else None)
