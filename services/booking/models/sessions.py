"""The tables of sessions and what they are made from."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from services.booking.models.tables import Base


class SessionTypeRow(Base):
    """A template for sessions."""

    __tablename__ = "session_types"

    session_type_id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    description: Mapped[str] = mapped_column(Text)
    arrangement: Mapped[str] = mapped_column(String(20))
    duration_minutes: Mapped[int]
    created_at: Mapped[datetime]
    attendance: Mapped[str] = mapped_column(String(20), server_default="automatic")


class SessionRow(Base):
    """A session and the count of its seats."""

    __tablename__ = "sessions"
    __table_args__ = (
        CheckConstraint("taken >= 0", name="taken_not_negative"),
        CheckConstraint("capacity >= 0", name="capacity_not_negative"),
        # Every booking updates the count: room on the page keeps the update off the indexes.
        {"postgresql_with": {"fillfactor": "70"}},
    )

    session_id: Mapped[UUID] = mapped_column(primary_key=True)
    session_type_id: Mapped[UUID] = mapped_column(ForeignKey("session_types.session_type_id"))
    name: Mapped[str]
    classification: Mapped[str] = mapped_column(String(20))
    starts_at: Mapped[datetime] = mapped_column(index=True)
    ends_at: Mapped[datetime]
    time_zone: Mapped[str] = mapped_column(String(64))
    staff: Mapped[str]
    location: Mapped[str]
    capacity: Mapped[int]
    taken: Mapped[int]
    waiting_list_size: Mapped[int]
    waiting_list_closes_at: Mapped[datetime]
    demand: Mapped[int]
    cleared: Mapped[int]
    sequence: Mapped[int]
    attendance: Mapped[str] = mapped_column(String(20), server_default="automatic")
    attended_at: Mapped[datetime | None]  # when everybody was marked as attended


_UNMARKED = SessionRow.attended_at.is_(None)
Index("sessions_unmarked", SessionRow.starts_at, postgresql_where=_UNMARKED, sqlite_where=_UNMARKED)
