"""What money does when it arrives: it makes a booking, pays for one, or goes back."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID, uuid4

from services.booking import store
from services.booking.actions.holds import end_and_free
from services.booking.actions.money import (
    ask_stripe,
    booking_ledger,
    close_checkouts,
    priced,
    refund_payment,
    said_of,
)
from services.booking.actions.seats import occasion
from services.booking.domain import (
    BookingState,
    HoldState,
    JobKind,
    PaymentMethod,
    PaymentPurpose,
    PaymentState,
    Price,
    RefundReason,
    Session,
)
from services.booking.gateways import Seen
from shared.contracts import Values
from shared.contracts.booking import (
    BookingConfirmed,
    PaymentReceived,
    SpotGranted,
    SpotRefused,
)
from shared.contracts.waitlist import SpotRequested
from shared.db import Tx


class OtherCurrency(Exception):
    """Stripe says that it was paid in a currency nobody asked for."""


def take_payment(tx: Tx, payment_id: UUID, seen: Seen, *, at: datetime) -> None:
    """Take money that has arrived at Stripe; taken already, nothing changes.

    A held place becomes a booking. Where the hold has lapsed it still does if a seat is free;
    else the money goes back, as does what is paid twice or for what was cancelled.
    """
    payment = store.find_payment(tx.sql, payment_id)
    if payment is None:
        return
    # In the order in which everything else locks: hold, booking, payment.
    hold = store.hold_for_update(tx.sql, payment.spot_id or payment.booking_id)
    booking = store.find_booking(tx.sql, payment.booking_id, lock=True)
    payment = store.find_payment(tx.sql, payment_id, lock=True)
    if payment is None or payment.state == PaymentState.PAID:
        return
    if seen.currency != payment.currency:
        msg = f"{payment_id}: {seen.currency} instead of {payment.currency}"
        raise OtherCurrency(msg)
    came = {"paid_at": at, "intent_id": seen.intent_id, "amount_minor": seen.amount_minor}
    store.change_payment(tx.sql, payment_id, state=PaymentState.PAID.value, error=None, **came)
    payment = store.find_payment(tx.sql, payment_id)
    if seen.card is not None and payment is not None and payment.save_card:
        card = {"customer_id": seen.card.customer_id, "method_id": seen.card.method_id}
        card |= {"brand": seen.card.brand, "last4": seen.card.last4}
        store.keep_card(tx.sql, {"person_id": payment.person_id, "agreed_at": at, **card})
    if payment is not None and payment.purpose == PaymentPurpose.SPOT:
        _take_spot(tx, payment, hold, at=at)
    elif booking is not None:
        _pay(tx, payment, booking, at=at)
    else:
        _take_place(tx, payment, hold, at=at)


def _pay(tx: Tx, payment: Any, booking: Any, *, at: datetime) -> None:
    """Have money pay for a booking there is, and give back what is too much."""
    tx.emit(PaymentReceived(**said_of(tx, payment, payment.amount_minor), paid_at=at))
    ledger = booking_ledger(tx.sql, booking)
    live = booking.state == BookingState.CONFIRMED
    wanted = booking.price_minor if live else 0
    excess = min(payment.amount_minor, ledger.paid_minor - ledger.refunded_minor - wanted)
    if excess > 0:
        reason = RefundReason.PAID_TWICE if live else RefundReason.BOOKING_CANCELLED
        _give_back(tx, payment, excess, reason, at=at)
    if not live or not ledger.balance_minor:
        close_checkouts(tx, booking.booking_id, at=at)


def _take_place(tx: Tx, payment: Any, hold: store.Hold | None, *, at: datetime) -> None:
    """Turn the seat that was held, or one that is free, into a booking; else give back."""
    session = store.find_session(tx.sql, payment.session_id)
    is_open = hold is not None and hold.state is HoldState.OPEN
    other = store.find_place(tx.sql, payment.session_id, payment.person_id)
    gone = session is None or session.cancelled or session.started(at)
    if session is None or gone or other is not None:
        if hold is not None and is_open:
            end_and_free(tx, hold, at=at)
        if other is not None:  # staff have booked them meanwhile: it is paid with this
            store.change_payment(tx.sql, payment.payment_id, booking_id=other)
            moved = store.find_payment(tx.sql, payment.payment_id)
            _pay(tx, moved, store.find_booking(tx.sql, other, lock=True), at=at)
        else:
            _give_back(tx, payment, payment.amount_minor, RefundReason.NO_SEAT_LEFT, at=at)
        return
    if not is_open and not store.take_seat(tx.sql, payment.session_id, at=at):
        _give_back(tx, payment, payment.amount_minor, RefundReason.NO_SEAT_LEFT, at=at)
        return
    ids: Values = {"session_id": payment.session_id, "person_id": payment.person_id}
    price = Price(payment.price_minor, payment.currency)
    store.add_booking(tx.sql, booking_id=payment.booking_id, **ids, price=price, at=at)
    if hold is not None and is_open:
        store.end_hold(tx.writes, hold.hold_id, HoldState.GRANTED, at=at)
    ledger = store.ledger(tx.sql, payment.booking_id, price.minor)
    said = {**ids, **occasion(session), **priced(price, ledger)}
    confirmed = BookingConfirmed(booking_id=payment.booking_id, booked_at=at, sequence=1, **said)
    tx.emit(confirmed)
    tx.emit(PaymentReceived(**said_of(tx, payment, payment.amount_minor), paid_at=at))
    close_checkouts(tx, payment.booking_id, at=at)


def _give_back(tx: Tx, payment: Any, amount: int, reason: RefundReason, *, at: datetime) -> None:
    refund_payment(tx, payment.payment_id, amount_minor=amount, note=None, reason=reason, at=at)


# -- spots that are paid for with a kept card -----------------------------------------------------


def charge_for_spot(
    tx: Tx, request: SpotRequested, session: Session, booking_id: UUID, *, at: datetime
) -> Literal["fit", "charging", "not_paid"]:
    """Have a spot paid for with the card its person has agreed to be charged.

    Returns:
        `fit` where nothing is to be paid, `charging` where the answer will come later and the
        spot stays held, `not_paid` where there is no card or it was refused.
    """
    price = store.price_of(session)
    if not price.minor:
        return "fit"
    for payment in store.payments_of(tx.sql, booking_id):
        if payment.purpose == PaymentPurpose.SPOT and payment.spot_id == request.spot_id:
            failed = payment.state == PaymentState.FAILED
            return "not_paid" if failed else "charging"
    card = store.find_card(tx.sql, request.person_id)
    if card is None:
        return "not_paid"
    payment_id = uuid4()
    store.add_payment(
        tx.sql,
        {
            "payment_id": payment_id,
            "booking_id": booking_id,
            "session_id": request.target_id,
            "person_id": request.person_id,
            "purpose": PaymentPurpose.SPOT.value,
            "method": PaymentMethod.SAVED_CARD.value,
            "state": PaymentState.DUE.value,
            "amount_minor": price.minor,
            "price_minor": price.minor,
            "currency": price.currency,
            "description": session.name,
            "made_at": at,
            "spot_id": request.spot_id,
            "entry_id": request.entry_id,
            "seat": request.seat,
            "customer_id": card.customer_id,
            "method_id": card.method_id,
        },
    )
    ask_stripe(tx, JobKind.CHARGE, payment_id, due_at=at)
    return "charging"


def _take_spot(tx: Tx, payment: Any, spot: store.Hold | None, *, at: datetime) -> None:
    """Turn a spot that is paid for into a booking, if it is still to be had; else give back."""
    session = store.find_session(tx.sql, payment.session_id)
    closed = spot is None or spot.state is not HoldState.OPEN
    if spot is None or closed or session is None:
        _refuse(tx, payment, "spot_closed", still_open=False, at=at)
    elif session.cancelled or session.started(at):
        end_and_free(tx, spot, at=at)
        _refuse(tx, payment, "session_started", still_open=False, at=at)
    elif not _add(tx, payment, spot, session, at=at):
        _refuse(tx, payment, "already_booked", still_open=True, at=at)
    else:
        return
    _give_back(tx, payment, payment.amount_minor, RefundReason.NO_SEAT_LEFT, at=at)


def _add(tx: Tx, payment: Any, spot: store.Hold, session: Session, *, at: datetime) -> bool:
    ids: Values = {"session_id": payment.session_id, "person_id": payment.person_id}
    price, entry_id = Price(payment.price_minor, payment.currency), payment.entry_id
    booking: Values = {"booking_id": payment.booking_id, "price": price, "seat": payment.seat}
    if not store.add_booking(tx.sql, **booking, **ids, at=at):
        return False
    store.end_hold(tx.writes, spot.hold_id, HoldState.GRANTED, at=at, entry_id=entry_id)
    store.note_seat_given(tx.writes, entry_id, **ids, at=at)
    tx.emit(
        SpotGranted(
            spot_id=spot.hold_id,
            entry_id=entry_id,
            booking_id=payment.booking_id,
            granted_at=at,
            **ids,
            **occasion(session),
        )
    )
    tx.emit(PaymentReceived(**said_of(tx, payment, payment.amount_minor), paid_at=at))
    return True


def refuse_unpaid(tx: Tx, payment_id: UUID, error: str | None, *, at: datetime) -> None:
    """Refuse a spot whose person's card was not charged, so that it is asked for in another name.

    The spot stays held meanwhile.
    """
    payment = store.find_payment(tx.sql, payment_id, lock=True)
    if payment is None or payment.state != PaymentState.DUE:
        return
    ended = {"state": PaymentState.FAILED.value, "ended_at": at, "error": error}
    store.change_payment(tx.sql, payment_id, **ended)
    _refuse(tx, payment, "not_paid", still_open=True, at=at)


def _refuse(tx: Tx, payment: Any, reason: Any, *, still_open: bool, at: datetime) -> None:
    tx.emit(
        SpotRefused(
            spot_id=payment.spot_id,
            entry_id=payment.entry_id,
            session_id=payment.session_id,
            person_id=payment.person_id,
            reason=reason,
            still_open=still_open,
            refused_at=at,
        )
    )
