"""Tickets, and who came."""

import base64
import io
from datetime import datetime
from typing import Any
from uuid import UUID

import segno

from services.events import store
from services.events.actions.looking import event_and_target
from services.events.actions.registering import registration_for_update
from services.events.domain import (
    LETS_IN,
    Event,
    RegistrationState,
    Session,
    Shown,
    door_answer,
    first_start,
    minutes_late,
    opened_by,
)
from shared.contracts import Values
from shared.contracts.errors import (
    SessionNotFound,
)
from shared.contracts.event_errors import (
    RegistrationNotFound,
    TicketNotFound,
)
from shared.db import Tx

_SCALE = 6


def ticket_image(ticket: str, kind: str) -> bytes:
    """Draw the QR code of a ticket as `png` or `svg`; it says the ticket's code and no more."""
    out = io.BytesIO()
    code = segno.make(ticket, error="m", micro=False)
    if kind == "png":
        code.save(out, kind="png", scale=_SCALE)
    else:
        code.save(out, kind="svg", light="#fff", xmldecl=False, omitsize=True)
    return out.getvalue()


def get_ticket(sql: Any, registration_id: UUID) -> Values:
    """Give a registration's ticket: its code, and the code as pictures."""
    row = store.find_registration(sql, registration_id)
    if row is None:
        raise RegistrationNotFound(str(registration_id))
    return {
        "registration_id": registration_id,
        "ticket": row.ticket,
        "png": base64.b64encode(ticket_image(row.ticket, "png")).decode(),
        "svg": ticket_image(row.ticket, "svg").decode(),
    }


def check_in(
    tx: Tx, ticket: str, *, event_id: UUID | None, session_id: UUID | None, at: datetime
) -> Values:
    """Let in whoever shows a ticket at the door of an event or of a session, or say why not.

    At the door of the whole event nobody is late before the first session they chose, or their pass
    opens, has begun.

    Args:
        tx: the transaction.
        ticket: its code.
        event_id: whose door it is; None: the session's, or whichever event the ticket is for.
        session_id: of which session; None: the whole event's door.
        at: now (UTC).

    Returns:
        `answer`, and with it the name, the agenda's sessions, when the ticket was shown first and
        how many minutes after the start it is.

    Raises:
        TicketNotFound: there is no such ticket.
        SessionNotFound: there is no such session, or not of the event that is named.
    """
    found = store.registration_by_ticket(tx.sql, _code(ticket))
    if found is None:
        raise TicketNotFound(ticket)
    event, row = registration_for_update(tx, found.registration_id)
    session = store.find_session(tx.sql, session_id) if session_id else None
    if session_id is not None and (session is None or event_id not in {None, session.event_id}):
        raise SessionNotFound(str(session_id))
    door = session.session_id if session else event.event_id
    agenda = _sessions_of(tx.sql, event, row)
    begins, ends = _time_of(event, session, row, agenda)
    at_door = {event_id, session.event_id if session else None} - {None}
    shown = Shown(
        of_event=at_door <= {event.event_id},
        confirmed=row.state == RegistrationState.CONFIRMED,
        cancelled=row.state == RegistrationState.CANCELLED or event.cancelled_at is not None,
        good_here=session is None or session in agenda,
        first_at=store.find_check_in(tx.sql, row.registration_id, door),
        starts_at=begins,
        ends_at=ends,
    )
    answer, late, first_at = door_answer(shown, at=at), minutes_late(begins, at), shown.first_at
    if answer in LETS_IN:
        store.check_in(tx.sql, row.registration_id, door, at=at, minutes_late=late)
        first_at = at
    person = store.find_person(tx.sql, row.person_id)
    return {
        "answer": answer.value,
        "registration_id": row.registration_id,
        "person_id": row.person_id,
        "name": person.name if person else "",
        "checked_in_at": first_at,
        "minutes_late": late,
        "overdue_minor": max(0, row.price_minor - row.paid_minor),
        "sessions": [{"session_id": s.session_id, "name": s.name} for s in agenda],
    }


def _code(ticket: str) -> str:
    """Give the code of a ticket, as it may be typed: in small letters, in groups."""
    return ticket.upper().replace(" ", "").replace("-", "")


def _sessions_of(sql: Any, event: Event, row: Any) -> list[Session]:
    """List the sessions a ticket is good for, the first first."""
    sessions = [s for s in store.list_sessions(sql, event.event_id) if s.cancelled_at is None]
    if event.own_agenda:
        have = {place.target_id for place in store.live_places(sql, row.registration_id)}
        return [one for one in sessions if one.session_id in have]
    held = store.find_pass(sql, row.pass_id) if row.pass_id else None
    allowed = held.session_ids if held else frozenset()
    return [one for one in sessions if opened_by(allowed, one.session_id)]


def _time_of(
    event: Event, session: Session | None, row: Any, agenda: list[Session]
) -> tuple[datetime, datetime]:
    """Give when what somebody comes for begins, and when what is behind the door ends."""
    if session is not None:
        return session.starts_at, session.ends_at
    chosen = event.own_agenda or row.pass_id is not None
    begins = first_start(agenda, event.starts_at) if chosen else event.starts_at
    return begins, event.ends_at


def undo_check_in(tx: Tx, registration_id: UUID, *, session_id: UUID | None) -> None:
    """Take back that somebody came, where the wrong ticket was scanned."""
    _, row = registration_for_update(tx, registration_id)
    store.undo_check_in(tx.sql, registration_id, session_id or row.event_id)


def list_check_ins(
    sql: Any, event_id: UUID, session_id: UUID | None, *, limit: int, offset: int
) -> Values:
    """List who is expected at a door, by name, and who of them has come; the counts are of all."""
    event, door = event_and_target(sql, event_id, session_id)
    passes: list[UUID] | None = None
    if session_id is not None and not event.own_agenda:
        held = store.list_passes(sql, event_id)
        passes = [one.pass_id for one in held if opened_by(one.session_ids, session_id)]
    rows, expected, came, late = store.expected_at(
        sql,
        event_id,
        door,
        place_in=session_id if event.own_agenda else None,
        passes=passes,
        limit=limit,
        offset=offset,
    )
    return {"expected": expected, "came": came, "late": late, "rows": rows}
