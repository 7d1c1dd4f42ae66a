"""What staff write to those who are registered, wait or are invited."""

from datetime import datetime
from typing import Literal
from uuid import UUID, uuid4

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
    if audience == "person":
        people = [known_person(tx, person_id)]
    else:
        people = segment(tx, event, session_id, audience, at=at)
    batch_id = uuid4()
    for one in people:
        tx.emit(
            EventMessageRequested(
                letter_id=uuid4(),
                batch_id=batch_id,
                batch_size=len(people),
                person_id=one,
                about_name=target_name(event, session),
                event_id=event_id,
                target_id=session_id,
                requested_at=at,
                **letter,
            )
        )
    return {"batch_id": batch_id, "letters": len(people)}
