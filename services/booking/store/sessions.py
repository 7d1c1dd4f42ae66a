"""Queries about sessions and the count of their seats."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, bindparam, insert, select, update

from services.booking.domain import (
    Arrangement,
    AttendanceMode,
    Classification,
    PersonKind,
    Session,
)
from services.booking.models import (
    PersonRow,
    SessionRow,
)

SESSION_COLUMNS = (
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
    SessionRow.session_type_id,
    SessionRow.arrangement,
    SessionRow.credits,
    SessionRow.price_minor,
    SessionRow.currency,
    SessionRow.cancellation_minutes,
    SessionRow.package_id,
    SessionRow.group_id,
    SessionRow.schedule_id,
    SessionRow.placeholder,
    SessionRow.cancelled_at,
    SessionRow.reminder_template,
    SessionRow.package_chosen,
)


_SESSION = select(*SESSION_COLUMNS).where(SessionRow.session_id == bindparam("session_id"))


# Not a full FOR UPDATE: only the columns outside the key are going to change.
_SESSION_FOR_UPDATE = _SESSION.with_for_update(key_share=True)


# A full one, which even those who only rely on the session's time and place wait for.
_SESSION_TO_MOVE = _SESSION.with_for_update()


_SESSION_AND_PERSON = select(
    *SESSION_COLUMNS,
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


_SETTLED_SESSION_AND_PERSON = _SESSION_AND_PERSON.with_for_update(
    read=True, key_share=True, of=SessionRow
)


_TAKE_SEAT = (
    update(SessionRow)
    .where(
        SessionRow.session_id == bindparam("id"),
        SessionRow.taken < SessionRow.capacity,
        SessionRow.starts_at > bindparam("at"),
        SessionRow.cancelled_at.is_(None),
    )
    .values(taken=SessionRow.taken + 1)
    .returning(*SESSION_COLUMNS)
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


def session_of(row: Any) -> Session:
    """Make a session of a row with these columns, in this order."""
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
        row.session_type_id,
        AttendanceMode(row.attendance),
        Arrangement(row.arrangement),
        row.credits,
        row.price_minor,
        row.currency,
        row.cancellation_minutes,
        row.package_id,
        row.group_id,
        row.schedule_id,
        row.placeholder,
        row.cancelled_at,
        row.reminder_template,
        row.package_chosen,
    )


def add_sessions(
    sql: Connection, sessions: Sequence[Session], **more: str | list[dict[str, str]] | None
) -> None:
    """Put sessions on the timetable; `more` are the columns a session has besides its seats."""
    if sessions:
        sql.execute(insert(SessionRow), [asdict(session) | more for session in sessions])


def find_session(sql: Connection, session_id: UUID) -> Session | None:
    """Find a session."""
    row = sql.execute(_SESSION, {"session_id": session_id}).one_or_none()
    return None if row is None else session_of(row)


def session_for_update(sql: Connection, session_id: UUID) -> Session | None:
    """Find a session and keep its seats from changing until the commit."""
    row = sql.execute(_SESSION_FOR_UPDATE, {"session_id": session_id}).one_or_none()
    return None if row is None else session_of(row)


def session_to_move(sql: Connection, session_id: UUID) -> Session | None:
    """Find a session and keep everything of it, its time too, from being relied on meanwhile."""
    row = sql.execute(_SESSION_TO_MOVE, {"session_id": session_id}).one_or_none()
    return None if row is None else session_of(row)


def session_and_person(
    sql: Connection, session_id: UUID, person_id: UUID, *, settled: bool = False
) -> tuple[Session | None, PersonKind | None]:
    """Find a session and, in the same look, what a person is to the studio.

    Args:
        sql: the transaction.
        session_id: the session.
        person_id: the person.
        settled: keep the session from being moved or cancelled until the commit; that keeps
            nobody from taking or freeing a seat.
    """
    ids = {"session_id": session_id, "person_id": person_id}
    query = _SETTLED_SESSION_AND_PERSON if settled else _SESSION_AND_PERSON
    row = sql.execute(query, ids).one_or_none()
    if row is None:
        return None, None
    return session_of(row), PersonKind(row.kind) if row.kind else None


def change_session(sql: Connection, session_id: UUID, changes: dict[str, Any]) -> None:
    """Set some of a session's columns."""
    sql.execute(update(SessionRow).where(SessionRow.session_id == session_id).values(**changes))


def take_seat(sql: Connection, session_id: UUID, *, at: datetime) -> Session | None:
    """Take a free seat of a session that has not started; the one line that can oversell.

    Returns:
        The session as it is from now until the commit, or None: no seat was to be had.
    """
    row = sql.execute(_TAKE_SEAT, {"id": session_id, "at": at}).first()
    return None if row is None else session_of(row)


def give_seats(sql: Connection, session_id: UUID, seats: int = 1) -> None:
    """Make seats free that were taken."""
    sql.execute(_GIVE_SEATS, {"id": session_id, "seats": seats})


def note_queue(sql: Connection, session: Session, *, seats: int) -> None:
    """Set a session's `demand` and `cleared`, and take or give seats with it."""
    values = {"new_demand": session.demand, "new_cleared": session.cleared, "seats": seats}
    sql.execute(_NOTE_QUEUE, {"id": session.session_id, **values})
