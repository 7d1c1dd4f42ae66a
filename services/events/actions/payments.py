"""Money for registrations: what staff note of it."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from services.events import store
from services.events.actions.registering import registration_for_update
from services.events.domain import RegistrationState
from shared.contracts import Values
from shared.contracts.errors import (
    InvalidRequest,
)
from shared.contracts.event_errors import (
    RegistrationCancelledAlready,
)
from shared.db import Tx


def record_payment(
    tx: Tx, registration_id: UUID, *, amount_minor: int, reference: str, note: str, at: datetime
) -> Values:
    """Note money that came in for a registration, at the desk or by transfer; give what is due.

    Args:
        tx: the transaction.
        registration_id: what it is for.
        amount_minor: in minor units of the registration's currency; > 0, and no more than is due.
        reference: what the payment is known by elsewhere; may be empty.
        note: what staff write beside it; may be empty.
        at: now (UTC).
    """
    event, row = registration_for_update(tx, registration_id)
    if row.state == RegistrationState.CANCELLED:
        raise RegistrationCancelledAlready(event.name)
    due = row.price_minor - row.paid_minor
    if amount_minor > due:
        msg = f"amount_minor: {due} are due; it cannot be more."
        raise InvalidRequest(msg)
    return _note(tx, row, amount_minor, reference, note, at=at)


def record_refund(
    tx: Tx, registration_id: UUID, *, amount_minor: int, reference: str, note: str, at: datetime
) -> Values:
    """Note money that was given back, for a registration that stands or one that was cancelled.

    Refunds are never automatic. `amount_minor` is > 0, and no more than was paid.
    """
    _, row = registration_for_update(tx, registration_id)
    if amount_minor > row.paid_minor:
        msg = f"amount_minor: {row.paid_minor} were paid; it cannot be more."
        raise InvalidRequest(msg)
    return _note(tx, row, -amount_minor, reference, note, at=at)


def _note(
    tx: Tx,
    row: Any,
    amount_minor: int,
    reference: str,
    note: str,
    *,
    at: datetime,
) -> Values:
    registration_id = row.registration_id
    values = {
        "payment_id": uuid4(),
        "registration_id": registration_id,
        "amount_minor": amount_minor,
        "currency": row.currency,
        "method": "offline",
        "reference": reference,
        "note": note,
        "paid_at": at,
    }
    store.add_payment(tx.sql, values)
    paid = store.paid_for(tx.sql, registration_id)
    store.change_registration(tx.sql, registration_id, {"paid_minor": paid})
    return {**values, "paid_minor": paid, "due_minor": max(0, row.price_minor - paid)}
