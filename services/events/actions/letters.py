"""What staff write to those who are registered, wait or are invited."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID, uuid4, uuid5

from services.events import store
from services.events.actions.choosing import known_person
from services.events.actions.seats import event_for_seats
from services.events.actions.telling import target_name
from services.events.domain import Event
from shared.contracts import Values
from shared.contracts.errors import (
    InvalidRequest,
    SessionNotFound,
)
from shared.contracts.events import EventMessageRequested
from shared.db import Tx

_SAID = (
    *("batch_id", "batch_size", "about_name", "event_id", "target_id"),
    *("channel", "subject", "text", "marketing", "requested_at"),
)
Audience = Literal["registered", "waiting", "invited", "person"]


def segment(
    tx: Tx, event: Event, session_id: UUID | None, audience: Audience, *, at: datetime
) -> list[UUID]:
    """Give the people of an audience: of a session by its id, else of the event.

    Where registrants create their own agenda, an event's people are those of any of its sessions.

    Source: D44.
    """
    if session_id is not None:
        targets = [session_id]
    elif event.own_agenda:
        targets = [one.session_id for one in store.list_sessions(tx.sql, event.event_id)]
    else:
        targets = [event.event_id]
    if audience == "registered":
        return store.registered_people(tx.sql, targets)
    return store.waiting_people(tx.sql, targets, invited=audience == "invited", at=at)


def write_to(tx: Tx, event_id: UUID, letter: Values, *, at: datetime) -> Values:
    """Write to one person, or to all who are registered, wait or are invited.

    Who it goes to is settled now; it is said for them a few hundred at a time, right after.

    Returns:
        The id of the batch and how many letters it has; none where the audience is empty.
    """
    event = event_for_seats(tx, event_id)
    session_id, audience = letter.pop("session_id"), letter.pop("audience")
    person_id = letter.pop("person_id")
    session = store.find_session(tx.sql, session_id) if session_id else None
    if session_id is not None and (session is None or session.event_id != event_id):
        raise SessionNotFound(str(session_id))
    if session is not None and audience != "person" and not event.own_agenda:
        msg = f"session_id: people register for the whole of {event.name}, and wait for it"
        raise InvalidRequest(msg)
    letter |= {
        "batch_id": uuid4(),
        "about_name": target_name(event, session),
        "event_id": event_id,
        "target_id": session_id,
        "requested_at": at,
    }
    if audience == "person":
        people = [known_person(tx, person_id)]
        _say(tx, people, letter | {"batch_size": 1})
    else:
        people = segment(tx, event, session_id, audience, at=at)
        if people:
            thread = {
                "correlation_id": tx.trace.correlation_id,
                "began_at": tx.trace.began_at,
            }
            store.add_letter(tx.sql, letter | thread | {"batch_size": len(people)}, people)
            tx.wake("say_letters")
    return {"batch_id": letter["batch_id"], "letters": len(people)}


def say_letters(tx: Tx) -> int:
    """Say the oldest letter for the next of its people; give for how many."""

    def say(thread: Tx, letter: Any, people: Sequence[UUID]) -> None:
        _say(thread, people, {name: getattr(letter, name) for name in _SAID})

    return store.LETTERS.say_next(tx, say)


def _say(tx: Tx, people: Sequence[UUID], letter: Values) -> None:
    for person_id in people:
        letter_id = uuid5(letter["batch_id"], str(person_id))
        tx.emit(EventMessageRequested(letter_id=letter_id, person_id=person_id, **letter))
