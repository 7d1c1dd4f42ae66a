"""The tables of erased people."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from services.booking.models.tables import Base


class ErasureRow(Base):
    """A person who was erased, and what booking has done about it."""

    __tablename__ = "erasures"

    erasure_id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(unique=True)
    erased_at: Mapped[datetime]
    removed: Mapped[str] = mapped_column(Text)
    kept: Mapped[str] = mapped_column(Text)
    scrubbed_at: Mapped[datetime | None]  # when the journal and kept replies were gone through


_UNSCRUBBED = ErasureRow.scrubbed_at.is_(None)
Index(
    "erasures_unscrubbed",
    ErasureRow.erased_at,
    postgresql_where=_UNSCRUBBED,
    sqlite_where=_UNSCRUBBED,
)


class ErasureAnswerRow(Base):
    """What another service has said of an erasure."""

    __tablename__ = "erasure_answers"

    erasure_id: Mapped[UUID] = mapped_column(primary_key=True)
    service: Mapped[str] = mapped_column(String(20), primary_key=True)
    removed: Mapped[str] = mapped_column(Text)
    kept: Mapped[str] = mapped_column(Text)
    erased_at: Mapped[datetime]
