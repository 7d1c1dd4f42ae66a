"""notify's tables."""

from datetime import datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, BigInteger, Index, String, Text, UniqueConstraint, and_
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from services.notify.domain import Lane, MessageState
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
    time_zone: Mapped[str] = mapped_column(String(64), server_default="")
    marketing: Mapped[bool] = mapped_column(server_default="0")


class MergedRow(Base):
    """An id that means another person from now on."""

    __tablename__ = "merged"

    merged_id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID]


class StaffRow(Base):
    """Somebody of the staff who is told of promotions."""

    __tablename__ = "staff"

    staff_id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    email: Mapped[str | None] = mapped_column(String(320))
    phone: Mapped[str | None] = mapped_column(String(20))
    language: Mapped[str] = mapped_column(String(8))
    is_admin: Mapped[bool]
    is_operator: Mapped[bool]


class MessageRow(Base):
    """A message to one person; `dedupe` is unique, so nothing is written to them twice.

    It is not sent if what it is about, `subject_id`, has changed since `as_of`.
    """

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
    correlation_id: Mapped[str] = mapped_column(index=True)  # `why` follows it
    caused_by: Mapped[UUID]
    began_at: Mapped[datetime]
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]  # sent, failed, suppressed or of unknown fate since then
    channel: Mapped[str] = mapped_column(String(8), server_default="email")
    lane: Mapped[str] = mapped_column(String(8), server_default="direct")
    subject_id: Mapped[UUID | None]
    about_id: Mapped[UUID | None]  # somebody else whom it names, who may be erased
    as_of: Mapped[datetime | None]
    not_after: Mapped[datetime | None]
    batch_id: Mapped[UUID | None]
    doubles: Mapped[int] = mapped_column(server_default="0")  # asked for again in its batch
    version: Mapped[int] = mapped_column(server_default="0")
    quiet_zone: Mapped[str | None] = mapped_column(String(64))  # where it waits for the morning
    provider_id: Mapped[str | None]
    segments: Mapped[int | None]
    receipt: Mapped[str | None] = mapped_column(String(20))  # what the carrier said of it later


def _while(*states: MessageState) -> dict[str, Any]:
    """Keep an index small: it holds only the messages in these states."""
    where = MessageRow.state.in_([state.value for state in states])
    return {"postgresql_where": where, "sqlite_where": where}


Index(
    "messages_due",
    MessageRow.due_at,
    **_while(MessageState.DUE, MessageState.CLAIMED, MessageState.SENDING),
)
Index(
    "messages_lane",
    MessageRow.channel,
    MessageRow.lane,
    MessageRow.due_at,
    **_while(MessageState.DUE),
)
Index("messages_scheduled", MessageRow.due_at, **_while(MessageState.SCHEDULED))
_said = and_(MessageRow.ended_at.is_not(None), MessageRow.name != "")
Index("messages_said", MessageRow.ended_at, postgresql_where=_said, sqlite_where=_said)
_in_bulk = and_(MessageRow.state == MessageState.DUE.value, MessageRow.lane == Lane.BULK.value)
Index(
    "messages_turn",
    MessageRow.channel,
    MessageRow.batch_id,
    MessageRow.due_at,
    postgresql_where=_in_bulk,
    sqlite_where=_in_bulk,
)
_batched = MessageRow.batch_id.is_not(None)
Index("messages_batch", MessageRow.batch_id, postgresql_where=_batched, sqlite_where=_batched)


class StandingRow(Base):
    """What has happened to a booking, an offer or another subject that messages are about."""

    __tablename__ = "standings"

    subject_id: Mapped[UUID] = mapped_column(primary_key=True)
    reason: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime] = mapped_column(index=True)


class ReminderRow(Base):
    """A session somebody is to be reminded of, in the words of the message that confirmed it."""

    __tablename__ = "reminders"

    subject_id: Mapped[UUID] = mapped_column(primary_key=True)
    message_id: Mapped[UUID]
    starts_at: Mapped[datetime] = mapped_column(index=True)
    as_of: Mapped[datetime]
    session_id: Mapped[UUID | None]  # of booking


class RenamedRow(Base):
    """What a session of booking is called, and who leads it, since it was last changed."""

    __tablename__ = "renamed"

    session_id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    staff: Mapped[str]
    sequence: Mapped[int]
    starts_at: Mapped[datetime] = mapped_column(index=True)
    changed_at: Mapped[datetime]


class SuppressionRow(Base):
    """An address that nothing is sent to, whatever is wanted; `scope` is `all` or `news`."""

    __tablename__ = "suppressions"

    address: Mapped[str] = mapped_column(String(320), primary_key=True)
    scope: Mapped[str] = mapped_column(String(8), primary_key=True)
    reason: Mapped[str]
    at: Mapped[datetime]


class PreferenceRow(Base):
    """A kind of message that a person has switched off on a channel."""

    __tablename__ = "preferences"

    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40), primary_key=True)
    channel: Mapped[str] = mapped_column(String(8), primary_key=True)


class BatchRow(Base):
    """Messages that were written at once."""

    __tablename__ = "batches"

    batch_id: Mapped[UUID] = mapped_column(primary_key=True)
    size: Mapped[int]
    about_name: Mapped[str]
    channel: Mapped[str] = mapped_column(String(8))
    paused: Mapped[bool]
    created_at: Mapped[datetime]
    turn: Mapped[int] = mapped_column(BigInteger, server_default="0")  # the lowest sends next


class TemplateRow(Base):
    """A version of the words of a kind, in a language; without texts: the default ones again.

    Versions are counted through all names of a kind and language, so that a message's version
    alone says which words it is written in. A name without words has the usual ones.
    """

    __tablename__ = "templates"

    kind: Mapped[str] = mapped_column(String(40), primary_key=True)
    language: Mapped[str] = mapped_column(String(8), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60), server_default="")  # empty: the usual words
    subject: Mapped[str | None] = mapped_column(Text)
    text: Mapped[str | None] = mapped_column(Text)
    sms: Mapped[str | None] = mapped_column(Text)
    saved_at: Mapped[datetime]


class TemplateNameRow(Base):
    """A name under which the studio keeps words of a kind, beside the usual ones."""

    __tablename__ = "template_names"
    __table_args__ = (UniqueConstraint("kind", "name"),)

    template_id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(60))
    sequence: Mapped[int]  # of the facts about it
    removed: Mapped[bool]


class RouteRow(Base):
    """By which channel a kind goes first, and whether the other one is tried then."""

    __tablename__ = "routes"

    kind: Mapped[str] = mapped_column(String(40), primary_key=True)
    first: Mapped[str] = mapped_column(String(8))
    falls_back: Mapped[bool]


class SettingsRow(Base):
    """The studio's settings; one row, or none: the defaults."""

    __tablename__ = "settings"

    one: Mapped[int] = mapped_column(primary_key=True)
    reminder_hours: Mapped[int | None]
    quiet_from: Mapped[time]
    quiet_until: Mapped[time]
    email_per_minute: Mapped[int | None]
    sms_per_minute: Mapped[int | None]


class PaceRow(Base):
    """How many messages a lane of a channel may send now; a lane without a row: any number."""

    __tablename__ = "paces"

    channel: Mapped[str] = mapped_column(String(8), primary_key=True)
    lane: Mapped[str] = mapped_column(String(8), primary_key=True)
    allowance: Mapped[float]
    at: Mapped[datetime]
