"""The client of a single session."""

from datetime import datetime
from typing import Any
from uuid import UUID

from services.booking import store
from services.booking.actions.holds import keep_place, release_hold
from services.booking.actions.people import register_person
from services.booking.actions.seats import session_for_update
from services.booking.domain import Arrangement, HoldKind, Session
from shared.contracts import Values
from shared.contracts.errors import (
    InvalidRequest,
    SessionCancelledAlready,
    SessionConfirmed,
)
from shared.db import Tx

_MANY = 10


def assign_client(
    tx: Tx, session_id: UUID, person_id: UUID | None, client: Values | None, *, at: datetime
) -> Values:
    """Reserve a single session for a client, known already or made known now.

    The place is held until the client confirms or staff assign somebody else; the hold is what a
    request to confirm is about. The same client again changes nothing.

    Source: B17, B18, B27.
    """
    if (person_id is None) is (client is None):
        msg = "person_id: Either it or client has to be given, and not both."
        raise InvalidRequest(msg)
    holds = store.open_holds_for_update(tx.sql, session_id, limit=_MANY)
    session = session_for_update(tx, session_id)
    if session.arrangement is not Arrangement.SINGLE:
        msg = "session_id: Only a single session has a client."
        raise InvalidRequest(msg)
    if session.cancelled:
        raise SessionCancelledAlready(session.name)
    if is_confirmed(tx.sql, session):
        raise SessionConfirmed(session.name)
    known = store.find_person(tx.sql, person_id) if person_id else None
    person_id = known.person_id if known else person_id  # who was merged is another by now
    for hold in holds:
        if hold.person_id == person_id:
            if hold.held_until is not None:  # they were about to confirm; now it is kept for them
                store.reserve(tx.sql, hold.hold_id)
            return _client(tx.sql, session, hold.hold_id, hold.person_id)
        release_hold(tx, hold.hold_id, at=at)
    if person_id is None:
        person_id = register_person(tx, **(client or {}), at=at)["person_id"]
    made = keep_place(tx, session_id, person_id, kind=HoldKind.STAFF, until=None, at=at)
    return _client(tx.sql, session, made["hold_id"], person_id)


def find_client(sql: Any, session: Session) -> Values | None:
    """Give whom a single session is for, if anybody yet, and whether they have confirmed."""
    if session.arrangement is not Arrangement.SINGLE:
        return None
    for row in store.roster_reserved(sql, session.session_id):
        return dict(row._asdict()) | {"confirmed": False, "booking_id": None}
    for row in store.roster(sql, session.session_id):
        if row.state == "confirmed":
            return dict(row._asdict()) | {"confirmed": True, "hold_id": None}
    return None


def is_confirmed(sql: Any, session: Session) -> bool:
    """Say whether a single session's client has confirmed, which locks it.

    Source: B26.
    """
    single = session.arrangement is Arrangement.SINGLE
    return single and bool(store.count_booked(sql, [session.session_id]))


def _client(sql: Any, session: Session, hold_id: UUID, person_id: UUID | None) -> Values:
    person = store.find_person(sql, person_id) if person_id else None
    known = person._asdict() if person else {}
    return known | {
        "session_id": session.session_id,
        "hold_id": hold_id,
        "booking_id": None,
        "confirmed": False,
    }
