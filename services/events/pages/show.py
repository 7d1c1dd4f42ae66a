"""What events' pages have in common."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from services.events.domain import Session, overlapping
from shared.config import settings
from shared.contracts.errors import (
    AlreadyWaiting,
    Refused,
    SessionFull,
    WaitlistFull,
)
from shared.contracts.event_errors import (
    EventFull,
    PassSoldOut,
    SessionsOverlap,
)
from shared.links import LinkInvalid
from shared.pages import Pages, language_of

PAGES = Pages("events")
LANGUAGE_NAMES = {"en": "English", "it": "Italiano", "fr": "Français", "de": "Deutsch"}
"""What each language is called by those who speak it."""
_NOTES: tuple[tuple[tuple[type[Refused], ...], str], ...] = (
    ((SessionsOverlap,), "overlap"),
    ((SessionFull, EventFull), "full"),
    ((WaitlistFull,), "list_full"),
    ((AlreadyWaiting,), "waiting"),
    ((PassSoldOut,), "sold_out"),
)


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
    return redirect(settings().public_url("events") + path.format(**parts) + query, code=303)


def sorry(request: Request, exc: LinkInvalid) -> Response:
    """Say that a link is not valid, or no longer, in the visitor's language."""
    return PAGES.sorry(exc, language_of(request))


def note_of(exc: Refused) -> str:
    """Name the sentence that says why something was refused."""
    return next((note for kinds, note in _NOTES if isinstance(exc, kinds)), "refused")


def clashes(shown: Mapping[str, Any]) -> dict[UUID, list[dict[str, str]]]:
    """List, for each session of an event, those at the same time by id and name.

    Nothing where that is allowed.
    """
    if shown["overlaps_allowed"]:
        return {}
    fields = Session.__dataclass_fields__
    sessions = [
        Session(**{name: one[name] for name in fields})
        for one in shown["sessions"]
        if one["cancelled_at"] is None
    ]
    found: dict[UUID, list[dict[str, str]]] = {}
    for pair in overlapping(sessions):
        for one, other in (pair, reversed(pair)):
            about = {"id": str(other.session_id), "name": other.name}
            found.setdefault(one.session_id, []).append(about)
    return found


def submitted(request: Request) -> dict[str, Any]:
    """Give a form's fields; of sessions there may be several."""
    several = {name: request.form.getlist(name) for name in ("session", "wait")}
    return request.form.to_dict() | {name: ids for name, ids in several.items() if ids}
