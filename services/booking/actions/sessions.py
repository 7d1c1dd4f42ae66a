"""What booking does with session types and sessions."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

from services.booking import store
from services.booking.actions.seats import hold_for_list, session_for_update
from services.booking.domain import (
    Arrangement,
    AttendanceMode,
    Classification,
    Session,
    goes_to_list,
    seats_gained,
)
from shared.contracts import Values
from shared.contracts.booking import (
    SessionChanged,
    SessionScheduled,
)
from shared.contracts.errors import (
    InvalidRequest,
    SessionTypeNotFound,
)
from shared.db import Tx


def create_session_type(
    tx: Tx,
    *,
    name: str,
    description: str,
    arrangement: Arrangement,
    duration_minutes: int,
    attendance: AttendanceMode,
    at: datetime,
) -> Values:
    """Make a template for sessions."""
    values = {
        "session_type_id": uuid4(),
        "name": name,
        "description": description,
        "arrangement": arrangement.value,
        "duration_minutes": duration_minutes,
        "created_at": at,
        "attendance": attendance.value,
    }
    store.add_session_type(tx.sql, values)
    return values


def schedule_session(
    tx: Tx,
    *,
    session_type_id: UUID,
    name: str,
    classification: Classification,
    starts_at: datetime,
    time_zone: str,
    staff: str,
    location: str,
    capacity: int,
    waiting_list_size: int,
    waiting_list_closes_minutes: int,
    at: datetime,
) -> Session:
    """Put a session on the timetable, in the future; its type says how long it lasts.

    The waiting list closes so many minutes before the start; with 0 it is kept right up to it.

    Source: B2 (there must be a session type), Q47 (until when).
    """
    kind = store.find_session_type(tx.sql, session_type_id)
    if kind is None:
        raise SessionTypeNotFound(str(session_type_id))
    if starts_at <= at:
        msg = "starts_at: Must be in the future."
        raise InvalidRequest(msg)
    session = Session(
        session_id=uuid4(),
        name=name,
        classification=classification,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=kind.duration_minutes),
        time_zone=time_zone,
        staff=staff,
        location=location,
        capacity=capacity,
        taken=0,
        waiting_list_size=waiting_list_size,
        waiting_list_closes_at=starts_at - timedelta(minutes=waiting_list_closes_minutes),
        demand=0,
        cleared=0,
        sequence=1,
        attendance=AttendanceMode(kind.attendance),
    )
    store.add_session(tx.sql, session, session_type_id)
    tx.emit(SessionScheduled(**_queue_limits(session)))
    return session


def change_session(tx: Tx, session_id: UUID, changes: Values, *, at: datetime) -> Session:
    """Change a session; seats that a higher capacity adds go to whoever waits first."""
    session = session_for_update(tx, session_id)
    capacity = changes.get("capacity", session.capacity)
    if capacity < session.taken and capacity < session.capacity:
        msg = f"capacity: {session.taken} seats are taken; it cannot be lower."
        raise InvalidRequest(msg)
    gained = seats_gained(session, capacity)
    store.change_session(tx.sql, session_id, {**changes, "sequence": session.sequence + 1})
    changed = session_for_update(tx, session_id)
    if gained and goes_to_list(changed, at=at):
        store.note_queue(tx.sql, changed, seats=gained)
        hold_for_list(tx, changed, gained, "capacity_raised", at=at)
    tx.emit(SessionChanged(**_queue_limits(changed)))
    return changed


def _queue_limits(session: Session) -> Values:
    return {
        "session_id": session.session_id,
        "name": session.name,
        "starts_at": session.starts_at,
        "waiting_list_size": session.waiting_list_size,
        "waiting_list_closes_at": session.waiting_list_closes_at,
        "sequence": session.sequence,
    }
