"""Queries about the timetable: which sessions there are for whom, and what is due with them."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, bindparam, select, tuple_

from services.booking.domain import (
    Arrangement,
    AttendanceMode,
    Audience,
    Classification,
    Session,
)
from services.booking.models import SessionRow
from services.booking.store.sessions import SESSION_COLUMNS, session_of


def sessions_to_attend(sql: Connection, *, at: datetime, limit: int) -> list[Session]:
    """Claim sessions that have started and whose people are to be marked automatically."""
    query = (
        select(*SESSION_COLUMNS)
        .where(
            SessionRow.starts_at <= at,
            SessionRow.attended_at.is_(None),
            SessionRow.attendance == AttendanceMode.AUTOMATIC.value,
            SessionRow.cancelled_at.is_(None),
        )
        .order_by(SessionRow.starts_at)
        .limit(limit)
        .with_for_update(key_share=True, skip_locked=True)
    )
    return [session_of(row) for row in sql.execute(query)]


def sessions_to_empty(sql: Connection, *, limit: int) -> list[UUID]:
    """List cancelled sessions that may still have bookings or holds."""
    query = (
        select(SessionRow.session_id)
        .where(SessionRow.cancelled_at.is_not(None), SessionRow.emptied_at.is_(None))
        .order_by(SessionRow.cancelled_at)
        .limit(limit)
    )
    return list(sql.execute(query).scalars())


_SHOWN = {
    Audience.STAFF: (),
    Audience.MEMBERS: (SessionRow.classification != Classification.MARKETING.value,),
    Audience.LEADS: (SessionRow.classification == Classification.MARKETING.value,),
}
_ON_EVERYBODYS = (
    SessionRow.cancelled_at.is_(None),
    SessionRow.arrangement != Arrangement.SINGLE.value,
)


def list_sessions(
    sql: Connection,
    *,
    since: datetime,
    until: datetime,
    after: Session | None,
    limit: int,
    audience: Audience,
) -> list[Session]:
    """List the sessions that start in a time and are shown to somebody, the first first.

    Members never see what is there to win leads over, leads nothing else; an appointment made for
    one client, and what does not take place, is on nobody's timetable but the staff's.

    `after` is the session the page before ended with.

    Source: Q13.
    """
    everybodys = () if audience is Audience.STAFF else _ON_EVERYBODYS
    query = (
        select(*SESSION_COLUMNS)
        .where(SessionRow.starts_at >= since, SessionRow.starts_at < until)
        .where(*_SHOWN[audience], *everybodys)
        .order_by(SessionRow.starts_at, SessionRow.session_id)
        .limit(limit)
    )
    if after is not None:
        place = tuple_(SessionRow.starts_at, SessionRow.session_id)
        query = query.where(place > tuple_(after.starts_at, after.session_id))
    return [session_of(row) for row in sql.execute(query)]


_TEXTS = select(
    SessionRow.text,
    SessionRow.photos,
    SessionRow.overruled,
    SessionRow.roll_call_at,
    SessionRow.cancel_reason,
).where(SessionRow.session_id == bindparam("session_id"))


def session_texts(sql: Connection, session_id: UUID) -> Row[Any]:
    """Give what a session says besides its seats: text, photos, and what staff noted."""
    return sql.execute(_TEXTS, {"session_id": session_id}).one()


def sessions_of_group(sql: Connection, group_id: UUID, *, lock: bool = False) -> list[Session]:
    """List the spots of a group, the first first; or lock them to move, in the order of their ids.

    That is the order in which moves lock two sessions, so that none waits for the other.
    """
    query = select(*SESSION_COLUMNS).where(SessionRow.group_id == group_id)
    if lock:
        query = query.order_by(SessionRow.session_id).with_for_update()
    else:
        query = query.order_by(SessionRow.starts_at, SessionRow.session_id)
    return [session_of(row) for row in sql.execute(query)]


def occurrences_of_schedule(
    sql: Connection, schedule_id: UUID, *, since: date
) -> list[tuple[str, Session]]:
    """List what a schedule has made for a day on the wall or a later one, called off or begun too.

    Returns:
        Each with the occurrence it is, in order of these.
    """
    query = (
        select(*SESSION_COLUMNS, SessionRow.occurrence)
        .where(SessionRow.schedule_id == schedule_id, SessionRow.occurrence >= since.isoformat())
        .order_by(SessionRow.occurrence)
    )
    return [(row.occurrence, session_of(row)) for row in sql.execute(query)]


def sessions_of_schedule(
    sql: Connection, schedule_id: UUID, *, since: datetime
) -> list[tuple[str, Session]]:
    """List what a schedule has put on the timetable from an instant on, with its occurrence."""
    query = (
        select(*SESSION_COLUMNS, SessionRow.occurrence)
        .where(
            SessionRow.schedule_id == schedule_id,
            SessionRow.starts_at >= since,
            SessionRow.cancelled_at.is_(None),
        )
        .order_by(SessionRow.starts_at)
    )
    return [(row.occurrence, session_of(row)) for row in sql.execute(query)]
