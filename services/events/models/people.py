"""The table of people, as booking tells of them."""

from uuid import UUID

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from services.events.models.tables import Base


class PersonRow(Base):
    """Who somebody is and how to reach them; `sequence` 0: booking has not said yet."""

    __tablename__ = "people"

    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    email: Mapped[str | None] = mapped_column(String(320))
    email_key: Mapped[str | None] = mapped_column(String(320), index=True)  # in small letters
    phone: Mapped[str | None] = mapped_column(String(20))
    language: Mapped[str] = mapped_column(String(8))
    sequence: Mapped[int]
    merged_into: Mapped[UUID | None]  # whose record this one's has become
    erased: Mapped[bool]
