"""What every way a seat changes hands has in common."""

from datetime import datetime
from typing import Literal
from uuid import UUID, uuid4

from services.booking import store
from services.booking.domain import (
    HoldKind,
    Session,
    asked_again,
    goes_to_list,
)
from shared.contracts import Values
from shared.contracts.booking import (
    SpotFreed,
)
from shared.contracts.errors import (
    SessionNotFound,
)
from shared.db import Tx

Reason = Literal["capacity_raised", "hold_ended", "seat_was_free", "list_asked_again"]


def session_for_update(tx: Tx, session_id: UUID) -> Session:
    """Lock a session until the commit.

    Raises:
        SessionNotFound: there is none with this id.
    """
    session = store.session_for_update(tx.sql, session_id)
    if session is None:
        raise SessionNotFound(str(session_id))
    return session


def occasion(session: Session) -> Values:
    """Give what a message must say about a session."""
    return {
        "session_name": session.name,
        "starts_at": session.starts_at,
        "time_zone": session.time_zone,
        "location": session.location,
        "staff": session.staff,
        "ends_at": session.ends_at,
    }


def queue_limits(session: Session) -> Values:
    """Give what a session's waiting list must know of it."""
    return {
        "session_id": session.session_id,
        "name": session.name,
        "starts_at": session.starts_at,
        "ends_at": session.ends_at,
        "time_zone": session.time_zone,
        "location": session.location,
        "staff": session.staff,
        "capacity": session.capacity,
        "over_capacity": max(0, session.taken - session.capacity),
        "classification": session.classification.value,
        "waiting_list_size": session.waiting_list_size,
        "waiting_list_closes_at": session.waiting_list_closes_at,
        "sequence": session.sequence,
        "cancelled": session.cancelled,
    }


def keep_spots(tx: Tx, session: Session, spot_ids: list[UUID], *, at: datetime) -> None:
    """Hold seats for the list; they lapse when the session starts, and never before."""
    store.add_holds(
        tx.writes,
        spot_ids,
        session_id=session.session_id,
        kind=HoldKind.WAITLIST,
        at=at,
        until=session.starts_at,
    )


def hold_for_list(
    tx: Tx,
    session: Session,
    seats: int,
    reason: Reason,
    *,
    at: datetime,
) -> None:
    """Hold seats that are counted as taken for the list, and tell it."""
    spot_ids = [uuid4() for _ in range(seats)]
    keep_spots(tx, session, spot_ids, at=at)
    for spot_id in spot_ids:
        freed = SpotFreed(
            spot_id=spot_id, session_id=session.session_id, reason=reason, freed_at=at
        )
        tx.emit(freed)


def free_or_ask_again(tx: Tx, session: Session, *, at: datetime) -> None:
    """Free a seat for everyone, or, if somebody has joined meanwhile, for the list again."""
    if asked_again(session) and goes_to_list(session, at=at):
        hold_for_list(tx, session, 1, "list_asked_again", at=at)
    else:
        store.give_seats(tx.sql, session.session_id)
