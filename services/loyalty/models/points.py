"""The tables of cards, accounts and the ledger."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.loyalty.domain import ONCE, CardState
from services.loyalty.models.tables import BIG, Base


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
    points: Mapped[int] = mapped_column(BIG)
    balance_before: Mapped[int] = mapped_column(BIG)
    balance_after: Mapped[int] = mapped_column(BIG)
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
    """Somebody's points; its row is locked while entries are added.

    Whoever has locked it sees in `merged_into` whether the points have gone to another account.
    """

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
    balance: Mapped[int] = mapped_column(BIG)
    opened_at: Mapped[datetime]
    oldest_at: Mapped[datetime | None]
    merged_into: Mapped[UUID | None]


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
