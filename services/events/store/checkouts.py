"""Queries about what is paid on Stripe's pages, and about what goes back to cards."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, bindparam, func, insert, select

from services.events.domain import RegistrationState
from services.events.models import CheckoutRow, RefundRow, RegistrationRow
from shared.payments.rows import PaymentRows
from shared.payments.states import PaymentState, RefundState

CHECKOUTS = PaymentRows(CheckoutRow.__table__, RefundRow.__table__)
find_checkout = CHECKOUTS.find_payment
change_checkout = CHECKOUTS.change_payment
find_refund = CHECKOUTS.find_refund
change_refund = CHECKOUTS.change_refund
refunds_begun = CHECKOUTS.refunds_begun
_UNPAID = (
    select(CheckoutRow.__table__)
    .where(
        CheckoutRow.registration_id == bindparam("registration_id"),
        CheckoutRow.state.in_([PaymentState.DUE.value, PaymentState.OPENED.value]),
    )
    .order_by(CheckoutRow.made_at, CheckoutRow.payment_id)
    .with_for_update()
)
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
    sql.execute(insert(CheckoutRow), values | {"state": PaymentState.DUE.value})


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


def refunds_of(sql: Connection, registration_id: UUID) -> Sequence[Row[Any]]:
    """List the refunds of a registration, the first first."""
    query = select(RefundRow.__table__).where(RefundRow.registration_id == registration_id)
    return sql.execute(query.order_by(RefundRow.made_at, RefundRow.refund_id)).all()


def refunds_due(sql: Connection, registration_id: UUID) -> int:
    """Sum what is to go back to cards for a registration and has not yet; minor units."""
    query = select(func.coalesce(func.sum(RefundRow.amount_minor), 0)).where(
        RefundRow.registration_id == registration_id, RefundRow.state == RefundState.DUE.value
    )
    return int(sql.execute(query).scalar_one())
