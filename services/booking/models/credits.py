"""The ledger of credits."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from services.booking.models.tables import Base


class CreditRow(Base):
    """An entry of the ledger; entries are added and never changed."""

    __tablename__ = "credit_entries"
    __table_args__ = (CheckConstraint("balance >= 0", name="credits_not_negative"),)

    position: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True
    )
    entry_id: Mapped[UUID] = mapped_column(unique=True)
    person_id: Mapped[UUID]
    kind: Mapped[str] = mapped_column(String(20))
    credits: Mapped[int]  # above zero: given; below: spent
    balance: Mapped[int]  # after this entry
    booking_id: Mapped[UUID | None]
    reason: Mapped[str]
    at: Mapped[datetime]


Index("credits_of_person", CreditRow.person_id, CreditRow.position)
