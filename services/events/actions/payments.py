"""Money for registrations: what staff note of it, and the way to pay it online."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from services.events import store
from services.events.actions.checkouts import close_checkouts, open_checkout
from services.events.actions.registering import confirm, registration_for_update
from services.events.domain import RegistrationState
from shared.contracts import Values
from shared.contracts.errors import (
    InvalidRequest,
    NothingDue,
)
from shared.contracts.event_errors import (
    RegistrationCancelledAlready,
)
from shared.db import Tx
from shared.money import card_fault
from shared.payments.refunds import make_good


def record_payment(
    tx: Tx, registration_id: UUID, *, amount_minor: int, reference: str, note: str, at: datetime
) -> Values:
    """Note money that came in for a registration, at the desk or by transfer; give what is due.

    Whoever has not paid online yet is registered by it, and does not pay there any more.

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
    noted = note_money(tx, row, amount_minor, reference=reference, note=note, at=at)
    close_checkouts(tx, registration_id, at=at)
    if row.state == RegistrationState.AWAITING_PAYMENT:
        confirm(tx, event, registration_id, at=at)
    return noted


def record_refund(
    tx: Tx,
    registration_id: UUID,
    *,
    amount_minor: int,
    reference: str,
    note: str,
    at: datetime,
    instead_of: UUID | None = None,
) -> Values:
    """Note money that was given back, for a registration that stands or one that was cancelled.

    Refunds are never automatic. `amount_minor` is > 0, and no more than was paid; `instead_of` is
    a refund to its card that failed, and is made good by this.
    """
    _, row = registration_for_update(tx, registration_id)
    if instead_of is not None:
        make_good(store.CHECKOUTS, tx.sql, instead_of, registration_id=registration_id)
    left = row.paid_minor - store.refunds_due(tx.sql, registration_id)
    if amount_minor > left:
        msg = f"amount_minor: {left} were paid; it cannot be more."
        raise InvalidRequest(msg)
    return note_money(tx, row, -amount_minor, reference=reference, note=note, at=at)


def pay_registration(tx: Tx, registration_id: UUID, *, online: bool, at: datetime) -> Values:
    """Let a registration's person pay on Stripe's page what is due.

    Asked again, the page is the same one as long as it is good.

    Raises:
        RegistrationCancelledAlready: as it says.
        NothingDue: nothing is, or it can only be paid at the desk: cards are not taken, its pass
            is not paid for online, or cards are never charged so little.

    Source: D11, D13.
    """
    event, row = registration_for_update(tx, registration_id)
    if row.state == RegistrationState.CANCELLED:
        raise RegistrationCancelledAlready(event.name)
    if row.price_minor <= row.paid_minor:
        msg = f"{registration_id}: nothing is due"
        raise NothingDue(msg)
    held = store.find_pass(tx.sql, row.pass_id) if row.pass_id else None
    fault = card_fault(row.price_minor - row.paid_minor, row.currency)
    if fault or not (online and held is not None and held.online):
        why = f"; due_minor: {fault}" if fault else ""
        msg = f"{registration_id}: it can only be paid at the desk{why}"
        raise NothingDue(msg)
    return open_checkout(tx, event, row, at=at)


def note_money(
    tx: Tx,
    row: Any,
    amount_minor: int,
    *,
    at: datetime,
    payment_id: UUID | None = None,
    method: str = "offline",
    reference: str | None = "",
    note: str = "",
) -> Values:
    """Note money that came for a locked registration, or went back (below 0); give what is due."""
    registration_id = row.registration_id
    values = {
        "payment_id": payment_id or uuid4(),
        "registration_id": registration_id,
        "amount_minor": amount_minor,
        "currency": row.currency,
        "method": method,
        "reference": reference,
        "note": note,
        "paid_at": at,
    }
    store.add_payment(tx.sql, values)
    paid = store.paid_for(tx.sql, registration_id)
    store.change_registration(tx.sql, registration_id, {"paid_minor": paid})
    return {**values, "paid_minor": paid, "due_minor": max(0, row.price_minor - paid)}
