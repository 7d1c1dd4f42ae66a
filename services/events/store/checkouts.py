"""Queries about what is paid on Stripe's pages, and about what goes back to cards."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, bindparam, func, insert, select, tuple_, update

from services.events.domain import CheckoutState, RefundState, RegistrationState
from services.events.models import CheckoutRow, RefundRow, RegistrationRow

_CHECKOUT = select(CheckoutRow.__table__).where(CheckoutRow.payment_id == bindparam("payment_id"))
_CHECKOUT_FOR_UPDATE = _CHECKOUT.with_for_update()
_UNPAID = (
    select(CheckoutRow.__table__)
    .where(
        CheckoutRow.registration_id == bindparam("registration_id"),
        CheckoutRow.state.in_([CheckoutState.DUE.value, CheckoutState.OPENED.value]),
    )
    .order_by(CheckoutRow.made_at, CheckoutRow.payment_id)
    .with_for_update()
)
_REFUND = select(RefundRow.__table__).where(RefundRow.refund_id == bindparam("refund_id"))
_REFUND_FOR_UPDATE = _REFUND.with_for_update()
_LAPSED = (
    select(RegistrationRow.registration_id)
    .where(
        RegistrationRow.state == RegistrationState.AWAITING_PAYMENT.value,
        RegistrationRow.held_until <= bindparam("at"),
    )
    .order_by(RegistrationRow.held_until)
    .limit(100)
)


def add_checkout(sql: Connection, values: dict[str, Any]) -> None:
    """Keep a new checkout."""
    sql.execute(insert(CheckoutRow), values | {"state": CheckoutState.DUE.value})


def find_checkout(sql: Connection, payment_id: UUID, *, lock: bool = False) -> Row[Any] | None:
    """Find a checkout, locked if it is about to change."""
    query = _CHECKOUT_FOR_UPDATE if lock else _CHECKOUT
    return sql.execute(query, {"payment_id": payment_id}).one_or_none()


def find_checkout_of_intent(sql: Connection, intent_id: str) -> Row[Any] | None:
    """Find what was paid with an intent of Stripe's."""
    query = select(CheckoutRow.__table__).where(CheckoutRow.intent_id == intent_id)
    return sql.execute(query).one_or_none()


def change_checkout(sql: Connection, payment_id: UUID, **changes: Any) -> None:
    """Set some of a checkout's columns."""
    sql.execute(update(CheckoutRow).where(CheckoutRow.payment_id == payment_id).values(**changes))


def unpaid_checkouts(sql: Connection, registration_id: UUID) -> Sequence[Row[Any]]:
    """List the checkouts where a registration may still be paid, and lock them."""
    return sql.execute(_UNPAID, {"registration_id": registration_id}).all()


def lapsed_holds(sql: Connection, *, at: datetime) -> list[UUID]:
    """List the registrations that were to be paid by `at` (UTC), the first first; at most 100."""
    return list(sql.execute(_LAPSED, {"at": at}).scalars())


# -- refunds ----------------------------------------------------------------------------------


def add_refund(sql: Connection, values: dict[str, Any]) -> None:
    """Keep a new refund."""
    sql.execute(insert(RefundRow), values)


def find_refund(sql: Connection, refund_id: UUID, *, lock: bool = False) -> Row[Any] | None:
    """Find a refund, locked if it is about to change."""
    query = _REFUND_FOR_UPDATE if lock else _REFUND
    return sql.execute(query, {"refund_id": refund_id}).one_or_none()


def change_refund(sql: Connection, refund_id: UUID, **changes: Any) -> None:
    """Set some of a refund's columns."""
    sql.execute(update(RefundRow).where(RefundRow.refund_id == refund_id).values(**changes))


def refunds_of(sql: Connection, registration_id: UUID) -> Sequence[Row[Any]]:
    """List the refunds of a registration, the first first."""
    query = select(RefundRow.__table__).where(RefundRow.registration_id == registration_id)
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
    """Sum what of a payment has gone back or is to; minor units."""
    query = select(func.coalesce(func.sum(RefundRow.amount_minor), 0)).where(
        RefundRow.payment_id == payment_id, RefundRow.state != RefundState.FAILED.value
    )
    return int(sql.execute(query).scalar_one())


def refunds_due(sql: Connection, registration_id: UUID) -> int:
    """Sum what is to go back to cards for a registration and has not yet; minor units."""
    query = select(func.coalesce(func.sum(RefundRow.amount_minor), 0)).where(
        RefundRow.registration_id == registration_id, RefundRow.state == RefundState.DUE.value
    )
    return int(sql.execute(query).scalar_one())
