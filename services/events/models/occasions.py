"""The tables of events, sessions, speakers, venues and passes."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from services.events.models.tables import Base


class VenueRow(Base):
    """A building, a room in it, or a layout of a room."""

    __tablename__ = "venues"

    venue_id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("venues.venue_id"), index=True)
    name: Mapped[str]
    capacity: Mapped[int | None]


class EventRow(Base):
    """An event. Its row is locked by whoever changes it, and shared by whoever takes seats."""

    __tablename__ = "events"

    event_id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    description: Mapped[str] = mapped_column(Text)
    format: Mapped[str] = mapped_column(String(20))
    starts_at: Mapped[datetime] = mapped_column(index=True)
    ends_at: Mapped[datetime]
    time_zone: Mapped[str] = mapped_column(String(64))
    location: Mapped[str] = mapped_column(String(700))
    building_id: Mapped[UUID | None]
    room_id: Mapped[UUID | None]
    layout_id: Mapped[UUID | None]
    own_agenda: Mapped[bool]
    overlaps_allowed: Mapped[bool]
    auto_register: Mapped[bool | None]
    invitations: Mapped[int]
    answer_minutes: Mapped[int]
    published: Mapped[bool]
    created_at: Mapped[datetime]
    cancelled_at: Mapped[datetime | None]


class SessionRow(Base):
    """A part of an event."""

    __tablename__ = "sessions"

    session_id: Mapped[UUID] = mapped_column(primary_key=True)
    event_id: Mapped[UUID] = mapped_column(ForeignKey("events.event_id"))
    name: Mapped[str]
    description: Mapped[str] = mapped_column(Text)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    location: Mapped[str] = mapped_column(String(700))
    building_id: Mapped[UUID | None]
    room_id: Mapped[UUID | None]
    layout_id: Mapped[UUID | None]
    cancelled_at: Mapped[datetime | None]


Index("sessions_of_event", SessionRow.event_id, SessionRow.starts_at)


class SpeakerRow(Base):
    """Somebody who speaks."""

    __tablename__ = "speakers"

    speaker_id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    about: Mapped[str] = mapped_column(Text)


class SpeechRow(Base):
    """Who speaks in which session."""

    __tablename__ = "speeches"

    session_id: Mapped[UUID] = mapped_column(ForeignKey("sessions.session_id"), primary_key=True)
    speaker_id: Mapped[UUID] = mapped_column(
        ForeignKey("speakers.speaker_id"), primary_key=True, index=True
    )


class PassRow(Base):
    """A way into an event, at a price; `sold` counts the registrations that hold it."""

    __tablename__ = "passes"
    __table_args__ = (
        CheckConstraint("sold >= 0", name="sold_not_negative"),
        CheckConstraint("quantity IS NULL OR sold <= quantity", name="sold_within_quantity"),
    )

    pass_id: Mapped[UUID] = mapped_column(primary_key=True)
    event_id: Mapped[UUID] = mapped_column(ForeignKey("events.event_id"), index=True)
    name: Mapped[str]
    price_minor: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3))
    online: Mapped[bool]  # whether it is paid for online
    quantity: Mapped[int | None]
    sold: Mapped[int]
    position: Mapped[int]
    withdrawn_at: Mapped[datetime | None]


class PassSessionRow(Base):
    """Which sessions a pass opens; one without any opens them all."""

    __tablename__ = "pass_sessions"

    pass_id: Mapped[UUID] = mapped_column(ForeignKey("passes.pass_id"), primary_key=True)
    session_id: Mapped[UUID] = mapped_column(ForeignKey("sessions.session_id"), primary_key=True)
