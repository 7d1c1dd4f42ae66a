"""The tables of sessions and what they are made from."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from services.booking.models.tables import Base

_NONE = text("'[]'")
_NO = text("false")


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
    text: Mapped[str] = mapped_column(Text, server_default="")
    photos: Mapped[list[Any]] = mapped_column(JSON, server_default=_NONE)
    colour: Mapped[str] = mapped_column(String(7), server_default="")  # "#rrggbb"; empty: none
    break_minutes: Mapped[int] = mapped_column(server_default="0")
    credits: Mapped[int] = mapped_column(server_default="1")
    price_minor: Mapped[int | None]
    currency: Mapped[str] = mapped_column(String(3), server_default="")
    cancellation_minutes: Mapped[int | None]  # before the start; None: until it starts
    refund: Mapped[str] = mapped_column(String(20), server_default="never")
    first_reminder_days: Mapped[int | None] = mapped_column(server_default="7")  # None: off
    second_reminder_days: Mapped[int | None] = mapped_column(server_default="3")
    reminder_template: Mapped[str] = mapped_column(String(60), server_default="")  # "": the usual


class PackageRow(Base):
    """What a client may choose of a session type."""

    __tablename__ = "packages"

    package_id: Mapped[UUID] = mapped_column(primary_key=True)
    session_type_id: Mapped[UUID] = mapped_column(
        ForeignKey("session_types.session_type_id"), index=True
    )
    name: Mapped[str]
    description: Mapped[str] = mapped_column(Text)
    price_minor: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3))
    duration_minutes: Mapped[int | None]  # None: the type's
    offered: Mapped[bool]
    added_at: Mapped[datetime]


class Pattern:
    """What a group's spots, or a schedule's sessions, are made with."""

    session_type_id: Mapped[UUID] = mapped_column(ForeignKey("session_types.session_type_id"))
    name: Mapped[str]
    text: Mapped[str] = mapped_column(Text)
    photos: Mapped[list[Any]] = mapped_column(JSON)
    classification: Mapped[str] = mapped_column(String(20))
    time_zone: Mapped[str] = mapped_column(String(64))
    staff: Mapped[str]
    location: Mapped[str]
    capacity: Mapped[int]
    waiting_list_size: Mapped[int]
    waiting_list_closes_minutes: Mapped[int]
    credits: Mapped[int]
    price_minor: Mapped[int | None]
    currency: Mapped[str] = mapped_column(String(3))
    cancellation_minutes: Mapped[int | None]
    reminder_template: Mapped[str | None] = mapped_column(String(60))  # None: the type's
    created_at: Mapped[datetime]


class GroupRow(Pattern, Base):
    """A multi session: time slots to choose from, each of them a row of `sessions`."""

    __tablename__ = "session_groups"

    group_id: Mapped[UUID] = mapped_column(primary_key=True)


class ScheduleRow(Pattern, Base):
    """A session that recurs by a rule, made some weeks ahead."""

    __tablename__ = "schedules"

    schedule_id: Mapped[UUID] = mapped_column(primary_key=True)
    rule: Mapped[str] = mapped_column(String(500))  # RFC 5545
    first_start: Mapped[str] = mapped_column(String(16))  # on the zone's clock: 2031-03-06T10:00
    weeks_ahead: Mapped[int]
    last_on: Mapped[date | None]  # in the zone; None: as long as the rule says
    skipped: Mapped[list[Any]] = mapped_column(JSON)  # dates in the zone, ISO 8601
    made_through: Mapped[date | None]  # every session until this day, in the zone, is made
    extend_at: Mapped[datetime | None] = mapped_column(index=True)  # None: no more to be made


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
    arrangement: Mapped[str] = mapped_column(String(20), server_default="multi")
    credits: Mapped[int] = mapped_column(server_default="1")
    price_minor: Mapped[int | None]  # what a place costs now, a chosen package included
    currency: Mapped[str] = mapped_column(String(3), server_default="")
    cancellation_minutes: Mapped[int | None]
    reminder_template: Mapped[str | None] = mapped_column(String(60))  # None: the type's
    package_id: Mapped[UUID | None]
    package_chosen: Mapped[bool] = mapped_column(server_default=_NO)  # by a client: not for good
    group_id: Mapped[UUID | None]
    schedule_id: Mapped[UUID | None]
    occurrence: Mapped[str | None] = mapped_column(String(16))  # which one of its schedule
    placeholder: Mapped[bool] = mapped_column(server_default=_NO)  # no real date yet
    text: Mapped[str] = mapped_column(Text, server_default="")
    photos: Mapped[list[Any]] = mapped_column(JSON, server_default=_NONE)
    overruled: Mapped[str | None] = mapped_column(String(500))  # why more are booked than may be
    roll_call_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    cancel_reason: Mapped[str] = mapped_column(String(500), server_default="")
    emptied_at: Mapped[datetime | None]  # when the last booking of a cancelled one was cancelled


_UNMARKED = SessionRow.attended_at.is_(None)
Index("sessions_unmarked", SessionRow.starts_at, postgresql_where=_UNMARKED, sqlite_where=_UNMARKED)
_GROUPED = SessionRow.group_id.is_not(None)
Index(
    "sessions_of_group",
    SessionRow.group_id,
    SessionRow.starts_at,
    postgresql_where=_GROUPED,
    sqlite_where=_GROUPED,
)
_RECURRING = SessionRow.schedule_id.is_not(None)
Index(
    "sessions_of_schedule",
    SessionRow.schedule_id,
    SessionRow.occurrence,
    unique=True,
    postgresql_where=_RECURRING,
    sqlite_where=_RECURRING,
)
_TO_EMPTY = SessionRow.cancelled_at.is_not(None) & SessionRow.emptied_at.is_(None)
Index(
    "sessions_to_empty",
    SessionRow.cancelled_at,
    postgresql_where=_TO_EMPTY,
    sqlite_where=_TO_EMPTY,
)
