"""Queries about messages on their way out."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Connection,
    bindparam,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import insert as upsert

from services.notify.domain import Channel, Lane, Message, MessageState
from services.notify.models import (
    MessageRow,
)
from services.notify.store.claims import MESSAGE_COLUMNS, message_of
from shared.writes import Writes

_ADD = upsert(MessageRow).on_conflict_do_nothing(index_elements=["dedupe"])
_ADD_TO_BATCH = upsert(MessageRow).on_conflict_do_update(
    index_elements=["dedupe"], set_={"doubles": MessageRow.doubles + 1}
)
# The number of attempts tells one claim of a message from the next.
_MARK_SENDING = (
    update(MessageRow)
    .where(
        tuple_(MessageRow.message_id, MessageRow.attempts).in_(bindparam("claims", expanding=True)),
        MessageRow.state == MessageState.CLAIMED.value,
    )
    .values(state=MessageState.SENDING.value, due_at=bindparam("until"))
    .returning(MessageRow.message_id)
)
_SETTLE = (
    update(MessageRow)
    .where(
        MessageRow.message_id == bindparam("id"),
        MessageRow.state != MessageState.SENT.value,
    )
    .values(
        state=bindparam("new_state"),
        due_at=bindparam("due"),
        reply=bindparam("said"),
        sent_at=bindparam("sent"),
        ended_at=bindparam("ended"),
    )
)
_SETTLE_OURS = _SETTLE.where(
    MessageRow.attempts == bindparam("claim"),
    MessageRow.state.in_([MessageState.CLAIMED.value, MessageState.SENDING.value]),
)
_CARRIED = (
    update(MessageRow)
    .where(MessageRow.message_id == bindparam("id"))
    .values(provider_id=bindparam("provider"), segments=bindparam("count"))
)
_OVERDUE = (
    select(*MESSAGE_COLUMNS, MessageRow.state)
    .where(
        MessageRow.state.in_([MessageState.CLAIMED.value, MessageState.SENDING.value]),
        MessageRow.due_at <= bindparam("at"),
    )
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True)
)
_RELEASE = (
    update(MessageRow)
    .where(MessageRow.state == MessageState.SCHEDULED.value, MessageRow.due_at <= bindparam("at"))
    .values(state=MessageState.DUE.value)
    .returning(MessageRow.channel, MessageRow.lane)
)


def add_message(writes: Writes, values: dict[str, Any]) -> None:
    """Keep a message, unless the same was written to the same person before.

    In a batch it is noted that it was asked for again, so that the batch is known to be whole.
    """
    writes.add(_ADD_TO_BATCH if values.get("batch_id") else _ADD, values)


def mark_sending(sql: Connection, messages: Sequence[Message], *, until: datetime) -> set[UUID]:
    """Note that these are about to be handed over; give those that nobody else has taken over."""
    claims = [(message.message_id, message.attempts) for message in messages]
    return set(sql.execute(_MARK_SENDING, {"claims": claims, "until": until}).scalars())


def settle(writes: Writes, message: Message, state: MessageState, **ending: Any) -> None:
    """Note what came of a message, whoever has it by now.

    Args:
        writes: takes the change.
        message: the message.
        state: where it stands now.
        ending: `due_at`, when it is tried again; `reply`, what was said; `ended_at`.
    """
    writes.add(_SETTLE, _settled(message, state, **ending))


def settle_ours(sql: Connection, message: Message, state: MessageState, **ending: Any) -> bool:
    """Note what came of a message, if it is still claimed as it was; say whether."""
    values = _settled(message, state, **ending) | {"claim": message.attempts}
    return sql.execute(_SETTLE_OURS, values).rowcount > 0


def _settled(
    message: Message,
    state: MessageState,
    *,
    due_at: datetime | None,
    reply: str,
    ended_at: datetime | None,
) -> dict[str, Any]:
    return {
        "id": message.message_id,
        "new_state": state.value,
        "due": due_at,
        "said": reply,
        "sent": ended_at if state is MessageState.SENT else None,
        "ended": ended_at,
    }


def note_carried(writes: Writes, message_id: UUID, provider_id: str | None, count: int) -> None:
    """Note by which id the carrier has a text message, and its segments."""
    writes.add(_CARRIED, {"id": message_id, "provider": provider_id, "count": count})


def overdue(sql: Connection, *, at: datetime, limit: int) -> list[tuple[Message, MessageState]]:
    """Claim messages whose process has let its lease lapse, with the state it left them in."""
    rows = sql.execute(_OVERDUE, {"at": at, "limit": limit})
    return [(message_of(row), MessageState(row.state)) for row in rows]


def release(sql: Connection, *, at: datetime) -> set[tuple[Channel, Lane]]:
    """Make messages due whose hour has come; give the lanes that have work now."""
    rows = sql.execute(_RELEASE, {"at": at})
    return {(Channel(row.channel), Lane(row.lane)) for row in rows}
