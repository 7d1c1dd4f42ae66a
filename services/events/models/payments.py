"""The tables of what Stripe is asked, and of what it has answered.

The money itself is in `payments`, however it came or went.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from services.events.models.tables import Base
from shared.payments.tables import CardJobColumns, CardNoticeColumns


class CheckoutRow(Base):
    """A page where a registration is to be paid or was, and all that Stripe is told of it."""

    __tablename__ = "checkouts"
    __table_args__ = (CheckConstraint("amount_minor > 0", name="checkout_of_something"),)

    payment_id: Mapped[UUID] = mapped_column(primary_key=True)  # of the payment it becomes
    registration_id: Mapped[UUID] = mapped_column(index=True)
    state: Mapped[str] = mapped_column(String(20))
    amount_minor: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3))
    made_at: Mapped[datetime]
    paid_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    # What Stripe is told has to be the same each time it is told.
    description: Mapped[str]
    expires_at: Mapped[datetime]
    success_url: Mapped[str] = mapped_column(Text)
    cancel_url: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(8))
    # What it answered.
    checkout_id: Mapped[str | None]
    checkout_url: Mapped[str | None] = mapped_column(Text)
    intent_id: Mapped[str | None] = mapped_column(index=True)
    error: Mapped[str | None] = mapped_column(String(500))


class RefundRow(Base):
    """An amount that goes back to the card it came from."""

    __tablename__ = "refunds"
    __table_args__ = (CheckConstraint("amount_minor > 0", name="refund_of_something"),)

    refund_id: Mapped[UUID] = mapped_column(primary_key=True)
    payment_id: Mapped[UUID] = mapped_column(index=True)
    registration_id: Mapped[UUID] = mapped_column(index=True)
    amount_minor: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3))
    reason: Mapped[str] = mapped_column(String(20))
    note: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(20))
    made_at: Mapped[datetime]
    refunded_at: Mapped[datetime | None]
    vendor_id: Mapped[str | None]
    error: Mapped[str | None] = mapped_column(String(500))


Index("refunds_by_state", RefundRow.state, RefundRow.made_at, RefundRow.refund_id)


class CardJobRow(CardJobColumns, Base):
    """Something Stripe is to be asked."""


class CardNoticeRow(CardNoticeColumns, Base):
    """A webhook that has been heard."""
