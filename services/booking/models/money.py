"""The tables of what is paid, given back and asked of Stripe."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Boolean, CheckConstraint, Date, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from services.booking.domain import ReminderKind
from services.booking.models.tables import Base
from shared.payments.tables import CardJobColumns, CardNoticeColumns


class PaymentRow(Base):
    """An amount that is to be paid or was, and all that Stripe is told of it."""

    __tablename__ = "payments"
    __table_args__ = (CheckConstraint("amount_minor > 0", name="payment_of_something"),)

    payment_id: Mapped[UUID] = mapped_column(primary_key=True)
    booking_id: Mapped[UUID] = mapped_column(index=True)  # which it pays, or will make
    session_id: Mapped[UUID]
    person_id: Mapped[UUID] = mapped_column(index=True)
    purpose: Mapped[str] = mapped_column(String(20))
    method: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(20))
    amount_minor: Mapped[int]
    price_minor: Mapped[int]  # of the whole booking
    currency: Mapped[str] = mapped_column(String(3))
    description: Mapped[str]
    made_at: Mapped[datetime]
    paid_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    # Of one that pays for a spot: what the waiting list is to be answered about.
    spot_id: Mapped[UUID | None]
    entry_id: Mapped[UUID | None]
    seat: Mapped[int] = mapped_column(server_default="1")
    # What Stripe is told has to be the same each time it is told.
    expires_at: Mapped[datetime | None]
    success_url: Mapped[str | None] = mapped_column(Text)
    cancel_url: Mapped[str | None] = mapped_column(Text)
    email: Mapped[str | None] = mapped_column(String(320))
    customer_id: Mapped[str | None]
    method_id: Mapped[str | None]
    save_card: Mapped[bool] = mapped_column(Boolean, server_default="0")
    language: Mapped[str] = mapped_column(String(8), server_default="en")
    # What it answered.
    checkout_id: Mapped[str | None]
    checkout_url: Mapped[str | None] = mapped_column(Text)
    intent_id: Mapped[str | None] = mapped_column(index=True)
    error: Mapped[str | None] = mapped_column(String(500))
    # What staff noted of money that came another way.
    note: Mapped[str | None] = mapped_column(String(500))
    received_on: Mapped[date | None] = mapped_column(Date)


class RefundRow(Base):
    """An amount that is given back of a payment."""

    __tablename__ = "refunds"
    __table_args__ = (CheckConstraint("amount_minor > 0", name="refund_of_something"),)

    refund_id: Mapped[UUID] = mapped_column(primary_key=True)
    payment_id: Mapped[UUID] = mapped_column(index=True)
    booking_id: Mapped[UUID] = mapped_column(index=True)
    amount_minor: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3))
    reason: Mapped[str] = mapped_column(String(20))
    note: Mapped[str | None] = mapped_column(String(500))
    state: Mapped[str] = mapped_column(String(20))
    made_at: Mapped[datetime]
    refunded_at: Mapped[datetime | None]
    vendor_id: Mapped[str | None]
    error: Mapped[str | None] = mapped_column(String(500))


Index("refunds_by_state", RefundRow.state, RefundRow.made_at, RefundRow.refund_id)


class CardJobRow(CardJobColumns, Base):
    """Something Stripe is to be asked."""


class KeptCardRow(Base):
    """A card its holder has agreed to be charged again; the number is Stripe's alone."""

    __tablename__ = "kept_cards"

    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    customer_id: Mapped[str]
    method_id: Mapped[str]
    brand: Mapped[str] = mapped_column(String(40))
    last4: Mapped[str] = mapped_column(String(4))
    agreed_at: Mapped[datetime]


class DroppedCardRow(Base):
    """A card that is kept no more, until Stripe has let go of it."""

    __tablename__ = "dropped_cards"

    card_id: Mapped[UUID] = mapped_column(primary_key=True)  # made of Stripe's own
    person_id: Mapped[UUID] = mapped_column(index=True)
    method_id: Mapped[str]
    dropped_at: Mapped[datetime]


class CardNoticeRow(CardNoticeColumns, Base):
    """A webhook that has been heard."""


class ReminderRow(Base):
    """A reminder of a payment that was asked for."""

    __tablename__ = "payment_reminders"

    booking_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    requested_at: Mapped[datetime]


class ReminderTemplateRow(Base):
    """A text of payment reminders with a name of the studio's, as notify last said it."""

    __tablename__ = "reminder_templates"

    template_id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    sequence: Mapped[int]
    removed: Mapped[bool]


_ONCE = ReminderRow.kind != ReminderKind.MANUAL.value
Index(
    "reminders_once",
    ReminderRow.booking_id,
    ReminderRow.kind,
    unique=True,
    postgresql_where=_ONCE,
    sqlite_where=_ONCE,
)
