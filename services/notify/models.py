"""notify's tables."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Index, String, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from services.notify.domain import MessageState
from shared.columns import UtcDateTime


class Base(DeclarativeBase):
    """The tables of notify's database."""

    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy's
        datetime: UtcDateTime,
        str: String(200),
        dict[str, Any]: JSON,
    }


class ContactRow(Base):
    """How to reach a person, as booking last said it."""

    __tablename__ = "contacts"

    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    email: Mapped[str | None] = mapped_column(String(320))
    phone: Mapped[str | None] = mapped_column(String(20))
    language: Mapped[str] = mapped_column(String(8))
    sequence: Mapped[int]


class MessageRow(Base):
    """A message to one person; `dedupe` is unique, so nothing is written to them twice."""

    __tablename__ = "messages"

    message_id: Mapped[UUID] = mapped_column(primary_key=True)
    dedupe: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str] = mapped_column(String(40))
    person_id: Mapped[UUID] = mapped_column(index=True)
    address: Mapped[str | None] = mapped_column(String(320))
    name: Mapped[str]
    language: Mapped[str] = mapped_column(String(8))
    context: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(String(20))
    attempts: Mapped[int]
    due_at: Mapped[datetime | None]
    reply: Mapped[str | None] = mapped_column(Text)
    correlation_id: Mapped[str]
    caused_by: Mapped[UUID]
    began_at: Mapped[datetime]
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]


_UNSETTLED = MessageRow.state.in_(
    [MessageState.DUE.value, MessageState.CLAIMED.value, MessageState.SENDING.value]
)
Index("messages_due", MessageRow.due_at, postgresql_where=_UNSETTLED, sqlite_where=_UNSETTLED)
