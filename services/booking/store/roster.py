"""Queries about who waits, as far as booking has heard, and of the bookings screen."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, bindparam, case, func, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert as upsert

from services.booking.domain import (
    BookingState,
    HoldKind,
    HoldState,
    Ledger,
    Price,
    WaitingState,
)
from services.booking.models import (
    BookingRow,
    HoldRow,
    PersonRow,
    RefundRow,
    WaitingRow,
)
from services.booking.store.history import deeds, roster_people, story_columns
from services.booking.store.payments import PAID_OF_ROW
from shared.payments.states import RefundState
from shared.writes import Writes

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
    writes: Writes,
    entry_id: UUID,
    state: WaitingState,
    *,
    session_id: UUID,
    person_id: UUID,
    at: datetime,
    quantity: int = 1,
) -> None:
    """Note what has been heard of an entry, and how many seats it is for."""
    row = {"entry_id": entry_id, "session_id": session_id, "person_id": person_id, "since": at}
    writes.add(_ADD_WAITING, row | {"state": state.value, "quantity": quantity})


_SEAT_GIVEN = upsert(WaitingRow)
_SEAT_GIVEN = _SEAT_GIVEN.on_conflict_do_update(
    index_elements=["entry_id"],
    set_={
        "state": case(
            (WaitingRow.quantity > 1, WaitingRow.state), else_=_SEAT_GIVEN.excluded.state
        ),
        "quantity": case((WaitingRow.quantity > 1, WaitingRow.quantity - 1), else_=1),
    },
)
_SEAT_BACK = (
    update(WaitingRow)
    .where(
        WaitingRow.entry_id == bindparam("of_entry"), WaitingRow.state != WaitingState.GONE.value
    )
    .values(quantity=WaitingRow.quantity + 1)
)


def note_seat_given(
    writes: Writes, entry_id: UUID, *, session_id: UUID, person_id: UUID, at: datetime
) -> None:
    """Note that an entry has one of the seats it is for; with its last one it is gone."""
    row = {"entry_id": entry_id, "session_id": session_id, "person_id": person_id, "since": at}
    writes.add(_SEAT_GIVEN, row | {"state": WaitingState.GONE.value, "quantity": 1})


def note_seat_back(writes: Writes, entry_id: UUID) -> None:
    """Note that an entry that still waits has given one of its seats back."""
    writes.add(_SEAT_BACK, {"of_entry": entry_id})


_DROP_WAITING = (
    update(WaitingRow)
    .where(
        WaitingRow.session_id == bindparam("in_session"),
        WaitingRow.state != WaitingState.GONE.value,
    )
    .values(state=WaitingState.GONE.value)
)


def nobody_waits(writes: Writes, session_id: UUID) -> None:
    """Note that nobody waits for a session any more."""
    writes.add(_DROP_WAITING, {"in_session": session_id})


def seats_wanted(sql: Connection, session_id: UUID) -> int:
    """Count the seats that those wait for who wait, or are about to."""
    query = select(func.coalesce(func.sum(WaitingRow.quantity), 0)).where(
        WaitingRow.session_id == session_id, WaitingRow.state != WaitingState.GONE.value
    )
    return int(sql.execute(query).scalar_one())


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


def find_entry(sql: Connection, session_id: UUID, entry_id: UUID) -> Row[Any] | None:
    """Find an entry of a session's list, whether it waits still or not."""
    query = select(WaitingRow.__table__).where(
        WaitingRow.entry_id == entry_id, WaitingRow.session_id == session_id
    )
    return sql.execute(query).one_or_none()


_DEEDS = deeds(roster_people(bindparam("session_id")))
_ROSTER = (
    select(
        BookingRow.booking_id,
        BookingRow.state,
        BookingRow.attendance,
        BookingRow.booked_at,
        BookingRow.cancelled_at,
        BookingRow.cancelled_by,
        *story_columns(_DEEDS),
        PersonRow.person_id,
        PersonRow.kind,
        PersonRow.name,
        PersonRow.email,
        PersonRow.phone,
    )
    .join(PersonRow, PersonRow.person_id == BookingRow.person_id)
    .outerjoin(_DEEDS, _DEEDS.c.person_id == PersonRow.person_id)
    .where(BookingRow.session_id == bindparam("session_id"))
    .order_by(BookingRow.booked_at, BookingRow.booking_id)
)


_ROSTER_WAITING = (
    select(
        WaitingRow.entry_id,
        WaitingRow.since,
        *story_columns(_DEEDS),
        PersonRow.person_id,
        PersonRow.kind,
        PersonRow.name,
        PersonRow.email,
        PersonRow.phone,
    )
    .join(PersonRow, PersonRow.person_id == WaitingRow.person_id)
    .outerjoin(_DEEDS, _DEEDS.c.person_id == PersonRow.person_id)
    .where(
        WaitingRow.session_id == bindparam("session_id"),
        WaitingRow.state != WaitingState.GONE.value,
    )
    .order_by(WaitingRow.since, WaitingRow.entry_id)
    .limit(bindparam("limit"))
)
_ROSTER_WAITING_AFTER = _ROSTER_WAITING.where(
    tuple_(WaitingRow.since, WaitingRow.entry_id)
    > tuple_(
        bindparam("last_since", type_=WaitingRow.since.type),
        bindparam("last_id", type_=WaitingRow.entry_id.type),
    )
)


_RESERVED = (
    select(
        HoldRow.hold_id,
        HoldRow.made_at.label("since"),
        HoldRow.held_until,
        *story_columns(_DEEDS),
        PersonRow.person_id,
        PersonRow.kind,
        PersonRow.name,
        PersonRow.email,
        PersonRow.phone,
    )
    .join(PersonRow, PersonRow.person_id == HoldRow.person_id)
    .outerjoin(_DEEDS, _DEEDS.c.person_id == PersonRow.person_id)
    .where(
        HoldRow.session_id == bindparam("session_id"),
        HoldRow.state == HoldState.OPEN.value,
        HoldRow.kind != HoldKind.WAITLIST.value,
    )
    .order_by(HoldRow.made_at, HoldRow.hold_id)
)


_OPEN_HOLDS = (
    select(HoldRow.kind, func.count().label("seats"))
    .where(HoldRow.session_id == bindparam("session_id"), HoldRow.state == HoldState.OPEN.value)
    .group_by(HoldRow.kind)
)


def roster(sql: Connection, session_id: UUID, *, since: datetime | None = None) -> Sequence[Any]:
    """List the bookings of a session, cancelled ones too, with their people and their stories.

    Bookings made from `since` on are recent in these; None: none are.
    """
    return sql.execute(_ROSTER, {"session_id": session_id, "since": since}).all()


def roster_reserved(
    sql: Connection, session_id: UUID, *, since: datetime | None = None
) -> Sequence[Any]:
    """List for whom places are reserved in a session, who have yet to confirm.

    Bookings made from `since` on are recent in their stories; None: none are.
    """
    return sql.execute(_RESERVED, {"session_id": session_id, "since": since}).all()


def roster_waiting(
    sql: Connection, session_id: UUID, *, since: datetime, after: Row[Any] | None, limit: int
) -> Sequence[Any]:
    """List who waits for a session, with their people and their stories, longest first.

    Bookings made from `since` on are recent in their stories; `after` is the entry the page before
    ended with, whether it waits still or not.
    """
    values: dict[str, Any] = {"session_id": session_id, "since": since, "limit": limit}
    if after is None:
        return sql.execute(_ROSTER_WAITING, values).all()
    values |= {"last_since": after.since, "last_id": after.entry_id}
    return sql.execute(_ROSTER_WAITING_AFTER, values).all()


def open_holds(sql: Connection, session_id: UUID) -> dict[str, int]:
    """Count the seats held, by kind of hold."""
    rows = sql.execute(_OPEN_HOLDS, {"session_id": session_id})
    return {row.kind: row.seats for row in rows}


_REFUNDED_OF_ROW = (
    select(func.coalesce(func.sum(RefundRow.amount_minor), 0))
    .where(
        RefundRow.booking_id == BookingRow.booking_id,
        RefundRow.state == RefundState.DONE.value,
        RefundRow.currency == BookingRow.currency,
    )
    .scalar_subquery()
)
_DUE_IN_SESSION = select(
    BookingRow.booking_id,
    BookingRow.price_minor,
    BookingRow.currency,
    PAID_OF_ROW.label("paid_minor"),
    _REFUNDED_OF_ROW.label("refunded_minor"),
).where(
    BookingRow.session_id == bindparam("session_id"),
    BookingRow.state == BookingState.CONFIRMED.value,
    BookingRow.price_minor > 0,
)


def balances(sql: Connection, session_id: UUID) -> dict[UUID, Price]:
    """Give what is due for each booking of a session that has a price; 0 where it is paid."""
    rows = sql.execute(_DUE_IN_SESSION, {"session_id": session_id})
    return {
        row.booking_id: Price(
            Ledger(row.price_minor, int(row.paid_minor), int(row.refunded_minor)).balance_minor,
            row.currency,
        )
        for row in rows
    }
