"""Queries that make two people's records one person's."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, and_, exists, or_, select, true, update
from sqlalchemy.orm import aliased

from services.booking.domain import BookingState, HoldKind, HoldState
from services.booking.models import (
    BookingRow,
    ConsentRow,
    HoldRow,
    KeptCardRow,
    PaymentRow,
    PersonRow,
    WaitingRow,
)

_LIVE = BookingState.CONFIRMED.value
_OPEN = HoldState.OPEN.value


def booked_twice(sql: Connection, keep: UUID, merged: UUID) -> Sequence[tuple[UUID, UUID]]:
    """List the live bookings of the same seat of a session, as (that of `keep`, of `merged`)."""
    own = aliased(BookingRow)
    query = (
        select(own.booking_id, BookingRow.booking_id)
        .join(
            own,
            and_(
                own.session_id == BookingRow.session_id,
                own.person_id == keep,
                own.seat == BookingRow.seat,
                own.state == _LIVE,
            ),
        )
        .where(BookingRow.person_id == merged, BookingRow.state == _LIVE)
        .order_by(BookingRow.session_id)
    )
    return [(kept, other) for kept, other in sql.execute(query)]


def held_needlessly(sql: Connection, keep: UUID, merged: UUID) -> Sequence[UUID]:
    """List open holds that nobody needs where the two are one person.

    Of either where the other has a place, and of `merged` where a place is reserved for both. What
    is held while one of them pays becomes the place, which frees the reserved one, or lapses.
    """
    query = select(HoldRow.hold_id).where(
        HoldRow.state == _OPEN,
        or_(
            and_(HoldRow.person_id == merged, or_(_is_booked(keep), _is_reserved_too(keep))),
            and_(HoldRow.person_id == keep, _is_booked(merged)),
        ),
    )
    return sql.execute(query.order_by(HoldRow.session_id)).scalars().all()


def _is_booked(person_id: UUID) -> Any:
    return exists().where(
        BookingRow.session_id == HoldRow.session_id,
        BookingRow.person_id == person_id,
        BookingRow.state == _LIVE,
    )


def _is_reserved_too(person_id: UUID) -> Any:
    own = aliased(HoldRow)
    return and_(
        HoldRow.kind == HoldKind.STAFF.value,
        exists().where(
            own.session_id == HoldRow.session_id,
            own.person_id == person_id,
            own.kind == HoldKind.STAFF.value,
            own.state == _OPEN,
        ),
    )


def move_records(sql: Connection, keep: UUID, merged: UUID) -> dict[str, int]:
    """Make the bookings, open holds, waiting rows and consents of `merged` those of `keep`.

    Returns:
        How many of each moved.
    """
    moved = {}
    for name, table, which in (
        ("bookings", BookingRow, true()),
        ("holds", HoldRow, HoldRow.state == _OPEN),
        ("waiting", WaitingRow, true()),
        ("consents", ConsentRow, true()),
    ):
        where = update(table).where(table.person_id == merged, which)
        moved[name] = sql.execute(where.values(person_id=keep)).rowcount
    _move_money(sql, keep, merged)
    return moved


def _move_money(sql: Connection, keep: UUID, merged: UUID) -> None:
    """Make payments those of `keep`, and the card that is kept."""
    theirs = update(PaymentRow).where(PaymentRow.person_id == merged)
    sql.execute(theirs.values(person_id=keep))
    card = update(KeptCardRow).where(KeptCardRow.person_id == merged)
    sql.execute(card.values(person_id=keep))


def point_to(sql: Connection, keep: UUID, merged: UUID) -> None:
    """Have whoever was `merged`, or was brought by them, mean or name `keep`."""
    was = update(PersonRow).where(PersonRow.merged_into == merged)
    sql.execute(was.values(merged_into=keep))
    brought = update(PersonRow).where(PersonRow.referred_by == merged)
    sql.execute(brought.values(referred_by=keep))
    nobody_brings_themselves = update(PersonRow).where(
        PersonRow.person_id == keep, PersonRow.referred_by == keep
    )
    sql.execute(nobody_brings_themselves.values(referred_by=None))


def merged_ids(sql: Connection, person_id: UUID) -> list[UUID]:
    """List the ids that mean this person by now, without their own."""
    query = select(PersonRow.person_id).where(PersonRow.merged_into == person_id)
    return list(sql.execute(query.order_by(PersonRow.merged_at, PersonRow.person_id)).scalars())


def merged_into(sql: Connection, person_id: UUID) -> UUID | None:
    """Give who somebody is by now; None: they were not merged."""
    query = select(PersonRow.merged_into).where(PersonRow.person_id == person_id)
    return sql.execute(query).scalar_one_or_none()


def stragglers(sql: Connection, *, since: datetime, limit: int) -> Sequence[Any]:
    """List who was merged since then and has records of their own again, with who they are.

    A booking made in the very moment of the merge may still be under the old id, and so may what
    came of it: its money, a card, or the credits it gave back.
    """
    query = (
        select(PersonRow.person_id, PersonRow.merged_into)
        .where(
            PersonRow.merged_at >= since,
            or_(
                PersonRow.credits > 0,
                exists().where(BookingRow.person_id == PersonRow.person_id),
                exists().where(PaymentRow.person_id == PersonRow.person_id),
                exists().where(KeptCardRow.person_id == PersonRow.person_id),
                exists().where(HoldRow.person_id == PersonRow.person_id, HoldRow.state == _OPEN),
                exists().where(WaitingRow.person_id == PersonRow.person_id),
            ),
        )
        .order_by(PersonRow.person_id)
        .limit(limit)
    )
    return sql.execute(query).all()
