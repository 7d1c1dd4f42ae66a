"""notify's queries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, bindparam, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from services.notify.domain import Message, MessageKind, MessageState
from services.notify.models import ContactRow, MessageRow
from shared.writes import Writes

# -- contacts ---------------------------------------------------------------------------------

_KEEP_CONTACT = upsert(ContactRow)
_KEEP_CONTACT = _KEEP_CONTACT.on_conflict_do_update(
    index_elements=["person_id"],
    set_={
        name: getattr(_KEEP_CONTACT.excluded, name)
        for name in ("name", "email", "phone", "language", "sequence")
    },
    where=ContactRow.sequence < _KEEP_CONTACT.excluded.sequence,  # an older word changes nothing
)
_CONTACT = select(ContactRow.name, ContactRow.email, ContactRow.language).where(
    ContactRow.person_id == bindparam("person_id")
)


@dataclass(frozen=True, slots=True)
class Contact:
    """How to write to a person."""

    name: str
    email: str | None
    language: str


def keep_contact(writes: Writes, values: dict[str, Any]) -> None:
    """Keep how to reach a person, if this is newer than what is known."""
    writes.add(_KEEP_CONTACT, values)


def find_contact(sql: Connection, person_id: UUID) -> Contact | None:
    """Find how to write to a person."""
    row = sql.execute(_CONTACT, {"person_id": person_id}).one_or_none()
    return None if row is None else Contact(*row)


# -- messages -----------------------------------------------------------------------------------

_ADD = upsert(MessageRow).on_conflict_do_nothing(index_elements=["dedupe"])
_MESSAGE_COLUMNS = (
    MessageRow.message_id,
    MessageRow.kind,
    MessageRow.person_id,
    MessageRow.address,
    MessageRow.name,
    MessageRow.language,
    MessageRow.context,
    MessageRow.attempts,
    MessageRow.correlation_id,
    MessageRow.caused_by,
    MessageRow.began_at,
)
_CLAIM = (
    update(MessageRow)
    .where(
        MessageRow.message_id.in_(
            select(MessageRow.message_id)
            .where(MessageRow.state == MessageState.DUE.value, MessageRow.due_at <= bindparam("at"))
            .order_by(MessageRow.due_at)
            .limit(bindparam("limit"))
            .with_for_update(skip_locked=True)
        )
    )
    .values(
        state=MessageState.CLAIMED.value,
        attempts=MessageRow.attempts + 1,
        due_at=bindparam("until"),
    )
    .returning(*_MESSAGE_COLUMNS)
)
_MARK_SENDING = (
    update(MessageRow)
    .where(MessageRow.message_id == bindparam("id"))
    .values(state=MessageState.SENDING.value)
)
_SETTLE = (
    update(MessageRow)
    .where(MessageRow.message_id == bindparam("id"))
    .values(
        state=bindparam("new_state"),
        due_at=bindparam("due"),
        reply=bindparam("said"),
        sent_at=bindparam("sent"),
    )
)
_OVERDUE = (
    select(*_MESSAGE_COLUMNS, MessageRow.state)
    .where(
        MessageRow.state.in_([MessageState.CLAIMED.value, MessageState.SENDING.value]),
        MessageRow.due_at <= bindparam("at"),
    )
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True)
)


def _message(row: Any) -> Message:
    return Message(
        row.message_id,
        MessageKind(row.kind),
        row.person_id,
        row.address,
        row.name,
        row.language,
        row.context,
        row.attempts,
        row.correlation_id,
        row.caused_by,
        row.began_at,
    )


def add_message(writes: Writes, values: dict[str, Any]) -> None:
    """Keep a message, unless the same was written to the same person before."""
    writes.add(_ADD, values)


def claim_due(sql: Connection, *, at: datetime, until: datetime, limit: int) -> list[Message]:
    """Claim the messages that are due, the longest due first, until `until`."""
    rows = sql.execute(_CLAIM, {"at": at, "until": until, "limit": limit})
    return [_message(row) for row in rows]


def mark_sending(writes: Writes, message_ids: Sequence[UUID]) -> None:
    """Note that these are about to be handed over."""
    for message_id in message_ids:
        writes.add(_MARK_SENDING, {"id": message_id})


def settle(
    writes: Writes,
    message_id: UUID,
    state: MessageState,
    *,
    due_at: datetime | None,
    reply: str,
    sent_at: datetime | None,
) -> None:
    """Note what came of a message."""
    values = {"new_state": state.value, "due": due_at, "said": reply, "sent": sent_at}
    writes.add(_SETTLE, {"id": message_id, **values})


def overdue(sql: Connection, *, at: datetime, limit: int) -> list[tuple[Message, MessageState]]:
    """Claim messages whose process has let its lease lapse, with the state it left them in."""
    rows = sql.execute(_OVERDUE, {"at": at, "limit": limit})
    return [(_message(row), MessageState(row.state)) for row in rows]


def find_message(sql: Connection, message_id: UUID) -> Row[Any] | None:
    """Find a message."""
    query = select(MessageRow.__table__).where(MessageRow.message_id == message_id)
    return sql.execute(query).one_or_none()


def list_messages(sql: Connection, person_id: UUID, *, limit: int) -> Sequence[Row[Any]]:
    """List a person's messages, the newest first."""
    query = select(MessageRow.__table__).where(MessageRow.person_id == person_id)
    return sql.execute(query.order_by(MessageRow.created_at.desc()).limit(limit)).all()
