"""What every way money moves has in common: what is said of it, how Stripe comes to be asked."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from services.booking import store
from services.booking.domain import (
    BookingState,
    Ledger,
    PaymentMethod,
    Price,
    Refund,
    RefundReason,
)
from shared.config import settings
from shared.contracts import Values
from shared.contracts.booking import PaymentRefunded
from shared.contracts.errors import BookingNotFound, InvalidRequest, PaymentNotFound
from shared.db import Tx
from shared.money import card_fault
from shared.payments.jobs import JobKind
from shared.payments.refunds import make_good
from shared.payments.states import PaymentState, RefundState

ask_stripe = store.CARD_JOBS.ask


def look_at_payment(tx: Tx, payment_id: UUID, *, at: datetime) -> None:
    """Have Stripe asked now how a payment stands, whatever it has or has not told."""
    ask_stripe(tx, JobKind.LOOK, payment_id, due_at=at)


def check_price(price_minor: int | None, currency: str) -> None:
    """Refuse a price that cards could not be charged, where cards are taken.

    Raises:
        InvalidRequest: it has a thousandth of its currency, or is less than a card is charged.
    """
    fault = card_fault(price_minor or 0, currency)
    if fault and settings().stripe_key:
        msg = f"price_minor: {fault}"
        raise InvalidRequest(msg)


def paid_by_card(amount_minor: int | None, currency: str, *, online: bool) -> bool:
    """Say whether an amount can be paid by card; else it is paid at the studio.

    A price may be older than the studio's account at Stripe, and of any price a small rest may be
    left.

    Args:
        amount_minor: in minor units; None: nothing.
        currency: lower case.
        online: whether cards are taken.
    """
    return online and bool(amount_minor) and not card_fault(amount_minor or 0, currency)


def priced(price: Price, ledger: Ledger | None = None) -> Values:
    """Give what a confirmation says of money; without a ledger nothing has been paid."""
    balance = price.minor if ledger is None else ledger.balance_minor
    return {
        "price_minor": price.minor,
        "balance_minor": balance,
        "currency": price.currency,
    }


def booking_ledger(sql: Any, booking: Any) -> Ledger:
    """Give what is to be paid for a booking and what was; nothing more for a cancelled one."""
    live = booking.state == BookingState.CONFIRMED
    price = Price(booking.price_minor, booking.currency)
    ledger = store.ledger(sql, booking.booking_id, price)
    settled = min(ledger.price_minor, ledger.paid_minor - ledger.refunded_minor)
    return ledger if live else Ledger(settled, ledger.paid_minor, ledger.refunded_minor)


def said_of(tx: Tx, payment: Any, amount_minor: int) -> Values:
    """Give what a fact says of money that came or went for a booking."""
    booking = store.find_booking(tx.sql, payment.booking_id)
    session_id = booking.session_id if booking else payment.session_id  # it may have been moved
    session = store.find_session(tx.sql, session_id)
    paid_for = booking if booking and booking.currency == payment.currency else None
    price = paid_for.price_minor if paid_for else payment.price_minor
    balance = booking_ledger(tx.sql, paid_for).balance_minor if paid_for else 0
    return {
        "payment_id": payment.payment_id,
        "booking_id": payment.booking_id,
        "session_id": session_id,
        "person_id": payment.person_id,
        "session_name": session.name if session else payment.description,
        "method": payment.method,
        "amount_minor": amount_minor,
        "price_minor": price,
        "balance_minor": balance,
        "currency": payment.currency,
    }


def close_checkouts(tx: Tx, booking_id: UUID, *, at: datetime) -> None:
    """Have nobody pay for this any more; what Stripe shows already is expired there.

    Whether somebody paid in the last moment is known when Stripe has answered.
    """
    for payment in store.unpaid_checkouts(tx.sql, booking_id):
        close_checkout(tx, payment, at=at)


def close_checkout(tx: Tx, payment: Any, *, at: datetime) -> None:
    """Have nobody pay on this page any more."""
    if payment.state == PaymentState.OPENED:
        ask_stripe(tx, JobKind.EXPIRE, payment.payment_id, due_at=at)
    else:
        ended = {"state": PaymentState.EXPIRED.value, "ended_at": at}
        store.change_payment(tx.sql, payment.payment_id, **ended)


# -- giving back ----------------------------------------------------------------------------------


def refund_payment(
    tx: Tx,
    payment_id: UUID,
    *,
    amount_minor: int | None,
    note: str | None,
    at: datetime,
    reason: RefundReason = RefundReason.ASKED,
    instead_of: UUID | None = None,
    by_hand: bool = False,
) -> Values:
    """Give money back, all that is left of a payment where no amount is named.

    What came by card goes back to it through Stripe, and is said when Stripe has done it; of what
    came another way staff have handed it back themselves.

    Args:
        tx: the transaction.
        payment_id: the payment.
        amount_minor: in minor units of its currency; None: all that is left, or what the refund
            that failed was to give back.
        note: what staff write beside it.
        at: now, UTC.
        reason: why it is given back.
        instead_of: the refund of this payment that failed, and is made good by this one.
        by_hand: staff have handed it over another way than to its card.

    Raises:
        PaymentNotFound: there is none, or no money has come of it.
        InvalidRequest: there is less left of it, or `instead_of` is no refund of it that failed.
    """
    payment = store.find_payment(tx.sql, payment_id, lock=True)
    if payment is None or payment.state != PaymentState.PAID:
        msg = f"{payment_id}: no money has come of such a payment"
        raise PaymentNotFound(msg)
    left = payment.amount_minor - store.refunds_begun(tx.sql, payment_id)
    if instead_of is not None:
        failed = make_good(store.PAYMENTS, tx.sql, instead_of, payment_id=payment_id)
        amount_minor = amount_minor or failed.amount_minor
    amount = left if amount_minor is None else amount_minor
    if amount > left or amount <= 0:
        msg = f"amount_minor: {left} {payment.currency} of the payment are left to give back."
        raise InvalidRequest(msg)
    refund = add_refund(tx, payment, amount, reason, note=note, at=at)
    if by_hand or payment.method == PaymentMethod.OFFLINE:
        refund |= note_refund(tx, refund["refund_id"], vendor_id=None, at=at)
    else:
        ask_stripe(tx, JobKind.REPAY, refund["refund_id"], due_at=at)
    return refund | {"person_id": payment.person_id}


def add_refund(
    tx: Tx, payment: Any, amount_minor: int, reason: str, *, at: datetime, **more: Any
) -> Values:
    """Note that money is to go back of a payment; nobody is asked for it yet."""
    refund: Values = {
        "refund_id": uuid4(),
        "payment_id": payment.payment_id,
        "booking_id": payment.booking_id,
        "amount_minor": amount_minor,
        "currency": payment.currency,
        "reason": RefundReason(reason).value,
        "state": RefundState.DUE.value,
        "made_at": at,
        "refunded_at": None,
        **more,
    }
    store.add_refund(tx.sql, refund)
    return refund


def record_refund(tx: Tx, payment_id: UUID, **refund: Any) -> Values:
    """Note money that staff have handed over, where it cannot go back to the card it came from.

    It counts as given back at once, and Stripe is not asked. The rest is as of any refund.
    """
    return refund_payment(tx, payment_id, **refund, by_hand=True)


def note_refund(tx: Tx, refund_id: UUID, *, vendor_id: str | None, at: datetime) -> Values:
    """Note that money has been given back, and say so; noted already, nothing changes.

    Without an id of Stripe's it was handed over, however it had come.
    """
    refund = store.find_refund(tx.sql, refund_id, lock=True)
    done: Values = {"state": RefundState.DONE.value, "refunded_at": at}
    if refund is None or refund.state == RefundState.DONE:
        return {}
    store.change_refund(tx.sql, refund_id, **done, vendor_id=vendor_id)
    payment = store.find_payment(tx.sql, refund.payment_id)
    by_hand = {} if vendor_id else {"method": PaymentMethod.OFFLINE.value}
    tx.emit(
        PaymentRefunded(
            **said_of(tx, payment, refund.amount_minor) | by_hand,
            refund_id=refund_id,
            reason=refund.reason,
            refunded_at=at,
        )
    )
    return done


def refund_rest(tx: Tx, booking_id: UUID, reason: RefundReason, *, at: datetime) -> None:
    """Give back whatever is left of all payments by card for a booking.

    Cash goes back by hand, and is noted when staff have handed it over.
    """
    for payment in store.payments_of(tx.sql, booking_id):
        paid = payment.state == PaymentState.PAID and payment.method != PaymentMethod.OFFLINE
        if paid and payment.amount_minor > store.refunds_begun(tx.sql, payment.payment_id):
            more: Values = {"amount_minor": None, "note": None}
            refund_payment(tx, payment.payment_id, **more, reason=reason, at=at)


def end_payments(tx: Tx, booking: Any, reason: RefundReason, *, at: datetime) -> None:
    """Do with the money of a cancelled booking what its session's type says.

    Nobody pays for it any more. Money goes back by itself only where the type has
    `refund="automatic"`, where there never was a seat its person knew of, or where they had paid
    for two and keep one; else staff decide.
    """
    if not booking.price_minor:
        return
    close_checkouts(tx, booking.booking_id, at=at)
    always = reason in {RefundReason.NO_SEAT_LEFT, RefundReason.PAID_TWICE}
    if always or store.refund_rule(tx.sql, booking.session_id) is Refund.AUTOMATIC:
        refund_rest(tx, booking.booking_id, reason, at=at)


# -- looking --------------------------------------------------------------------------------------


def get_payments(sql: Any, booking_id: UUID) -> Values:
    """Give everything about the money of a booking, or of a held place that is being paid.

    Raises:
        BookingNotFound: there is neither a booking nor a payment for one.
    """
    booking = store.find_booking(sql, booking_id)
    payments = store.payments_of(sql, booking_id)
    if booking is None and not payments:
        raise BookingNotFound(str(booking_id))
    about: Any = booking or payments[-1]
    price = Price(about.price_minor, about.currency)
    ledger = booking_ledger(sql, booking) if booking else store.ledger(sql, booking_id, price)
    return {
        "booking_id": booking_id,
        "booked": booking is not None and booking.state == BookingState.CONFIRMED,
        "price_minor": price.minor,
        "paid_minor": ledger.paid_minor,
        "refunded_minor": ledger.refunded_minor,
        "balance_minor": ledger.balance_minor if booking else 0,
        "currency": price.currency,
        "payments": payments,
        "refunds": store.refunds_of(sql, booking_id),
        "reminders": store.reminders_of(sql, booking_id),
    }
