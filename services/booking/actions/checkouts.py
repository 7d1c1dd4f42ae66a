"""How somebody comes to pay: by a link for a reserved place, by themselves, or for what is due."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from services.booking import store
from services.booking.actions.holds import ask_to_confirm, confirm_hold, open_hold
from services.booking.actions.money import (
    ask_stripe,
    booking_ledger,
    close_checkout,
    close_checkouts,
    paid_by_card,
    said_of,
)
from services.booking.actions.packages import settle_package
from services.booking.domain import (
    STILL_PAID,
    BookingState,
    Collection,
    PaymentMethod,
    PaymentPurpose,
    Price,
    Session,
    checkout_ends,
    on_the_wall,
)
from shared.config import settings
from shared.contracts import Values
from shared.contracts.booking import (
    CONFIRM_LINK,
    CONFIRM_PATH,
    MANAGE_LINK,
    MANAGE_PATH,
    PAY_LINK,
    PAY_PATH,
    PaymentReceived,
)
from shared.contracts.errors import (
    AlreadyBooked,
    BookingCancelledAlready,
    BookingNotFound,
    InvalidRequest,
    NothingDue,
)
from shared.db import Tx
from shared.links import sign_link
from shared.money import card_fault
from shared.payments.jobs import JobKind
from shared.payments.states import PaymentState

_ALMOST_OVER = timedelta(minutes=5)
_OF_A_PAGE = ("payment_id", "state", "checkout_url", "amount_minor", "currency", "error")
_CALLERS_TURN = timedelta(seconds=5)


def request_confirmation(tx: Tx, hold_id: UUID, collection: Collection, *, at: datetime) -> Values:
    """Have a reserved place's person asked to confirm it and, if it is to be, to pay.

    Source: B28, B29, B54, and the neighbouring pages' note 6 (how it is paid).
    """
    hold, _, session = open_hold(tx, hold_id, at=at)
    store.note_asked(tx.sql, hold_id, collection, at=at)
    return ask_to_confirm(tx, replace(hold, collection=collection), session, at=at)


def start_checkout(tx: Tx, hold_id: UUID, *, save_card: bool, online: bool, at: datetime) -> Values:
    """Let the person of a held place confirm it: at once, or by paying on Stripe's page.

    It is confirmed at once where nothing is to be paid, or not now: because staff have said so,
    because only offline payments are taken, or because cards are never charged so little. Asked
    again, the answer is the same: that it is confirmed, or the same page as long as it is good.

    Args:
        tx: the transaction.
        hold_id: the hold; the booking will have the same id.
        save_card: whether the person agrees that the card is kept and charged again.
        online: whether cards are taken.
        at: now.

    Returns:
        `status` is `booked` or `pay`; with `pay`, the `checkout_url` is there or soon will be.
    """
    try:
        hold, person_id, session = open_hold(tx, hold_id, at=at)
    except AlreadyBooked:
        if (confirmed := _confirmed_at_once(tx, hold_id)) is None:
            raise
        return confirmed
    session = settle_package(tx, session)
    price = store.price_of(session)
    by_card = paid_by_card(price.minor, price.currency, online=online)
    if not by_card or hold.collection is Collection.OFFLINE:
        return confirm_hold(tx, hold_id, at=at) | dict.fromkeys(_OF_A_PAGE)
    ids = {"booking_id": hold_id, "session_id": hold.session_id, "person_id": person_id}
    back = CONFIRM_PATH.format(token=_token(CONFIRM_LINK, hold_id, session, at))
    return _checkout(
        tx,
        ids | {"purpose": PaymentPurpose.PLACE.value},
        price,
        price.minor,
        session,
        back=back,
        ends=checkout_ends(hold.held_until, at=at),
        save_card=save_card,
        at=at,
    )


def _confirmed_at_once(tx: Tx, hold_id: UUID) -> Values | None:
    """Give again what whoever confirmed without paying was answered; None: they paid for it."""
    booking = store.find_booking(tx.sql, hold_id)
    if booking is None or booking.state == BookingState.CANCELLED:
        return None
    for payment in store.payments_of(tx.sql, hold_id):
        if payment.purpose == PaymentPurpose.PLACE and payment.state == PaymentState.PAID:
            return None
    return {"status": "booked", "booking_id": hold_id} | dict.fromkeys(_OF_A_PAGE)


def pay_balance(tx: Tx, booking_id: UUID, *, save_card: bool, online: bool, at: datetime) -> Values:
    """Let a booking's person pay on Stripe's page what is due.

    Raises:
        BookingNotFound, BookingCancelledAlready: as they say.
        NothingDue: nothing is, or it can only be paid at the studio.
    """
    booking, session = _booking(tx, booking_id)
    due = booking_ledger(tx.sql, booking).balance_minor
    if not paid_by_card(due, booking.currency, online=online):
        fault = f"balance_minor: {card_fault(due, booking.currency)}" if online else ""
        why = fault or "only offline payments are taken"
        msg = f"{booking_id}: {why if due else 'nothing is due'}"
        raise NothingDue(msg)
    ids = {key: getattr(booking, key) for key in ("booking_id", "session_id", "person_id")}
    return _checkout(
        tx,
        ids | {"purpose": PaymentPurpose.BALANCE.value},
        Price(booking.price_minor, booking.currency),
        due,
        session,
        back=PAY_PATH.format(token=_token(PAY_LINK, booking_id, session, at)),
        ends=checkout_ends(None, at=at),
        save_card=save_card,
        at=at,
    )


def record_payment(
    tx: Tx, booking_id: UUID, *, amount_minor: int, note: str | None, received_on: Any, at: datetime
) -> Values:
    """Note money that has come another way than by card.

    The day it was received is one of the session's zone; where it is not said, today.

    Source: the neighbouring pages' note 7.

    Raises:
        NothingDue: everything is paid.
        InvalidRequest: less is due, or it is said to have come on a day that has not been yet.
    """
    booking, session = _booking(tx, booking_id)
    due = booking_ledger(tx.sql, booking).balance_minor
    if not due:
        msg = f"{booking_id}: nothing is due"
        raise NothingDue(msg)
    if amount_minor > due:
        msg = f"amount_minor: {due} {booking.currency} are due, and no more is taken."
        raise InvalidRequest(msg)
    today = on_the_wall(at, session.time_zone).date()
    if received_on is not None and received_on > today:
        msg = "received_on: Must not be in the future."
        raise InvalidRequest(msg)
    payment_id = uuid4()
    values = _payment(
        payment_id,
        {key: getattr(booking, key) for key in ("booking_id", "session_id", "person_id")}
        | {"purpose": PaymentPurpose.BALANCE.value},
        Price(booking.price_minor, booking.currency),
        amount_minor,
        session,
        at=at,
    )
    noted = {"note": note, "received_on": received_on or today, "paid_at": at}
    paid = {"method": PaymentMethod.OFFLINE.value, "state": PaymentState.PAID.value}
    store.add_payment(tx.sql, {**values, **noted, **paid})
    payment = store.find_payment(tx.sql, payment_id)
    close_checkouts(tx, booking_id, at=at)  # what is asked for there is more than is still due
    tx.emit(PaymentReceived(**said_of(tx, payment, amount_minor), paid_at=at))
    return {} if payment is None else payment._asdict()


def _booking(tx: Tx, booking_id: UUID) -> tuple[Any, Session]:
    """Lock a live booking whose money is about to move, and find its session."""
    booking = store.find_booking(tx.sql, booking_id, lock=True)
    session = store.find_session(tx.sql, booking.session_id) if booking else None
    if booking is None or session is None:
        raise BookingNotFound(str(booking_id))
    if booking.state == BookingState.CANCELLED:
        raise BookingCancelledAlready(str(booking_id))
    return booking, session


def _checkout(
    tx: Tx,
    ids: dict[str, Any],
    price: Price,
    amount: int,
    session: Session,
    *,
    back: str,
    ends: datetime,
    save_card: bool,
    at: datetime,
) -> Values:
    """Give the page that is open for this already, or have one opened."""
    for payment in store.unpaid_checkouts(tx.sql, ids["booking_id"]):
        asked = (payment.amount_minor, payment.currency, payment.save_card)
        good = payment.expires_at > at + _ALMOST_OVER
        if good and asked == (amount, price.currency, save_card):
            return checkout_shown(payment)
        close_checkout(tx, payment, at=at)
    person = store.find_person(tx.sql, ids["person_id"])
    card = store.find_card(tx.sql, ids["person_id"])
    root, there = settings().public_url("booking"), ids["booking_id"]
    receipt = MANAGE_PATH.format(token=_token(MANAGE_LINK, there, session, at))
    payment_id = uuid4()
    values = _payment(payment_id, ids, price, amount, session, at=at)
    told = {
        "expires_at": ends,
        "success_url": root + receipt,
        "cancel_url": root + back,
        "email": person.email if person else None,
        "customer_id": card.customer_id if card else None,
        "save_card": save_card,
        "language": person.language if person else "en",
    }
    store.add_payment(tx.sql, {**values, **told})
    # Whoever wants the page asks for it right away; the timer comes where they could not.
    ask_stripe(tx, JobKind.OPEN, payment_id, due_at=at + _CALLERS_TURN)
    return checkout_shown(store.find_payment(tx.sql, payment_id))


def _payment(
    payment_id: UUID,
    ids: dict[str, Any],
    price: Price,
    amount: int,
    session: Session,
    *,
    at: datetime,
) -> Values:
    return {
        **ids,
        "payment_id": payment_id,
        "method": PaymentMethod.CARD.value,
        "state": PaymentState.DUE.value,
        "amount_minor": amount,
        "price_minor": price.minor,
        "currency": price.currency,
        "description": session.name,
        "made_at": at,
    }


def checkout_shown(payment: Any) -> Values:
    """Give what a caller is to know of a page where somebody pays."""
    return {
        "status": "paid" if payment.state == PaymentState.PAID else "pay",
        "booking_id": payment.booking_id,
        "payment_id": payment.payment_id,
        "state": payment.state,
        "checkout_url": payment.checkout_url,
        "amount_minor": payment.amount_minor,
        "currency": payment.currency,
        "error": payment.error,
    }


def _token(purpose: str, subject: UUID, session: Session, at: datetime) -> str:
    """Sign a way back that lasts beyond a session, which may be paid for when it is over."""
    return sign_link(purpose, subject, expires_at=max(session.ends_at, at) + STILL_PAID)
