"""What events' pages have in common."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from werkzeug.wrappers import Request

from services.events.domain import Session, overlapping
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
from shared.pages import Pages

PAGES = Pages("events")
_NOTES: tuple[tuple[tuple[type[Refused], ...], str], ...] = (
    ((SessionsOverlap,), "overlap"),
    ((SessionFull, EventFull), "full"),
    ((WaitlistFull,), "list_full"),
    ((AlreadyWaiting,), "waiting"),
    ((PassSoldOut,), "sold_out"),
)


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
