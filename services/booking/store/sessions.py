"""Queries about session types, sessions and the count of their seats."""

from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from services.booking.domain import (
    AttendanceMode,
    Classification,
    PersonKind,
    Session,
)
from services.booking.models import (
    PersonRow,
    SessionRow,
    SessionTypeRow,
)

_SESSION_COLUMNS = (
    SessionRow.session_id,
    SessionRow.name,
    SessionRow.classification,
    SessionRow.starts_at,
    SessionRow.ends_at,
    SessionRow.time_zone,
    SessionRow.staff,
    SessionRow.location,
    SessionRow.capacity,
    SessionRow.taken,
    SessionRow.waiting_list_size,
    SessionRow.waiting_list_closes_at,
    SessionRow.demand,
    SessionRow.cleared,
    SessionRow.sequence,
    SessionRow.attendance,
)


_SESSION = select(*_SESSION_COLUMNS).where(SessionRow.session_id == bindparam("session_id"))


# Not a full FOR UPDATE: only the columns outside the key are going to change.
_SESSION_FOR_UPDATE = _SESSION.with_for_update(key_share=True)


_SESSION_AND_PERSON = select(
    *_SESSION_COLUMNS,
    # One who was merged or erased is nobody here, at no further cost.
    select(PersonRow.kind)
    .where(
        PersonRow.person_id == bindparam("person_id"),
        PersonRow.merged_into.is_(None),
        PersonRow.erased_at.is_(None),
    )
    .scalar_subquery()
    .label("kind"),
).where(SessionRow.session_id == bindparam("session_id"))


_TAKE_SEAT = (
    update(SessionRow)
    .where(
        SessionRow.session_id == bindparam("id"),
        SessionRow.taken < SessionRow.capacity,
        SessionRow.starts_at > bindparam("at"),
    )
    .values(taken=SessionRow.taken + 1)
)


_GIVE_SEATS = (
    update(SessionRow)
    .where(SessionRow.session_id == bindparam("id"))
    .values(taken=SessionRow.taken - bindparam("seats"))
)


_NOTE_QUEUE = (
    update(SessionRow)
    .where(SessionRow.session_id == bindparam("id"))
    .values(
        taken=SessionRow.taken + bindparam("seats"),
        demand=bindparam("new_demand"),
        cleared=bindparam("new_cleared"),
    )
)


def _session(row: Any) -> Session:
    return Session(
        row.session_id,
        row.name,
        Classification(row.classification),
        row.starts_at,
        row.ends_at,
        row.time_zone,
        row.staff,
        row.location,
        row.capacity,
        row.taken,
        row.waiting_list_size,
        row.waiting_list_closes_at,
        row.demand,
        row.cleared,
        row.sequence,
        AttendanceMode(row.attendance),
    )


def add_session_type(sql: Connection, values: dict[str, Any]) -> None:
    """Keep a new session type."""
    sql.execute(insert(SessionTypeRow), values)


def find_session_type(sql: Connection, session_type_id: UUID) -> Row[Any] | None:
    """Find a session type."""
    query = select(SessionTypeRow.__table__)
    return sql.execute(query.where(SessionTypeRow.session_type_id == session_type_id)).one_or_none()


def add_session(sql: Connection, session: Session, session_type_id: UUID) -> None:
    """Put a session on the timetable."""
    values = asdict(session) | {"session_type_id": session_type_id}
    sql.execute(insert(SessionRow), values)


def find_session(sql: Connection, session_id: UUID) -> Session | None:
    """Find a session."""
    row = sql.execute(_SESSION, {"session_id": session_id}).one_or_none()
    return None if row is None else _session(row)


def session_for_update(sql: Connection, session_id: UUID) -> Session | None:
    """Find a session and keep its seats from changing until the commit."""
    row = sql.execute(_SESSION_FOR_UPDATE, {"session_id": session_id}).one_or_none()
    return None if row is None else _session(row)


def session_and_person(
    sql: Connection, session_id: UUID, person_id: UUID
) -> tuple[Session | None, PersonKind | None]:
    """Find a session and, in the same look, what a person is to the studio."""
    ids = {"session_id": session_id, "person_id": person_id}
    row = sql.execute(_SESSION_AND_PERSON, ids).one_or_none()
    if row is None:
        return None, None
    return _session(row), PersonKind(row.kind) if row.kind else None


def change_session(sql: Connection, session_id: UUID, changes: dict[str, Any]) -> None:
    """Set some of a session's columns."""
    sql.execute(update(SessionRow).where(SessionRow.session_id == session_id).values(**changes))


def take_seat(sql: Connection, session_id: UUID, *, at: datetime) -> bool:
    """Take a free seat of a session that has not started; the one line that can oversell."""
    return sql.execute(_TAKE_SEAT, {"id": session_id, "at": at}).rowcount == 1


def give_seats(sql: Connection, session_id: UUID, seats: int = 1) -> None:
    """Make seats free that were taken."""
    sql.execute(_GIVE_SEATS, {"id": session_id, "seats": seats})


def note_queue(sql: Connection, session: Session, *, seats: int) -> None:
    """Set a session's `demand` and `cleared`, and take or give seats with it."""
    values = {"new_demand": session.demand, "new_cleared": session.cleared, "seats": seats}
    sql.execute(_NOTE_QUEUE, {"id": session.session_id, **values})


def sessions_to_attend(sql: Connection, *, at: datetime, limit: int) -> list[Session]:
    """Claim sessions that have started and whose people are to be marked automatically."""
    query = (
        select(*_SESSION_COLUMNS)
        .where(
            SessionRow.starts_at <= at,
            SessionRow.attended_at.is_(None),
            SessionRow.attendance == AttendanceMode.AUTOMATIC.value,
        )
        .order_by(SessionRow.starts_at)
        .limit(limit)
        .with_for_update(key_share=True, skip_locked=True)
    )
    return [_session(row) for row in sql.execute(query)]


def list_sessions(
    sql: Connection, *, since: datetime, until: datetime, limit: int
) -> list[Session]:
    """List the sessions that start in a time, the first first."""
    query = (
        select(*_SESSION_COLUMNS)
        .where(SessionRow.starts_at >= since, SessionRow.starts_at < until)
        .order_by(SessionRow.starts_at, SessionRow.session_id)
        .limit(limit)
    )
    return [_session(row) for row in sql.execute(query)]
