"""The tables of letters on their way."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from services.events.models.tables import Base


class LetterRow(Base):
    """A letter that goes to many; dropped once it has been said for everybody."""

    __tablename__ = "letters"

    batch_id: Mapped[UUID] = mapped_column(primary_key=True)
    event_id: Mapped[UUID]
    target_id: Mapped[UUID | None]
    channel: Mapped[str] = mapped_column(String(8))
    subject: Mapped[str]
    text: Mapped[str] = mapped_column(Text)
    about_name: Mapped[str] = mapped_column(Text)
    marketing: Mapped[bool]
    batch_size: Mapped[int]
    correlation_id: Mapped[str]
    began_at: Mapped[datetime]
    requested_at: Mapped[datetime]


class RecipientRow(Base):
    """Somebody a letter has not been said for yet."""

    __tablename__ = "recipients"

    batch_id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(primary_key=True)
