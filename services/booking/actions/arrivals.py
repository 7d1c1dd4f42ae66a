"""What money does when it arrives: it makes a booking, pays for one, or goes back."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID, uuid4

from services.booking import store
from services.booking.actions.cards import keep_card
from services.booking.actions.holds import end_and_free, end_reservation, take_reserved
from services.booking.actions.money import (
    ask_stripe,
    booking_ledger,
    close_checkouts,
    paid_by_card,
    priced,
    refund_payment,
    said_of,
)
from services.booking.actions.packages import recall_choice
from services.booking.actions.seats import occasion
from services.booking.domain import (
    BookingState,
    HoldState,
    PaymentMethod,
    PaymentPurpose,
    Price,
    RefundReason,
    Session,
    dearer,
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
from shared.payments.jobs import JobKind
from shared.payments.states import PaymentState


def take_payment(tx: Tx, payment_id: UUID, seen: Seen, *, at: datetime) -> None:
    """Take money that has arrived at Stripe; taken already, nothing changes.

    A held place becomes a booking. Where the hold has lapsed it still does if a seat is free;
    else the money goes back, as does what is paid twice or for what was cancelled. Whoever paid
    before the session started is in time, however late that is heard of.
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
        _take_other_currency(tx, payment, seen, at=at)
        return
    came = {"paid_at": at, "intent_id": seen.intent_id, "amount_minor": seen.amount_minor}
    store.change_payment(tx.sql, payment_id, state=PaymentState.PAID.value, error=None, **came)
    payment = store.find_payment(tx.sql, payment_id)
    if seen.card is not None and payment is not None and payment.save_card:
        keep_card(tx, payment.person_id, seen.card, at=at)
    if payment is not None and payment.purpose == PaymentPurpose.SPOT:
        _take_spot(tx, payment, hold, at=at)
    elif booking is not None:
        _pay(tx, payment, booking, at=at)
    else:
        _take_place(tx, payment, hold, paid_at=min(seen.paid_at or at, at), at=at)


def _take_other_currency(tx: Tx, payment: Any, seen: Seen, *, at: datetime) -> None:
    """Note money in a currency nobody asked for, which pays for nothing and goes back."""
    error = f"it was paid in {seen.currency} instead of {payment.currency}"
    came = {"intent_id": seen.intent_id, "amount_minor": seen.amount_minor, "paid_at": at}
    state: Values = {"state": PaymentState.PAID.value, "currency": seen.currency, "error": error}
    store.change_payment(tx.sql, payment.payment_id, **state, **came)
    _give_back(tx, payment, seen.amount_minor, RefundReason.OTHER_CURRENCY, at=at)
    if payment.purpose == PaymentPurpose.SPOT:
        _refuse(tx, payment, "not_paid", still_open=True, at=at)


def _is_there(tx: Tx, person_id: UUID) -> bool:
    person = store.find_person(tx.sql, person_id)
    return person is not None and person.erased_at is None


def _pay(tx: Tx, payment: Any, booking: Any, *, at: datetime) -> None:
    """Have money pay for a booking there is, and give back what is too much."""
    live = booking.state == BookingState.CONFIRMED
    too_much = RefundReason.PAID_TWICE if live else RefundReason.BOOKING_CANCELLED
    if payment.currency != booking.currency:  # it was booked anew, for nothing or another price
        reason = RefundReason.OTHER_CURRENCY if booking.price_minor else too_much
        _give_back(tx, payment, payment.amount_minor, reason, at=at)
        return
    tx.emit(PaymentReceived(**said_of(tx, payment, payment.amount_minor), paid_at=at))
    ledger = booking_ledger(tx.sql, booking)
    wanted = booking.price_minor if live else 0
    # What is on its way back counts as gone, or money that takes its place would go back, too.
    under_way = store.refunds_under_way(tx.sql, booking.booking_id, booking.currency)
    excess = ledger.paid_minor - ledger.refunded_minor - under_way - wanted
    if excess > 0:
        _give_back(tx, payment, min(payment.amount_minor, excess), too_much, at=at)
    if not live or not ledger.balance_minor:
        close_checkouts(tx, booking.booking_id, at=at)


def _take_place(
    tx: Tx, payment: Any, hold: store.Hold | None, *, paid_at: datetime, at: datetime
) -> None:
    """Turn the seat that was held, or one that is free, into a booking; else give back."""
    session = store.find_session(tx.sql, payment.session_id)
    ids: Values = {"session_id": payment.session_id, "person_id": payment.person_id}
    is_open = hold is not None and hold.state is HoldState.OPEN
    other = store.find_place(tx.sql, **ids)
    in_time = session is not None and _still_to_be_had(tx, payment, session, at=paid_at)
    if session is not None and other is None and in_time:
        if _book(tx, payment, session, hold, paid_at=paid_at, at=at):
            return
        other = store.find_place(tx.sql, **ids)  # booked in this very moment, if that was why
    if hold is not None and is_open:
        end_and_free(tx, hold, at=at)
    if other is not None:  # staff have booked them meanwhile: it is paid with this
        store.change_payment(tx.sql, payment.payment_id, booking_id=other)
        moved = store.find_payment(tx.sql, payment.payment_id)
        _pay(tx, moved, store.find_booking(tx.sql, other, lock=True), at=at)
    else:
        _give_back(tx, payment, payment.amount_minor, RefundReason.NO_SEAT_LEFT, at=at)


def _still_to_be_had(tx: Tx, payment: Any, session: Session, *, at: datetime) -> bool:
    over = session.cancelled or session.started(at)
    return not over and _is_there(tx, payment.person_id)


def _book(
    tx: Tx,
    payment: Any,
    session: Session,
    hold: store.Hold | None,
    *,
    paid_at: datetime,
    at: datetime,
) -> bool:
    """Make a paid booking of a hold that is open, or of a free seat; False where neither works."""
    ids: Values = {"session_id": payment.session_id, "person_id": payment.person_id}
    price = Price(payment.price_minor, payment.currency)
    if not store.add_booking(tx.sql, booking_id=payment.booking_id, **ids, price=price, at=at):
        return False
    kept = hold if hold is not None and hold.state is HoldState.OPEN else None
    # The seat comes after the booking, as wherever somebody books, so that no two wait crosswise.
    seated = kept is not None or take_reserved(tx, **ids, at=at)
    if not seated and not store.take_seat(tx.sql, payment.session_id, at=paid_at):
        store.drop_booking(tx.sql, payment.booking_id)
        return False
    if kept is not None:
        store.end_hold(tx.writes, kept.hold_id, HoldState.GRANTED, at=at)
    elif hold is not None:
        session = recall_choice(tx, session, hold.package_id)
    if session.package_id is not None:  # whoever has chosen a dearer one meanwhile owes the rest
        price = dearer(price, store.price_of(session))
        store.set_price(tx.sql, payment.booking_id, price)
    ledger = store.ledger(tx.sql, payment.booking_id, price)
    said = {**ids, **occasion(session), **priced(price, ledger)}
    confirmed = BookingConfirmed(booking_id=payment.booking_id, booked_at=at, sequence=1, **said)
    tx.emit(confirmed)
    tx.emit(PaymentReceived(**said_of(tx, payment, payment.amount_minor), paid_at=at))
    close_checkouts(tx, payment.booking_id, at=at)
    end_reservation(tx, **ids, at=at, used=kept.hold_id if kept else None)
    if session.started(at):  # whoever is marked when it starts was marked without them
        store.change_session(tx.sql, session.session_id, {"attended_at": None})
    return True


def _give_back(tx: Tx, payment: Any, amount: int, reason: RefundReason, *, at: datetime) -> None:
    refund_payment(tx, payment.payment_id, amount_minor=amount, note=None, reason=reason, at=at)


# -- spots that are paid for with a kept card -----------------------------------------------------


def charge_for_spot(
    tx: Tx, request: SpotRequested, session: Session, booking_id: UUID, *, at: datetime
) -> Literal["fit", "charging", "not_paid"]:
    """Have a spot paid for with the card its person has agreed to be charged.

    Returns:
        `fit` where nothing is to be paid, `charging` where the answer will come later and the
        spot stays held, `not_paid` where there is no card, it was refused, or is never charged so
        little.
    """
    price = store.price_of(session)
    if not price.minor:
        return "fit"
    for payment in store.payments_of(tx.sql, booking_id):
        if payment.purpose == PaymentPurpose.SPOT and payment.spot_id == request.spot_id:
            failed = payment.state == PaymentState.FAILED
            return "not_paid" if failed else "charging"
    card = store.find_card(tx.sql, request.person_id)
    if card is None or not paid_by_card(price.minor, price.currency, online=True):
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
    elif not _is_there(tx, payment.person_id):
        _refuse(tx, payment, "not_eligible", still_open=True, at=at)
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
    end_reservation(tx, **ids, at=at)
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


def refuse_unpaid(
    tx: Tx, payment_id: UUID, error: str | None, *, still_open: bool = True, at: datetime
) -> None:
    """Refuse a spot whose person's card was not charged; held still, it is asked for by another."""
    payment = store.find_payment(tx.sql, payment_id, lock=True)
    if payment is None or payment.state != PaymentState.DUE:
        return
    ended = {"state": PaymentState.FAILED.value, "ended_at": at, "error": error}
    store.change_payment(tx.sql, payment_id, **ended)
    why = "not_paid" if still_open else "spot_closed"
    _refuse(tx, payment, why, still_open=still_open, at=at)


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
