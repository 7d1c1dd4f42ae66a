"""The tables of settings, treats and what was paid."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from services.loyalty.models.tables import BIG, Base


class SettingsRow(Base):
    """The settings; one row, or none while nobody has saved any."""

    __tablename__ = "settings"
    __table_args__ = (CheckConstraint("settings_id = 1", name="settings_are_one"),)

    settings_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    points_per_referral: Mapped[int]
    send_sms: Mapped[bool]
    sms_texts: Mapped[dict[str, Any]]
    salon_name: Mapped[str]
    service_points_per_unit: Mapped[int]
    product_points_per_unit: Mapped[int]
    points_per_visit: Mapped[int]
    points_expire_days: Mapped[int | None]
    treat_points_per_unit: Mapped[int]


class OfferRow(Base):
    """A treat that can be had for points, and who may have it."""

    __tablename__ = "offers"

    treat: Mapped[str] = mapped_column(primary_key=True)
    price_minor: Mapped[int] = mapped_column(BIG)
    currency: Mapped[str] = mapped_column(String(3))
    points: Mapped[int]
    availability: Mapped[str] = mapped_column(String(20))
    offered_at: Mapped[datetime]


class TreatRow(Base):
    """A treat somebody has taken for points, with a booking."""

    __tablename__ = "treats"
    __table_args__ = (CheckConstraint("points > 0", name="treats_cost_something"),)

    treat_id: Mapped[UUID] = mapped_column(primary_key=True)
    booking_id: Mapped[UUID] = mapped_column(unique=True)
    person_id: Mapped[UUID] = mapped_column(index=True)
    treat: Mapped[str]
    points: Mapped[int]
    redeemed_at: Mapped[datetime]
    returned_at: Mapped[datetime | None]


class PurchaseRow(Base):
    """Something somebody has paid for, known by the caller's reference."""

    __tablename__ = "purchases"

    purchase_id: Mapped[UUID] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    person_id: Mapped[UUID] = mapped_column(index=True)
    kind: Mapped[str] = mapped_column(String(20))
    amount_minor: Mapped[int] = mapped_column(BIG)
    currency: Mapped[str] = mapped_column(String(3))
    points: Mapped[int] = mapped_column(BIG)
    recorded_at: Mapped[datetime]
    retracted_at: Mapped[datetime | None]  # it was given back, and earns nothing


class PaidBookingRow(Base):
    """What the payments of a booking have earned; `rate` None: it was never paid in full."""

    __tablename__ = "paid_bookings"

    booking_id: Mapped[UUID] = mapped_column(primary_key=True)
    rate: Mapped[int | None]
    points: Mapped[int] = mapped_column(BIG)
    earned_at: Mapped[datetime | None]


class MovementRow(Base):
    """Money for a booking that came (> 0), and what it left to pay, or was given back (< 0)."""

    __tablename__ = "movements"

    movement_id: Mapped[UUID] = mapped_column(primary_key=True)
    booking_id: Mapped[UUID] = mapped_column(index=True)
    amount_minor: Mapped[int] = mapped_column(BIG)
    balance_minor: Mapped[int] = mapped_column(BIG)
    moved_at: Mapped[datetime]
