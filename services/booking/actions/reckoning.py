"""Money that went back without our doing: in Stripe's own pages, through a bank, or not at all."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from services.booking import store
from services.booking.actions.money import note_refund
from services.booking.domain import RefundReason, RefundState
from services.booking.gateways import Gone
from shared import metrics
from shared.contracts import Values
from shared.db import Tx
from shared.payments.jobs import same_refund


def note_gone(tx: Tx, payment_id: UUID, gone: tuple[Gone, ...], *, at: datetime) -> None:
    """Have our books say of a payment's refunds what Stripe says; noted already, nothing changes.

    A refund that staff made at Stripe is noted as any other. What a holder claims back is under way
    until their bank has decided. A refund that did not arrive counts as not made: staff see that it
    failed, and may give the money back anew.
    """
    payment = store.find_payment(tx.sql, payment_id, lock=True)
    if payment is None:
        return
    refunds = store.refunds_of_payment(tx.sql, payment_id)
    for one in gone:
        refund = same_refund(one, refunds)
        refund_id = refund.refund_id if refund else _add(tx, payment, one, at=at)
        if one.state == "failed" and (refund is None or refund.state != RefundState.FAILED):
            error = "the bank has decided against it" if one.disputed else "it did not arrive"
            failed = {"state": RefundState.FAILED.value, "error": error, "refunded_at": None}
            store.change_refund(tx.sql, refund_id, **failed)
            if not one.disputed:
                metrics.REFUNDS_LOST.labels("booking").inc()
        elif one.state == "done":
            note_refund(tx, refund_id, vendor_id=one.vendor_id, at=at)


def _add(tx: Tx, payment: Any, one: Gone, *, at: datetime) -> UUID:
    """Note a refund that was not begun here."""
    reason = RefundReason.DISPUTED if one.disputed else RefundReason.ELSEWHERE
    refund: Values = {
        "refund_id": uuid4(),
        "payment_id": payment.payment_id,
        "booking_id": payment.booking_id,
        "amount_minor": one.amount_minor,
        "currency": payment.currency,
        "reason": reason.value,
        "state": RefundState.DUE.value,
        "made_at": at,
        "vendor_id": one.vendor_id,
    }
    store.add_refund(tx.sql, refund)
    found: UUID = refund["refund_id"]
    return found
