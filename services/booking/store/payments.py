"""Queries about payments and refunds."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, bindparam, func, insert, select

from services.booking.domain import (
    FREE,
    Ledger,
    PaymentMethod,
    Price,
    Refund,
    Session,
)
from services.booking.models import (
    BookingRow,
    PaymentRow,
    RefundRow,
    SessionRow,
    SessionTypeRow,
)
from shared.payments.rows import PaymentRows
from shared.payments.states import PaymentState, RefundState


def price_of(session: Session) -> Price:
    """Give what a place in a session costs now, a chosen package included."""
    return Price(session.price_minor, session.currency) if session.price_minor else FREE


def refund_rule(sql: Connection, session_id: UUID) -> Refund:
    """Give what a session's type says of the money of cancelled bookings."""
    query = (
        select(SessionTypeRow.refund)
        .join(SessionRow, SessionRow.session_type_id == SessionTypeRow.session_type_id)
        .where(SessionRow.session_id == session_id)
    )
    return Refund(sql.execute(query).scalar_one())


# -- payments -----------------------------------------------------------------------------------

PAYMENTS = PaymentRows(PaymentRow.__table__, RefundRow.__table__)
find_payment = PAYMENTS.find_payment
change_payment = PAYMENTS.change_payment
find_refund = PAYMENTS.find_refund
change_refund = PAYMENTS.change_refund
refunds_begun = PAYMENTS.refunds_begun
_PAYMENTS = (
    select(PaymentRow.__table__)
    .where(PaymentRow.booking_id == bindparam("booking_id"))
    .order_by(PaymentRow.made_at, PaymentRow.payment_id)
)
_UNPAID = _PAYMENTS.where(
    PaymentRow.method == PaymentMethod.CARD.value,
    PaymentRow.state.in_([PaymentState.DUE.value, PaymentState.OPENED.value]),
).with_for_update()
# Money in another currency pays nothing, whether it is back already or cannot go back.
_PAID = select(func.coalesce(func.sum(PaymentRow.amount_minor), 0)).where(
    PaymentRow.booking_id == bindparam("booking_id"),
    PaymentRow.state == PaymentState.PAID.value,
    PaymentRow.currency == bindparam("currency"),
)
PAID_OF_ROW = (
    select(func.coalesce(func.sum(PaymentRow.amount_minor), 0))
    .where(
        PaymentRow.booking_id == BookingRow.booking_id,
        PaymentRow.state == PaymentState.PAID.value,
        PaymentRow.currency == BookingRow.currency,
    )
    .scalar_subquery()
)
_GONE = select(func.coalesce(func.sum(RefundRow.amount_minor), 0)).where(
    RefundRow.booking_id == bindparam("booking_id"),
    RefundRow.state == bindparam("state"),
    RefundRow.currency == bindparam("currency"),
)


def add_payment(sql: Connection, values: dict[str, Any]) -> None:
    """Keep a new payment."""
    sql.execute(insert(PaymentRow), values)


def payments_of(sql: Connection, booking_id: UUID) -> Sequence[Row[Any]]:
    """List the payments of a booking, or of a hold that may become one, the first first."""
    return sql.execute(_PAYMENTS, {"booking_id": booking_id}).all()


def unpaid_checkouts(sql: Connection, booking_id: UUID) -> Sequence[Row[Any]]:
    """List the payments that somebody may still make on Stripe's page, and lock them."""
    return sql.execute(_UNPAID, {"booking_id": booking_id}).all()


def ledger(sql: Connection, booking_id: UUID, price: Price) -> Ledger:
    """Give what was paid for a booking and given back, in the currency of its price."""
    ids = {"booking_id": booking_id, "currency": price.currency}
    paid: int = sql.execute(_PAID, ids).scalar_one()
    refunded: int = sql.execute(_GONE, ids | {"state": RefundState.DONE.value}).scalar_one()
    return Ledger(price.minor, int(paid), int(refunded))


# -- refunds ------------------------------------------------------------------------------------


def add_refund(sql: Connection, values: dict[str, Any]) -> None:
    """Keep a new refund."""
    sql.execute(insert(RefundRow), values)


def refunds_of(sql: Connection, booking_id: UUID) -> Sequence[Row[Any]]:
    """List the refunds of a booking's payments, the first first."""
    query = select(RefundRow.__table__).where(RefundRow.booking_id == booking_id)
    return sql.execute(query.order_by(RefundRow.made_at, RefundRow.refund_id)).all()


def refunds_under_way(sql: Connection, booking_id: UUID, currency: str) -> int:
    """Add up what is about to be given back of a booking's payments in a currency."""
    ids = {"booking_id": booking_id, "currency": currency}
    return int(sql.execute(_GONE, ids | {"state": RefundState.DUE.value}).scalar_one())
