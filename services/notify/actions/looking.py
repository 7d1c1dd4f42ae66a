"""What became of messages, one by one and of those written at once."""

from typing import Any
from uuid import UUID

from services.notify import store
from services.notify.actions.writing import TIMERS
from services.notify.domain import Channel, Lane, MessageState
from shared.contracts.errors import BatchNotFound, InvalidRequest, MessageNotFound
from shared.db import Tx

_WAITING = (
    MessageState.SCHEDULED,
    MessageState.PAUSED,
    MessageState.DUE,
    MessageState.CLAIMED,
    MessageState.SENDING,
)


def get_message(sql: Any, message_id: UUID) -> Any:
    """Give a message."""
    message = store.find_message(sql, message_id)
    if message is None:
        raise MessageNotFound(str(message_id))
    return message


def list_messages(sql: Any, person_id: UUID, *, after: UUID | None, limit: int) -> Any:
    """List a person's messages, a page at a time."""
    last = store.find_message(sql, after) if after else None
    if after is not None and (last is None or last.person_id != person_id):
        msg = "after: No message of this person's has this id."
        raise InvalidRequest(msg)
    return store.list_messages(sql, person_id, after=last, limit=limit)


def get_batch(sql: Any, batch_id: UUID) -> Any:
    """Give how far the messages have got that were written at once.

    Raises:
        BatchNotFound: none of them has come in yet, or there is no such batch.
    """
    batch = store.find_batch(sql, batch_id)
    if batch is None:
        raise BatchNotFound(str(batch_id))
    states, doubled = store.count_batch(sql, batch_id)
    waiting = sum(states.get(state.value, 0) for state in _WAITING)
    written = sum(states.values())
    return {
        "batch_id": batch_id,
        "about_name": batch.about_name,
        "channel": batch.channel,
        "created_at": batch.created_at,
        "paused": batch.paused,
        "size": batch.size,
        "written": written,
        "doubled": doubled,
        "waiting": waiting,
        "sent": states.get(MessageState.SENT.value, 0),
        "failed": states.get(MessageState.FAILED.value, 0),
        "suppressed": states.get(MessageState.SUPPRESSED.value, 0),
        "uncertain": states.get(MessageState.UNKNOWN.value, 0),
        "done": written + doubled >= batch.size and not waiting,
    }


def pause_batch(tx: Tx, batch_id: UUID) -> Any:
    """Send no more of a batch for now; what is on its way already is not called back."""
    store.pause(tx.sql, batch_id, paused=True)
    return get_batch(tx.sql, batch_id)


def resume_batch(tx: Tx, batch_id: UUID) -> Any:
    """Go on with a batch."""
    store.pause(tx.sql, batch_id, paused=False)
    for channel in Channel:
        tx.wake(TIMERS[channel, Lane.BULK])
    return get_batch(tx.sql, batch_id)
