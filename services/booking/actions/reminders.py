"""Reminding people of what is due: by the clock, or because staff press the button."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from services.booking import store
from services.booking.actions.money import booking_ledger
from services.booking.actions.seats import occasion
from services.booking.domain import A_DAY_ANYWHERE, BookingState, ReminderKind, reminder_due
from shared.contracts import Values
from shared.contracts.booking import PaymentReminderRequested
from shared.contracts.errors import BookingNotFound, NothingDue
from shared.db import Tx


def send_reminder(tx: Tx, booking_id: UUID, *, at: datetime) -> Values:
    """Have a person reminded of what is due, now.

    Source: B46, B47, B48.

    Raises:
        NothingDue: everything is paid, or the booking is cancelled.
    """
    booking = store.find_booking(tx.sql, booking_id, lock=True)
    if booking is None:
        raise BookingNotFound(str(booking_id))
    due = booking_ledger(tx.sql, booking).balance_minor
    if not due or booking.state == BookingState.CANCELLED:
        msg = f"{booking_id}: nothing is due"
        raise NothingDue(msg)
    return _remind(tx, booking, [ReminderKind.MANUAL], due, at=at)


def remind_of_payments(tx: Tx, *, at: datetime, limit: int = 200) -> int:
    """Have those reminded whose time for it has come, each once; give how many were.

    Where both reminders' times have come, one is sent.

    Source: the neighbouring pages' note 3.
    """
    found: dict[UUID, list[ReminderKind]] = {}
    for kind in (ReminderKind.FIRST, ReminderKind.SECOND):
        for days in store.reminder_days(tx.sql, kind):
            until = at + timedelta(days=days) + A_DAY_ANYWHERE
            for row in store.bookings_to_remind(tx.sql, kind, days, at=at, until=until):
                when: Values = {"booked_at": row.booked_at, "at": at}
                if reminder_due(row.starts_at, row.time_zone, days, **when):
                    found.setdefault(row.booking_id, []).append(kind)
    sent = 0
    for booking_id, kinds in list(found.items())[:limit]:
        booking = store.find_booking(tx.sql, booking_id, lock=True)
        had = {row.kind for row in store.reminders_of(tx.sql, booking_id)}
        due = booking_ledger(tx.sql, booking).balance_minor
        if due and not had.intersection(kinds):  # nobody else was faster
            _remind(tx, booking, kinds, due, at=at)
            sent += 1
    return sent


def _remind(tx: Tx, booking: Any, kinds: list[ReminderKind], due: int, *, at: datetime) -> Values:
    number = len(store.reminders_of(tx.sql, booking.booking_id))
    for kind in kinds:
        number += 1
        store.add_reminder(tx.sql, booking.booking_id, number, kind, at=at)
    session = store.find_session(tx.sql, booking.session_id)
    said: Values = {
        "booking_id": booking.booking_id,
        "session_id": booking.session_id,
        "person_id": booking.person_id,
        "due_minor": due,
        "currency": booking.currency,
        "number": number,
        "manual": ReminderKind.MANUAL in kinds,
        "requested_at": at,
        "template": store.chosen_reminder_template(tx.sql, booking.session_id),
    }
    if session is not None:
        tx.emit(PaymentReminderRequested(**said, **occasion(session)))
    return said
