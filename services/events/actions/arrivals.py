"""What money does when it arrives from Stripe, when it does not, and when it goes back."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from services.events import store
from services.events.actions.checkouts import ask_stripe, close_checkouts
from services.events.actions.choosing import known_person
from services.events.actions.payments import note_money
from services.events.actions.registering import (
    add_place,
    confirm,
    registration_for_update,
    release,
)
from services.events.domain import (
    HOLD_ENDED,
    Event,
    RefundReason,
    RegistrationState,
)
from services.events.gateways import Seen
from shared.contracts import Values
from shared.contracts.errors import InvalidRequest, PaymentNotFound, PersonNotFound
from shared.db import Tx
from shared.payments.jobs import JobKind
from shared.payments.refunds import make_good
from shared.payments.states import PaymentState, RefundState


def take_payment(tx: Tx, payment_id: UUID, seen: Seen, *, at: datetime) -> None:
    """Take money that has arrived at Stripe; taken already, nothing changes.

    A registration whose seats are kept is confirmed. Where the hold has ended it still is if a
    seat is free; else the money goes back, as does what is too much or for what was cancelled.

    Source: D13.
    """
    found = store.find_checkout(tx.sql, payment_id)
    if found is None:
        return
    event, row = registration_for_update(tx, found.registration_id)
    checkout = store.find_checkout(tx.sql, payment_id, lock=True)
    if checkout is None or checkout.state == PaymentState.PAID:
        return
    came: Values = {"paid_at": at, "intent_id": seen.intent_id, "amount_minor": seen.amount_minor}
    came |= {"currency": seen.currency, "state": PaymentState.PAID.value, "error": None}
    about: Values = {"payment_id": payment_id, "method": "card", "reference": seen.intent_id}
    if seen.currency != checkout.currency:  # it pays for nothing, and goes back
        came["error"] = f"it was paid in {seen.currency} instead of {checkout.currency}"
        store.change_checkout(tx.sql, payment_id, **came)
        note_money(tx, row, seen.amount_minor, **about, note=came["error"], at=at)
        _give_back(tx, payment_id, seen.amount_minor, RefundReason.OTHER_CURRENCY, at=at)
        return
    store.change_checkout(tx.sql, payment_id, **came)
    paid = note_money(tx, row, seen.amount_minor, **about, at=at)["paid_minor"]
    if row.state == RegistrationState.CANCELLED:
        lapsed = row.cancelled_by == HOLD_ENDED
        if not (lapsed and _seat_again(tx, event, row, at=at)):
            reason = RefundReason.NO_SEAT_LEFT if lapsed else RefundReason.REGISTRATION_CANCELLED
            _give_back(tx, payment_id, seen.amount_minor, reason, at=at)
            return
    if row.state != RegistrationState.CONFIRMED:
        confirm(tx, event, row.registration_id, at=at)
    excess = _excess(tx, row, paid, seen.amount_minor)
    if excess > 0:
        _give_back(tx, payment_id, excess, RefundReason.PAID_TWICE, at=at)
    if paid >= row.price_minor:
        close_checkouts(tx, row.registration_id, at=at)


def _excess(tx: Tx, row: Any, paid: int, came: int) -> int:
    """Say how much of what came is more than was due."""
    going = store.refunds_due(tx.sql, row.registration_id)
    return min(came, paid - going - int(row.price_minor))


def _seat_again(tx: Tx, event: Event, row: Any, *, at: datetime) -> bool:
    """Give a registration whose hold has ended its seat and its pass again, if both are left."""
    try:
        person_id = known_person(tx, row.person_id)
    except PersonNotFound:
        return False
    gone = event.cancelled_at is not None or event.own_agenda
    if gone or store.live_registration(tx.sql, event.event_id, person_id) is not None:
        return False
    store.targets_for_update(tx.sql, [event.event_id])
    if row.pass_id is not None and not store.sell_pass(tx.sql, row.pass_id):
        return False
    if not store.take_seat(tx.sql, event.event_id, at=at):
        if row.pass_id is not None:
            store.take_back_pass(tx.sql, row.pass_id)
        return False
    live: Values = {"state": RegistrationState.CONFIRMED.value, "sequence": row.sequence + 1}
    live |= {"cancelled_at": None, "cancelled_by": None}
    store.change_registration(tx.sql, row.registration_id, live)
    add_place(tx, row._asdict(), event.event_id, at=at)
    return True


def end_hold(tx: Tx, registration_id: UUID, *, at: datetime) -> None:
    """End a registration that was not paid for in time; its seats go to the list first."""
    _, row = registration_for_update(tx, registration_id)
    if row.state == RegistrationState.AWAITING_PAYMENT and row.held_until <= at:
        release(tx, row, by=HOLD_ENDED, at=at)


# -- giving back ------------------------------------------------------------------------------


def refund_payment(
    tx: Tx,
    payment_id: UUID,
    *,
    amount_minor: int | None,
    note: str,
    at: datetime,
    reason: RefundReason = RefundReason.ASKED,
    instead_of: UUID | None = None,
) -> Values:
    """Give money back to the card it came from, all that is left where no amount is named.

    It is noted as gone when Stripe has done it. `instead_of` is a refund of the payment that failed
    and is made good by this one, which is as large unless it says otherwise.

    Raises:
        PaymentNotFound: no money has come by such a payment through Stripe.
        InvalidRequest: there is less left of it, or `instead_of` is no refund of it that failed.
    """
    found = store.find_checkout(tx.sql, payment_id)
    if found is None or found.state != PaymentState.PAID:
        msg = f"{payment_id}: no money has come by card of such a payment"
        raise PaymentNotFound(msg)
    _, row = registration_for_update(tx, found.registration_id)
    left = min(
        found.amount_minor - store.refunds_begun(tx.sql, payment_id),
        row.paid_minor - store.refunds_due(tx.sql, row.registration_id),
    )
    if instead_of is not None:
        failed = make_good(store.CHECKOUTS, tx.sql, instead_of, payment_id=payment_id)
        amount_minor = amount_minor or failed.amount_minor
    amount = left if amount_minor is None else amount_minor
    if amount > left or amount <= 0:
        msg = f"amount_minor: {left} {found.currency} of the payment are left to give back."
        raise InvalidRequest(msg)
    refund = add_refund(tx, found, amount, reason, note=note, at=at)
    ask_stripe(tx, JobKind.REPAY, refund["refund_id"], due_at=at)
    return refund


def _give_back(
    tx: Tx, payment_id: UUID, amount: int, reason: RefundReason, *, at: datetime
) -> None:
    refund_payment(tx, payment_id, amount_minor=amount, note="", reason=reason, at=at)


def add_refund(
    tx: Tx, payment: Any, amount_minor: int, reason: str, *, at: datetime, **more: Any
) -> Values:
    """Note that money is to go back of a payment by card; nobody is asked for it yet."""
    refund: Values = {
        "refund_id": uuid4(),
        "payment_id": payment.payment_id,
        "registration_id": payment.registration_id,
        "amount_minor": amount_minor,
        "currency": payment.currency,
        "reason": RefundReason(reason).value,
        "note": "",
        "state": RefundState.DUE.value,
        "made_at": at,
        **more,
    }
    store.add_refund(tx.sql, refund)
    return refund


def note_refund(tx: Tx, refund_id: UUID, *, vendor_id: str, at: datetime) -> None:
    """Note that money is back on its card; noted already, nothing changes."""
    found = store.find_refund(tx.sql, refund_id)
    if found is None:
        return
    _, row = registration_for_update(tx, found.registration_id)
    refund = store.find_refund(tx.sql, refund_id, lock=True)
    if refund is None or refund.state == RefundState.DONE:
        return
    done = {"state": RefundState.DONE.value, "refunded_at": at, "vendor_id": vendor_id}
    store.change_refund(tx.sql, refund_id, **done, error=None)
    about: Values = {"payment_id": refund_id, "method": "card", "reference": vendor_id}
    note_money(tx, row, -refund.amount_minor, **about, note=refund.note, at=at)
