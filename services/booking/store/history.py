"""Queries about what people have done: the profile's history, and what counts for warmth."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CompoundSelect,
    Connection,
    Row,
    Select,
    Subquery,
    bindparam,
    case,
    func,
    select,
    union_all,
)

from services.booking.domain import Attendance, BookingState, HoldState, Story, WaitingState
from services.booking.models import BookingRow, HoldRow, PersonRow, SessionRow, WaitingRow

_LIVE = BookingRow.state == BookingState.CONFIRMED.value


def _count(condition: Any) -> Any:
    return func.sum(case((condition, 1), else_=0))


def deeds(people: Select[Any] | CompoundSelect[Any]) -> Subquery:
    """Count, in one go, what those people's bookings tell; `:since` is where 90 days begin."""
    recent = _LIVE & (BookingRow.booked_at >= bindparam("since"))
    return (
        select(
            BookingRow.person_id,
            func.max(BookingRow.booked_at).label("last_booked_at"),
            _count(recent).label("recent"),
            _count(_LIVE & (BookingRow.attendance == Attendance.ATTENDED.value)).label("attended"),
            _count(_LIVE & (BookingRow.attendance == Attendance.NO_SHOW.value)).label("no_shows"),
        )
        .where(BookingRow.person_id.in_(people))
        .group_by(BookingRow.person_id)
        .subquery("deeds")
    )


def story_columns(of: Subquery) -> tuple[Any, ...]:
    """Give the columns `story_of` reads, of people joined to their deeds."""
    return (
        PersonRow.registered_at,
        PersonRow.contacted_at,
        of.c.last_booked_at,
        of.c.recent,
        of.c.attended,
        of.c.no_shows,
    )


def story_of(row: Any) -> Story:
    """Read what counts for warmth off a row with the columns of `story_columns`."""
    known = (row.registered_at, row.contacted_at, row.last_booked_at)
    return Story(
        contacted_at=max(at for at in known if at is not None),
        bookings=row.recent or 0,
        attended=row.attended or 0,
        no_shows=row.no_shows or 0,
    )


_ONE = deeds(select(bindparam("person_id", type_=BookingRow.person_id.type)))
_STORY = (
    select(*story_columns(_ONE))
    .select_from(PersonRow)
    .outerjoin(_ONE, _ONE.c.person_id == PersonRow.person_id)
    .where(PersonRow.person_id == bindparam("person_id"))
)
_HISTORY = (
    select(
        BookingRow.booking_id,
        BookingRow.session_id,
        BookingRow.state,
        BookingRow.attendance,
        BookingRow.booked_at,
        BookingRow.cancelled_at,
        BookingRow.credits,
        SessionRow.name.label("session_name"),
        SessionRow.starts_at,
        SessionRow.time_zone,
        SessionRow.location,
        SessionRow.staff,
    )
    .join(SessionRow, SessionRow.session_id == BookingRow.session_id)
    .where(BookingRow.person_id == bindparam("person_id"))
    .order_by(SessionRow.starts_at.desc(), BookingRow.booking_id)
    .limit(bindparam("limit"))
)
_HOLDS_OF = (
    select(
        HoldRow.hold_id,
        HoldRow.session_id,
        HoldRow.kind,
        HoldRow.held_until,
        SessionRow.name.label("session_name"),
        SessionRow.starts_at,
    )
    .join(SessionRow, SessionRow.session_id == HoldRow.session_id)
    .where(HoldRow.person_id == bindparam("person_id"), HoldRow.state == HoldState.OPEN.value)
    .order_by(HoldRow.made_at, HoldRow.hold_id)
)
_WAITS_OF = (
    select(
        WaitingRow.entry_id,
        WaitingRow.session_id,
        WaitingRow.since,
        SessionRow.name.label("session_name"),
        SessionRow.starts_at,
    )
    .join(SessionRow, SessionRow.session_id == WaitingRow.session_id)
    .where(
        WaitingRow.person_id == bindparam("person_id"),
        WaitingRow.state != WaitingState.GONE.value,
    )
    .order_by(WaitingRow.since, WaitingRow.entry_id)
)
_COUNTS = select(
    func.count().label("booked"),
    func.coalesce(_count(BookingRow.state == BookingState.CANCELLED.value), 0).label("cancelled"),
    func.coalesce(_count(_LIVE & (BookingRow.attendance == Attendance.ATTENDED.value)), 0).label(
        "attended"
    ),
    func.coalesce(_count(_LIVE & (BookingRow.attendance == Attendance.NO_SHOW.value)), 0).label(
        "no_shows"
    ),
).where(BookingRow.person_id == bindparam("person_id"))


def find_story(sql: Connection, person_id: UUID, *, since: datetime) -> Story:
    """Give what counts for a known person's warmth; bookings from `since` on are recent."""
    row = sql.execute(_STORY, {"person_id": person_id, "since": since}).one()
    return story_of(row)


def list_bookings_of(
    sql: Connection, person_id: UUID, *, after: UUID | None, begun: datetime | None, limit: int
) -> Sequence[Any]:
    """List a person's bookings with their sessions, the latest session first.

    The page before ended with the booking `after`, of a session that starts at `begun`.
    """
    query = _HISTORY
    if begun is not None:
        same = (SessionRow.starts_at == begun) & (BookingRow.booking_id > after)
        query = query.where((SessionRow.starts_at < begun) | same)
    return sql.execute(query, {"person_id": person_id, "limit": limit}).all()


def start_of_booking(sql: Connection, person_id: UUID, booking_id: UUID) -> datetime | None:
    """Give when the session of a person's booking starts; None: they have no such booking."""
    query = (
        select(SessionRow.starts_at)
        .join(BookingRow, BookingRow.session_id == SessionRow.session_id)
        .where(BookingRow.booking_id == booking_id, BookingRow.person_id == person_id)
    )
    return sql.execute(query).scalar_one_or_none()


def list_holds_of(sql: Connection, person_id: UUID) -> Sequence[Any]:
    """List the seats held for a person."""
    return sql.execute(_HOLDS_OF, {"person_id": person_id}).all()


def list_waits_of(sql: Connection, person_id: UUID) -> Sequence[Any]:
    """List where a person waits, as far as booking has heard."""
    return sql.execute(_WAITS_OF, {"person_id": person_id}).all()


def count_bookings_of(sql: Connection, person_id: UUID) -> Row[Any]:
    """Count a person's bookings: booked, cancelled, attended, no_shows."""
    return sql.execute(_COUNTS, {"person_id": person_id}).one()


def future_bookings(
    sql: Connection, person_ids: Collection[UUID], *, at: datetime
) -> Sequence[UUID]:
    """List the live bookings of people in sessions that have not started."""
    query = (
        select(BookingRow.booking_id)
        .join(SessionRow, SessionRow.session_id == BookingRow.session_id)
        .where(BookingRow.person_id.in_(person_ids), _LIVE, SessionRow.starts_at > at)
        .order_by(SessionRow.session_id, BookingRow.booking_id)
    )
    return sql.execute(query).scalars().all()


def open_holds_of(sql: Connection, person_ids: Collection[UUID]) -> Sequence[UUID]:
    """List the open holds kept for people."""
    query = select(HoldRow.hold_id).where(
        HoldRow.person_id.in_(person_ids), HoldRow.state == HoldState.OPEN.value
    )
    return sql.execute(query.order_by(HoldRow.session_id, HoldRow.hold_id)).scalars().all()


def roster_people(session_id: Any) -> CompoundSelect[Any]:
    """Name everybody on the roster of a session: booked, reserved for or waiting."""
    return union_all(
        select(BookingRow.person_id).where(BookingRow.session_id == session_id),
        select(WaitingRow.person_id).where(
            WaitingRow.session_id == session_id, WaitingRow.state != WaitingState.GONE.value
        ),
        select(HoldRow.person_id).where(
            HoldRow.session_id == session_id,
            HoldRow.state == HoldState.OPEN.value,
            HoldRow.person_id.is_not(None),
        ),
    )
