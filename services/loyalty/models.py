"""loyalty's tables.

The ledger is a chain the database itself keeps whole: each entry names the one before it together
with the balance that one left, and the account names the last. So an account's balance is the sum
of its entries, and no entry that others rest on can be changed or taken out. The foreign keys lock
rows of one account only, which its writers take one after the other anyway.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from services.loyalty.domain import ONCE, CardState, ReferralState
from shared.columns import UtcDateTime

_BIG = BigInteger().with_variant(Integer, "sqlite")


class Base(DeclarativeBase):
    """The tables of loyalty's database."""

    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy's
        datetime: UtcDateTime,
        str: String(200),
        dict[str, Any]: JSON,
    }


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


class PersonRow(Base):
    """What loyalty knows of a person; one that was erased has no name, and never again."""

    __tablename__ = "people"

    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str | None]
    language: Mapped[str] = mapped_column(String(8))
    sequence: Mapped[int]
    referred_by: Mapped[UUID | None] = mapped_column(index=True)
    first_referred_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]


class BookingRow(Base):
    """That somebody has booked, and whether they still come."""

    __tablename__ = "bookings"

    booking_id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID]
    booked_at: Mapped[datetime]
    cancelled_at: Mapped[datetime | None]


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


class CardRow(Base):
    """A TreatCard."""

    __tablename__ = "cards"

    number: Mapped[str] = mapped_column(String(20), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(index=True)
    state: Mapped[str] = mapped_column(String(20))
    issued_at: Mapped[datetime]
    lost_at: Mapped[datetime | None]


_ACTIVE = CardRow.state == CardState.ACTIVE.value
Index(
    "cards_one_active",
    CardRow.person_id,
    unique=True,
    postgresql_where=_ACTIVE,
    sqlite_where=_ACTIVE,
)


class LedgerRow(Base):
    """One entry of the ledger."""

    __tablename__ = "ledger"
    __table_args__ = (
        UniqueConstraint("person_id", "number", name="ledger_never_forks"),
        UniqueConstraint("person_id", "number", "balance_after", name="ledger_links"),
        ForeignKeyConstraint(
            ["person_id", "previous", "balance_before"],
            ["ledger.person_id", "ledger.number", "ledger.balance_after"],
            name="ledger_unbroken",
        ),
        CheckConstraint("balance_after = balance_before + points", name="ledger_adds_up"),
        CheckConstraint("points <> 0", name="ledger_says_something"),
        CheckConstraint(
            "(number = 1 AND previous IS NULL AND balance_before = 0)"
            " OR (number > 1 AND previous IS NOT NULL AND previous = number - 1)",
            name="ledger_without_gaps",
        ),
    )

    entry_id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID]
    number: Mapped[int]
    previous: Mapped[int | None]
    kind: Mapped[str] = mapped_column(String(20))
    points: Mapped[int] = mapped_column(_BIG)
    balance_before: Mapped[int] = mapped_column(_BIG)
    balance_after: Mapped[int] = mapped_column(_BIG)
    about: Mapped[UUID]
    posted_at: Mapped[datetime]
    earned_at: Mapped[datetime]


_ONCE = LedgerRow.kind.in_(sorted(kind.value for kind in ONCE))
Index(
    "ledger_once",
    LedgerRow.about,
    LedgerRow.kind,
    unique=True,
    postgresql_where=_ONCE,
    sqlite_where=_ONCE,
)


class AccountRow(Base):
    """Somebody's points; its row is locked while entries are added."""

    __tablename__ = "accounts"
    __table_args__ = (
        ForeignKeyConstraint(
            ["person_id", "last", "balance"],
            ["ledger.person_id", "ledger.number", "ledger.balance_after"],
            name="accounts_balance_of_last",
        ),
        CheckConstraint("last IS NOT NULL OR balance = 0", name="accounts_begin_at_nothing"),
        # Every entry updates the balance; the room keeps that off the index.
        {"postgresql_with": {"fillfactor": "70"}},
    )

    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    last: Mapped[int | None]
    balance: Mapped[int] = mapped_column(_BIG)
    opened_at: Mapped[datetime]
    oldest_at: Mapped[datetime | None]


_SOMETHING = AccountRow.balance > 0
Index(
    "accounts_by_age",
    AccountRow.oldest_at,
    postgresql_where=_SOMETHING,
    sqlite_where=_SOMETHING,
)


class NoteRow(Base):
    """What staff wrote beside an entry; apart from the ledger, so that it can be erased."""

    __tablename__ = "notes"

    entry_id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(index=True)
    text: Mapped[str]


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
    amount_minor: Mapped[int] = mapped_column(_BIG)
    currency: Mapped[str] = mapped_column(String(3))
    points: Mapped[int] = mapped_column(_BIG)
    recorded_at: Mapped[datetime]
