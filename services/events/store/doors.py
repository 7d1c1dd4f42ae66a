"""Queries about who came, and about money."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, case, delete, func, insert, or_, select
from sqlalchemy.dialects.postgresql import insert as upsert

from services.events.domain import PlaceState, RegistrationState
from services.events.models import CheckInRow, PaymentRow, PersonRow, PlaceRow, RegistrationRow

_CHECK_IN = upsert(CheckInRow).on_conflict_do_nothing().returning(CheckInRow.registration_id)


def find_check_in(sql: Connection, registration_id: UUID, target_id: UUID) -> datetime | None:
    """Give when somebody came through a door, if they have."""
    query = select(CheckInRow.checked_in_at).where(
        CheckInRow.registration_id == registration_id, CheckInRow.target_id == target_id
    )
    return sql.execute(query).scalar_one_or_none()


def check_in(
    sql: Connection, registration_id: UUID, target_id: UUID, *, at: datetime, minutes_late: int
) -> bool:
    """Note that somebody came; False where it was noted before."""
    row = {
        "registration_id": registration_id,
        "target_id": target_id,
        "checked_in_at": at,
        "minutes_late": minutes_late,
    }
    return sql.execute(_CHECK_IN, row).first() is not None


def undo_check_in(sql: Connection, registration_id: UUID, target_id: UUID) -> None:
    """Take back that somebody came."""
    query = delete(CheckInRow).where(
        CheckInRow.registration_id == registration_id, CheckInRow.target_id == target_id
    )
    sql.execute(query)


def expected_at(
    sql: Connection,
    event_id: UUID,
    door: UUID,
    *,
    place_in: UUID | None,
    passes: Collection[UUID] | None,
    limit: int,
    offset: int,
) -> tuple[Sequence[Any], int, int, int]:
    """List who is expected at a door, by name, and when they came; count them all.

    Args:
        sql: the connection.
        event_id: the event.
        door: the event's or session's id, at whose door they show their tickets.
        place_in: in what they must have a place; None: any registration will do.
        passes: which passes open the door, beside having none; None: whichever.
        limit: how many are listed, at most.
        offset: how many are left out before.

    Returns:
        The list, and how many are expected, have come, and have come late.
    """
    came = (CheckInRow.registration_id == RegistrationRow.registration_id) & (
        CheckInRow.target_id == door
    )
    wanted = [
        RegistrationRow.event_id == event_id,
        RegistrationRow.state == RegistrationState.CONFIRMED.value,
    ]
    if place_in is not None:
        held = select(PlaceRow.registration_id).where(
            PlaceRow.target_id == place_in, PlaceRow.state == PlaceState.LIVE.value
        )
        wanted.append(RegistrationRow.registration_id.in_(held))
    if passes is not None:
        holds = RegistrationRow.pass_id.in_(passes)
        wanted.append(or_(RegistrationRow.pass_id.is_(None), holds))
    counts = (
        select(
            func.count(),
            func.count(CheckInRow.checked_in_at),
            func.count(case((CheckInRow.minutes_late > 0, 1))),
        )
        .select_from(RegistrationRow)
        .outerjoin(CheckInRow, came)
        .where(*wanted)
    )
    query = (
        select(
            RegistrationRow.registration_id,
            RegistrationRow.person_id,
            RegistrationRow.ticket,
            RegistrationRow.pass_id,
            PersonRow.name,
            CheckInRow.checked_in_at,
            CheckInRow.minutes_late,
        )
        .outerjoin(PersonRow, PersonRow.person_id == RegistrationRow.person_id)
        .outerjoin(CheckInRow, came)
        .where(*wanted)
        .order_by(PersonRow.name, RegistrationRow.registration_id)
        .limit(limit)
        .offset(offset)
    )
    expected, have_come, late = sql.execute(counts).one()
    return sql.execute(query).all(), expected, have_come, late


# -- money ------------------------------------------------------------------------------------


def add_payment(sql: Connection, values: dict[str, Any]) -> None:
    """Note money that came in or went back."""
    sql.execute(insert(PaymentRow), values)


def list_payments(sql: Connection, registration_id: UUID) -> Sequence[Any]:
    """List the payments for a registration, the first first."""
    query = (
        select(PaymentRow.__table__)
        .where(PaymentRow.registration_id == registration_id)
        # What comes in and goes back in one instant came in first.
        .order_by(PaymentRow.paid_at, PaymentRow.amount_minor.desc(), PaymentRow.payment_id)
    )
    return sql.execute(query).all()


def paid_for(sql: Connection, registration_id: UUID) -> int:
    """Sum what was paid for a registration, less what went back; minor units."""
    query = select(func.coalesce(func.sum(PaymentRow.amount_minor), 0)).where(
        PaymentRow.registration_id == registration_id
    )
    return int(sql.execute(query).scalar_one())
