"""Queries about payments and refunds."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, bindparam, func, insert, select, tuple_, update

from services.booking.domain import (
    FREE,
    Ledger,
    PaymentMethod,
    PaymentState,
    Price,
    Refund,
    RefundState,
    Session,
)
from services.booking.models import (
    BookingRow,
    PaymentRow,
    RefundRow,
    SessionRow,
    SessionTypeRow,
)


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

_PAYMENT = select(PaymentRow.__table__).where(PaymentRow.payment_id == bindparam("payment_id"))
_PAYMENT_FOR_UPDATE = _PAYMENT.with_for_update()
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


def find_payment(sql: Connection, payment_id: UUID, *, lock: bool = False) -> Row[Any] | None:
    """Find a payment, locked if it is about to change."""
    query = _PAYMENT_FOR_UPDATE if lock else _PAYMENT
    return sql.execute(query, {"payment_id": payment_id}).one_or_none()


def find_payment_of_intent(sql: Connection, intent_id: str) -> Row[Any] | None:
    """Find what was paid with an intent of Stripe's."""
    query = select(PaymentRow.__table__).where(PaymentRow.intent_id == intent_id)
    return sql.execute(query).one_or_none()


def change_payment(sql: Connection, payment_id: UUID, **changes: Any) -> None:
    """Set some of a payment's columns."""
    sql.execute(update(PaymentRow).where(PaymentRow.payment_id == payment_id).values(**changes))


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


def find_refund(sql: Connection, refund_id: UUID, *, lock: bool = False) -> Row[Any] | None:
    """Find a refund, locked if it is about to change."""
    query = select(RefundRow.__table__).where(RefundRow.refund_id == refund_id)
    return sql.execute(query.with_for_update() if lock else query).one_or_none()


def change_refund(sql: Connection, refund_id: UUID, **changes: Any) -> None:
    """Set some of a refund's columns."""
    sql.execute(update(RefundRow).where(RefundRow.refund_id == refund_id).values(**changes))


def refunds_of(sql: Connection, booking_id: UUID) -> Sequence[Row[Any]]:
    """List the refunds of a booking's payments, the first first."""
    query = select(RefundRow.__table__).where(RefundRow.booking_id == booking_id)
    return sql.execute(query.order_by(RefundRow.made_at, RefundRow.refund_id)).all()


def refunds_of_payment(sql: Connection, payment_id: UUID) -> Sequence[Row[Any]]:
    """List what was given back of a payment, or is about to be."""
    query = select(RefundRow.__table__).where(RefundRow.payment_id == payment_id)
    return sql.execute(query).all()


def list_refunds(
    sql: Connection, state: RefundState, *, after: Row[Any] | None, limit: int
) -> Sequence[Row[Any]]:
    """List the refunds of a state, the newest first; `after` ended the page before."""
    query = (
        select(RefundRow.__table__)
        .where(RefundRow.state == state.value)
        .order_by(RefundRow.made_at.desc(), RefundRow.refund_id.desc())
        .limit(limit)
    )
    if after is not None:
        place = tuple_(RefundRow.made_at, RefundRow.refund_id)
        query = query.where(place < tuple_(after.made_at, after.refund_id))
    return sql.execute(query).all()


def refunds_begun(sql: Connection, payment_id: UUID) -> int:
    """Add up what was given back of a payment or is about to be, in minor units."""
    query = select(func.coalesce(func.sum(RefundRow.amount_minor), 0)).where(
        RefundRow.payment_id == payment_id, RefundRow.state != RefundState.FAILED.value
    )
    return int(sql.execute(query).scalar_one())


def refunds_under_way(sql: Connection, booking_id: UUID, currency: str) -> int:
    """Add up what is about to be given back of a booking's payments in a currency."""
    ids = {"booking_id": booking_id, "currency": currency}
    return int(sql.execute(_GONE, ids | {"state": RefundState.DUE.value}).scalar_one())
