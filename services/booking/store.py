"""booking's queries."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, Uuid, bindparam, case, delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from services.booking.domain import (
    BookingState,
    Classification,
    HoldKind,
    HoldState,
    PersonKind,
    Session,
    WaitingState,
)
from services.booking.models import (
    BookingRow,
    HoldRow,
    PersonRow,
    SessionRow,
    SessionTypeRow,
    WaitingRow,
)

# -- people -----------------------------------------------------------------------------------

_PERSON = select(PersonRow.__table__).where(PersonRow.person_id == bindparam("person_id"))
_PERSON_FOR_UPDATE = _PERSON.with_for_update()


def add_person(sql: Connection, values: dict[str, Any]) -> None:
    """Keep a new person."""
    sql.execute(insert(PersonRow), values)


def find_person(sql: Connection, person_id: UUID, *, lock: bool = False) -> Row[Any] | None:
    """Find a person, locked if they are about to change."""
    query = _PERSON_FOR_UPDATE if lock else _PERSON
    return sql.execute(query, {"person_id": person_id}).one_or_none()


def change_person(sql: Connection, person_id: UUID, changes: dict[str, Any]) -> None:
    """Set some of a person's columns."""
    sql.execute(update(PersonRow).where(PersonRow.person_id == person_id).values(**changes))


# -- sessions ---------------------------------------------------------------------------------

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
)
_SESSION = select(*_SESSION_COLUMNS).where(SessionRow.session_id == bindparam("session_id"))
# Not a full FOR UPDATE: only the columns outside the key are going to change.
_SESSION_FOR_UPDATE = _SESSION.with_for_update(key_share=True)
_SESSION_AND_PERSON = select(
    *_SESSION_COLUMNS,
    select(PersonRow.kind)
    .where(PersonRow.person_id == bindparam("person_id"))
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


# -- bookings ---------------------------------------------------------------------------------

_ADD_BOOKING = upsert(BookingRow).on_conflict_do_nothing().returning(BookingRow.booking_id)
_BOOKING = select(BookingRow.__table__).where(BookingRow.booking_id == bindparam("booking_id"))
_BOOKING_FOR_UPDATE = _BOOKING.with_for_update()
_END_BOOKING = (
    update(BookingRow)
    .where(BookingRow.booking_id == bindparam("id"))
    .values(
        state=BookingState.CANCELLED.value,
        cancelled_at=bindparam("at"),
        cancelled_by=bindparam("by"),
        spot_id=bindparam("freed"),
    )
)


def add_booking(
    sql: Connection, *, booking_id: UUID, session_id: UUID, person_id: UUID, at: datetime
) -> bool:
    """Give a person a place; False where they have one in this session already."""
    row = {
        "booking_id": booking_id,
        "session_id": session_id,
        "person_id": person_id,
        "state": BookingState.CONFIRMED.value,
        "booked_at": at,
    }
    return sql.execute(_ADD_BOOKING, row).first() is not None


def drop_booking(sql: Connection, booking_id: UUID) -> None:
    """Take back a booking made in this very transaction."""
    sql.execute(delete(BookingRow).where(BookingRow.booking_id == booking_id))


def find_booking(sql: Connection, booking_id: UUID, *, lock: bool = False) -> Row[Any] | None:
    """Find a booking, locked if it is about to end."""
    query = _BOOKING_FOR_UPDATE if lock else _BOOKING
    return sql.execute(query, {"booking_id": booking_id}).one_or_none()


def end_booking(
    sql: Connection, booking_id: UUID, *, at: datetime, by: str, spot_id: UUID | None
) -> None:
    """Cancel a booking."""
    sql.execute(_END_BOOKING, {"id": booking_id, "at": at, "by": by, "freed": spot_id})


# -- holds ------------------------------------------------------------------------------------

_ADD_HOLD = insert(HoldRow)
_HOLD_FOR_UPDATE = (
    select(HoldRow.__table__).where(HoldRow.hold_id == bindparam("hold_id")).with_for_update()
)
_END_HOLD = (
    update(HoldRow)
    .where(HoldRow.hold_id == bindparam("id"))
    .values(
        state=bindparam("how"),
        ended_at=bindparam("at"),
        entry_id=func.coalesce(bindparam("entry", type_=Uuid), HoldRow.entry_id),
    )
)
_LAPSED = (
    select(HoldRow.hold_id, HoldRow.session_id)
    .where(
        HoldRow.state == HoldState.OPEN.value,
        HoldRow.held_until <= bindparam("at"),
    )
    .order_by(HoldRow.session_id)
    .limit(bindparam("limit"))
)


@dataclass(frozen=True, slots=True)
class Hold:
    """A seat kept from others."""

    hold_id: UUID
    session_id: UUID
    kind: HoldKind
    state: HoldState
    person_id: UUID | None
    entry_id: UUID | None
    held_until: datetime | None


def add_holds(
    sql: Connection,
    hold_ids: Sequence[UUID],
    *,
    session_id: UUID,
    kind: HoldKind,
    at: datetime,
    until: datetime | None,
    person_id: UUID | None = None,
) -> None:
    """Keep seats that are counted as taken; `until` is when they lapse (None: never)."""
    rows = [
        {
            "hold_id": hold_id,
            "session_id": session_id,
            "kind": kind.value,
            "state": HoldState.OPEN.value,
            "person_id": person_id,
            "made_at": at,
            "held_until": until,
        }
        for hold_id in hold_ids
    ]
    sql.execute(_ADD_HOLD, rows if len(rows) > 1 else rows[0])


def hold_for_update(sql: Connection, hold_id: UUID) -> Hold | None:
    """Find a hold and keep it from ending otherwise until the commit."""
    row = sql.execute(_HOLD_FOR_UPDATE, {"hold_id": hold_id}).one_or_none()
    if row is None:
        return None
    kind, state = HoldKind(row.kind), HoldState(row.state)
    return Hold(
        row.hold_id, row.session_id, kind, state, row.person_id, row.entry_id, row.held_until
    )


def end_hold(
    sql: Connection, hold_id: UUID, how: HoldState, *, at: datetime, entry_id: UUID | None = None
) -> None:
    """End a hold in one of its ways."""
    sql.execute(_END_HOLD, {"id": hold_id, "how": how.value, "at": at, "entry": entry_id})


def lapsed_holds(sql: Connection, *, at: datetime, limit: int) -> list[tuple[UUID, UUID]]:
    """List open holds whose time is over, as (hold_id, session_id)."""
    rows = sql.execute(_LAPSED, {"at": at, "limit": limit})
    return [(row.hold_id, row.session_id) for row in rows]


# -- who waits, as far as booking has heard -------------------------------------------------------

_ADD_WAITING = upsert(WaitingRow)
_ADD_WAITING = _ADD_WAITING.on_conflict_do_update(
    index_elements=["entry_id"],
    # Facts come in any order: who is gone does not come back by an older word.
    set_={
        "state": case(
            (WaitingRow.state == WaitingState.GONE.value, WaitingRow.state),
            else_=_ADD_WAITING.excluded.state,
        )
    },
)


def note_waiting(
    sql: Connection,
    entry_id: UUID,
    state: WaitingState,
    *,
    session_id: UUID,
    person_id: UUID,
    at: datetime,
) -> None:
    """Note what has been heard of an entry."""
    row = {"entry_id": entry_id, "session_id": session_id, "person_id": person_id, "since": at}
    sql.execute(_ADD_WAITING, row | {"state": state.value})


def count_waiting(sql: Connection, session_id: UUID) -> int:
    """Count who waits or is about to."""
    query = select(func.count()).where(
        WaitingRow.session_id == session_id, WaitingRow.state != WaitingState.GONE.value
    )
    return sql.execute(query).scalar_one()


def find_waiting(sql: Connection, session_id: UUID, person_id: UUID) -> Row[Any] | None:
    """Find a person's own entry among those who wait for a session."""
    query = select(WaitingRow.__table__).where(
        WaitingRow.session_id == session_id,
        WaitingRow.person_id == person_id,
        WaitingRow.state != WaitingState.GONE.value,
    )
    return sql.execute(query).first()


# -- the roster -----------------------------------------------------------------------------------

_ROSTER = (
    select(
        BookingRow.booking_id,
        BookingRow.state,
        BookingRow.booked_at,
        BookingRow.cancelled_at,
        PersonRow.person_id,
        PersonRow.kind,
        PersonRow.name,
        PersonRow.email,
        PersonRow.phone,
    )
    .join(PersonRow, PersonRow.person_id == BookingRow.person_id)
    .where(BookingRow.session_id == bindparam("session_id"))
    .order_by(BookingRow.booked_at, BookingRow.booking_id)
)
_ROSTER_WAITING = (
    select(
        WaitingRow.entry_id,
        WaitingRow.since,
        PersonRow.person_id,
        PersonRow.kind,
        PersonRow.name,
        PersonRow.email,
        PersonRow.phone,
    )
    .join(PersonRow, PersonRow.person_id == WaitingRow.person_id)
    .where(
        WaitingRow.session_id == bindparam("session_id"),
        WaitingRow.state != WaitingState.GONE.value,
    )
    .order_by(WaitingRow.since, WaitingRow.entry_id)
    .limit(bindparam("limit"))
)
_OPEN_HOLDS = (
    select(HoldRow.kind, func.count().label("seats"))
    .where(HoldRow.session_id == bindparam("session_id"), HoldRow.state == HoldState.OPEN.value)
    .group_by(HoldRow.kind)
)


def roster(sql: Connection, session_id: UUID) -> Sequence[Row[Any]]:
    """List the bookings of a session, cancelled ones too, with their people."""
    return sql.execute(_ROSTER, {"session_id": session_id}).all()


def roster_waiting(sql: Connection, session_id: UUID, *, limit: int) -> Sequence[Row[Any]]:
    """List who waits for a session, with their people, longest first."""
    return sql.execute(_ROSTER_WAITING, {"session_id": session_id, "limit": limit}).all()


def open_holds(sql: Connection, session_id: UUID) -> dict[str, int]:
    """Count the seats held, by kind of hold."""
    rows = sql.execute(_OPEN_HOLDS, {"session_id": session_id})
    return {row.kind: row.seats for row in rows}
