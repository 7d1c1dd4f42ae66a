"""Queries about reminders of payments, and the names of their texts."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, func, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert

from services.booking.domain import BookingState, ReminderKind
from services.booking.models import (
    BookingRow,
    ReminderRow,
    ReminderTemplateRow,
    SessionRow,
    SessionTypeRow,
)
from services.booking.store.payments import PAID_OF_ROW


def reminders_of(sql: Connection, booking_id: UUID) -> Sequence[Row[Any]]:
    """List the reminders of a booking's payment, the first first."""
    query = select(ReminderRow.__table__).where(ReminderRow.booking_id == booking_id)
    return sql.execute(query.order_by(ReminderRow.number)).all()


def add_reminder(
    sql: Connection, booking_id: UUID, number: int, kind: ReminderKind, *, at: datetime
) -> None:
    """Keep that a reminder was asked for."""
    row = {"booking_id": booking_id, "number": number, "kind": kind.value, "requested_at": at}
    sql.execute(insert(ReminderRow), row)


def reminder_days(sql: Connection, kind: ReminderKind) -> list[int]:
    """List the different numbers of days before a session at which a reminder comes."""
    days = _days_before(kind)
    return list(sql.execute(select(days).where(days.is_not(None)).distinct()).scalars())


def _days_before(kind: ReminderKind) -> Any:
    first = kind is ReminderKind.FIRST
    return SessionTypeRow.first_reminder_days if first else SessionTypeRow.second_reminder_days


def bookings_to_remind(
    sql: Connection, kind: ReminderKind, days: int, *, at: datetime, until: datetime
) -> Sequence[Row[Any]]:
    """List bookings never paid in full, of sessions that start in a time, without this reminder.

    What was paid and given back is no matter for a reminder that comes by itself: it was given back
    for a reason.

    Args:
        sql: the transaction.
        kind: of the reminder.
        days: those of the types whose reminder comes so many days before.
        at: now (UTC); the sessions start later.
        until: when they start at the latest (UTC).

    Returns:
        `booking_id`, `booked_at`, and the session's `starts_at` and `time_zone`; the next session
        first.
    """
    had = (
        select(ReminderRow.booking_id)
        .where(ReminderRow.booking_id == BookingRow.booking_id, ReminderRow.kind == kind.value)
        .exists()
    )
    query = (
        select(BookingRow.booking_id, BookingRow.booked_at)
        .add_columns(SessionRow.starts_at, SessionRow.time_zone)
        .join(SessionRow, SessionRow.session_id == BookingRow.session_id)
        .join(SessionTypeRow, SessionTypeRow.session_type_id == SessionRow.session_type_id)
        .where(
            BookingRow.state == BookingState.CONFIRMED.value,
            BookingRow.price_minor > PAID_OF_ROW,
            SessionRow.starts_at > at,
            SessionRow.starts_at <= until,
            _days_before(kind) == days,
            ~had,
        )
        .order_by(SessionRow.starts_at, BookingRow.booking_id)
    )
    return sql.execute(query).all()


# -- templates ----------------------------------------------------------------------------------

_KEEP = upsert(ReminderTemplateRow)
_KEEP = _KEEP.on_conflict_do_update(
    index_elements=["template_id"],
    set_={name: getattr(_KEEP.excluded, name) for name in ("name", "sequence", "removed")},
    where=ReminderTemplateRow.sequence < _KEEP.excluded.sequence,
)


def keep_reminder_template(sql: Connection, values: dict[str, Any]) -> None:
    """Keep which text there is, if this is newer than what is known."""
    sql.execute(_KEEP, values)


def reminder_templates(sql: Connection) -> list[str]:
    """List the names of the texts there are beside the usual one."""
    query = select(ReminderTemplateRow.name).where(ReminderTemplateRow.removed.is_(False))
    return list(sql.execute(query.order_by(ReminderTemplateRow.name)).scalars())


def chosen_reminder_template(sql: Connection, session_id: UUID) -> str:
    """Give the name of the text a session's settings ask for, or its type's; empty: the usual."""
    query = (
        select(func.coalesce(SessionRow.reminder_template, SessionTypeRow.reminder_template))
        .join(SessionTypeRow, SessionTypeRow.session_type_id == SessionRow.session_type_id)
        .where(SessionRow.session_id == session_id)
    )
    return str(sql.execute(query).scalar_one())
