"""The tables of people, what booking has said of them, and who brought whom."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from services.loyalty.domain import ReferralState
from services.loyalty.models.tables import Base


class PersonRow(Base):
    """What loyalty knows of a person; one that was erased has no name, and never again.

    `said_referrer` is who booking last said brought them. A person `merged_into` another is the
    other one: only what nobody may change, like the ledger, still names this id.
    """

    __tablename__ = "people"

    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str | None]
    language: Mapped[str] = mapped_column(String(8))
    sequence: Mapped[int]
    referred_by: Mapped[UUID | None] = mapped_column(index=True)
    first_referred_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]
    said_referrer: Mapped[UUID | None]
    merged_into: Mapped[UUID | None] = mapped_column(index=True)


class BookingRow(Base):
    """That somebody has booked, and whether they still come."""

    __tablename__ = "bookings"

    booking_id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID]
    booked_at: Mapped[datetime]
    cancelled_at: Mapped[datetime | None]
    session_name: Mapped[str | None]


Index("bookings_of_person", BookingRow.person_id, BookingRow.booked_at)


class VisitRow(Base):
    """A visit, up to which news of it was heard, and what it earned."""

    __tablename__ = "visits"

    booking_id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID]
    sequence: Mapped[int]
    counts: Mapped[bool]
    points: Mapped[int]
    earned_at: Mapped[datetime | None]


class ReferralRow(Base):
    """That somebody was referred by somebody."""

    __tablename__ = "referrals"

    referral_id: Mapped[UUID] = mapped_column(primary_key=True)
    new_person_id: Mapped[UUID]
    referrer_id: Mapped[UUID] = mapped_column(index=True)
    points: Mapped[int]
    state: Mapped[str] = mapped_column(String(20))
    referred_at: Mapped[datetime]
    awarded_at: Mapped[datetime | None]
    corrected_at: Mapped[datetime | None]


_LIVE = ReferralRow.state.in_([ReferralState.ASKED.value, ReferralState.AWARDED.value])
Index(
    "referrals_one_live",
    ReferralRow.new_person_id,
    unique=True,
    postgresql_where=_LIVE,
    sqlite_where=_LIVE,
)


_ASKED = ReferralRow.state == ReferralState.ASKED.value
Index("referrals_asked", ReferralRow.referred_at, postgresql_where=_ASKED, sqlite_where=_ASKED)
